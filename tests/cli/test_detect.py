from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pandas as pd

SMALL = ["--studies", 2, "--patients", 40]


def test_the_map_of_a_planned_study(stratify, tmp_path):
    out, drawn = tmp_path / "map.csv", tmp_path / "map.svg"
    code, printed, err = stratify("detect", *SMALL, "-o", out, "--figure", drawn)
    assert code == 0, err
    table = pd.read_csv(out)
    assert table.groupby(["relative_size", "handling_offset"]).size().tolist() == [3] * 6
    assert printed.count("of the skewed and") == 6
    assert "resemblance is not response" in err
    assert "2 simulated studies" in drawn.read_text(encoding="utf-8")
    account = json.loads((tmp_path / "map.csv.provenance.json").read_text(encoding="utf-8"))
    assert account["effort"]["studies"] == 2


def test_json_holds_the_map(stratify, tmp_path):
    dials = ["--size", 0.5, "--handling", 0, "--prevalence", 0.2]
    code, printed, _ = stratify("detect", *SMALL, *dials, "-o", tmp_path / "m.csv", "--json")
    facts = json.loads(printed)
    assert (code, len(facts["map"]), facts["map"][0]["prevalence"]) == (0, 1, 0.2)


def test_wrong_questions_leave_no_file(stratify, tmp_path, refused):
    out = tmp_path / "m.csv"
    assert "0.25" in refused(stratify("detect", *SMALL, "--prevalence", 25, "-o", out))
    refused(stratify("detect", *SMALL, "--size", -1, "-o", out))
    refused(stratify("detect", *SMALL, "--preset", "none", "-o", out))
    refused(stratify("detect", *SMALL, "--n", 10, "-o", out))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_refused_before_anything_is_simulated(stratify, tmp_path, refused):
    told = stratify("detect", *SMALL, "-o", tmp_path)
    assert "is a folder" in refused(told)
    assert "study 1" not in told[2]


def test_the_page_tells_what_its_command_prints(stratify, tmp_path, monkeypatch):
    page = Path(__file__).parents[2].joinpath("docs", "detectability.md").read_text(encoding="utf-8")
    block = re.search(r"```sh\n(.*?)```", page, flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    code, printed, err = stratify(*shlex.split(block[1].replace("\\\n", " "))[1:])
    assert code == 0, err
    half = "size 0.5, leak 0, batch offset 0, 4 bridges: flags 0.21 (0.02) of the skewed and 0.024"
    assert half in printed
    assert "0.48 at 0.1 (49), 0.74 at 0.25 (19)" in printed
    assert "size 0.5, leak 1, batch offset 0, 4 bridges: flags 0.05" in printed
    assert (tmp_path / "detectability.svg").is_file()


def test_the_map_of_a_model_is_of_its_healthy_people(stratify, tmp_path, folder):
    out, drawn = tmp_path / "map.csv", tmp_path / "map.svg"
    code, printed, err = stratify(
        "detect", folder / "models" / "small-1", "--size", 0.5, "-o", out, "--figure", drawn, "--json"
    )
    assert code == 0, err
    facts = json.loads(printed)
    assert "patients without skew are taken to lie like the healthy" in " ".join(facts["notes"])
    assert f"{facts['map'][0]['studies']} healthy people of small-1" in drawn.read_text(encoding="utf-8")
    assert 0 < facts["map"][0]["sensitivity"] <= 1


def test_what_a_model_decides_is_no_dial(stratify, tmp_path, folder):
    code, _, err = stratify("detect", folder / "models" / "small-1", "--studies", 5, "-o", tmp_path / "m.csv")
    assert code == 2
    assert "planned studies" in err
    assert list(tmp_path.iterdir()) == []

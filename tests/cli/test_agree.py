from __future__ import annotations

import json

import pandas as pd


def test_sources_are_compared_on_the_people_of_an_experiment(stratify, folder, tmp_path):
    out = tmp_path / "agreement.csv"
    code, printed, err = stratify("agree", folder / "small.toml", "-o", out)
    assert code == 0, err
    assert "reference-disease and axis-rule: 83 people" in printed
    assert "they differ on: S0" in printed
    assert "agreement is no accuracy" in err
    table = pd.read_csv(out)
    assert table.loc[0, ["n", "second"]].tolist() == [83, "axis-rule"]
    account = json.loads((tmp_path / "agreement.csv.provenance.json").read_text(encoding="utf-8"))
    assert "no diagnosis" in account["labels"]["axis-rule"]
    assert "cohort.csv" in account["sources"]


def test_json_names_the_discordant(stratify, folder):
    code, printed, _ = stratify("agree", folder / "small.toml", "--json")
    facts = json.loads(printed)
    pair = facts["pairs"][0]
    assert (code, len(pair["discordant"])) == (0, pair["only_first"] + pair["only_second"])


def test_a_wrong_source_or_place_leaves_no_file(stratify, folder, tmp_path, refused):
    out = tmp_path / "a.csv"
    assert "clusters" in refused(stratify("agree", folder / "small.toml", "--source", "cluster", "-o", out))
    assert "is a folder" in refused(stratify("agree", folder / "small.toml", "-o", tmp_path))
    assert list(tmp_path.iterdir()) == []

from __future__ import annotations

import json

import pandas as pd
import pytest


@pytest.fixture
def asked(folder):
    return [
        "prevalence",
        folder / "models/small-1",
        folder / "new.csv",
        "--clinical",
        folder / "new-clinical.csv",
        "--draws",
        19,
    ]


def test_a_curve_is_printed_written_and_drawn(stratify, asked, tmp_path):
    out, drawn = tmp_path / "p.csv", tmp_path / "p.svg"
    code, printed, err = stratify(*asked, "-o", out, "--figure", drawn)
    assert code == 0, err
    assert printed.count("if the skew has relative size") == 9
    assert "rival: nobody is skewed" in printed
    assert "none of them as the prevalence" in err
    assert len(pd.read_csv(out)) == 9
    assert "Prevalence by relative size" in drawn.read_text(encoding="utf-8")
    account = json.loads((tmp_path / "p.csv.provenance.json").read_text(encoding="utf-8"))
    assert account["people"] == 30
    code, printed, _ = stratify(*asked, "-o", out, "--size", 0.5, "--json")
    facts = json.loads(printed)
    assert facts["curve"][0]["relative_size"] == 0.5
    assert facts["preferred"] in ("subgroup", "everyone shifts")


def test_wrong_questions_leave_no_file(stratify, asked, tmp_path, refused):
    refused(stratify(*asked, "-o", tmp_path / "p.csv", "--target", "nobody"))
    refused(stratify(*asked, "-o", tmp_path / "p.csv", "--size", 0))
    assert list(tmp_path.iterdir()) == []

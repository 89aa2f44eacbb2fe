from __future__ import annotations

import json

import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.signatures.activity.output import write_activity
from stratify.signatures.activity.scores import pathway_activity


def test_three_tables_lie_beside_each_other_with_their_provenance(people, tmp_path):
    sets = tmp_path / "mine.gmt"
    sets.write_text("two\tx\tCCL17\tIFNG\nnone\tx\tINS\n", encoding="utf-8")
    activity = pathway_activity(people, sets=sets)
    facts = write_activity(
        activity, tmp_path / "out" / "s.csv", settings={"method": "z"}, sources={"a.csv": "0"}, sets_file=sets
    )
    scores = pd.read_csv(facts["scores"])
    assert scores.columns.tolist() == ["sample_id", "two", "none"]
    assert scores["none"].isna().all()
    assert pd.read_csv(facts["members"])["two"].tolist() == [2] * 12
    assert pd.read_csv(facts["sets"])["pathway"].tolist() == ["two", "none"]
    account = json.loads((tmp_path / "out" / "s.csv.provenance.json").read_text(encoding="utf-8"))
    assert set(account["sources"]) == {"a.csv", "mine.gmt"}
    assert account["settings"]["form"] == "cohort"
    assert any("lone patient" in line for line in account["warnings"])
    assert json.loads(json.dumps(facts))["pathways"][1]["verified_share"] is None
    assert (facts["scored"], facts["samples"]) == (1, 12)
    with pytest.raises(StratifyError, match="folder"):
        write_activity(activity, tmp_path, settings={}, sources={})

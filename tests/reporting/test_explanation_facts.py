from __future__ import annotations

import pandas as pd
import pytest

from stratify.reporting.explain import explain
from stratify.reporting.explanation_facts import explanation_facts


def test_shares_have_their_range_and_subgroups_their_own(training):
    explanation = explain(training)
    ids = explanation.sample_ids[explanation.learned][:10]
    members = pd.DataFrame({"column": "sex", "level": "F", "sample_id": ids})
    told = explanation_facts(explanation, training.model, members)
    assert all(row["low"] <= row["high"] for row in told["proteins"])
    assert sum(told["pathways"].values()) == pytest.approx(1)
    assert told["subgroups"][0]["people"] == 10
    assert sum(told["subgroups"][0]["shares"].values()) == pytest.approx(1)
    assert told["pairs"] == []

from __future__ import annotations

from stratify.reporting.explain import explain
from stratify.reporting.interactions import feature_names, leading_pairs


def test_pairs_are_of_features_and_their_shares_fall(boosted):
    explanation, scorer = explain(boosted), boosted.model.scorer
    names = feature_names(explanation.proteins, scorer)
    assert len(names) == len(scorer.center) + len(scorer.pathways)
    assert "mean of Th2" in names
    pairs = leading_pairs(explanation, scorer)
    shares = [pair["share"] for pair in pairs]
    assert shares == sorted(shares, reverse=True)
    assert {pair["first"] for pair in pairs} | {pair["second"] for pair in pairs} <= set(names)

from __future__ import annotations

from stratify.reporting.record import summary


def run(*areas, chosen="ridge"):
    rows = [{"column": "sex", "level": str(i), "auc": area} for i, area in enumerate(areas)]
    families = [{"name": name, "auc": 0.8} for name in ("ridge", "composite")]
    return {
        "families": families,
        "family": chosen,
        "subgroups": rows,
        "flow": {"learned": {"AD": 3, "HC": 4}},
    }


def test_worst_and_best_are_named_and_unknown_ones_left_out():
    found = summary(run(0.9, None, 0.7, 0.8))
    assert (found["worst"]["auc"], found["best"]["auc"], found["people"]) == (0.7, 0.9, 7)
    assert summary(run(0.9, None))["worst"] is None


def test_a_baseline_is_not_laid_beside_itself():
    assert summary(run())["baseline"]["name"] == "composite"
    assert summary(run(chosen="composite"))["baseline"] is None

"""Th2 is called specific only where Th1 and Th17 are measured and follow less."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from stratify.signatures.adjusted_rows import prepare_rows
from stratify.signatures.specificity import AXES, judge_axes


def judged(load, n=60, seed=0, scores=AXES, q=(0.001, 0.2, 0.2)):
    """Outcome that follows each axis with a load; axes share an inflammation."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=n)
    x = np.column_stack([0.6 * shared + rng.normal(size=n) for _ in AXES])
    y = x @ np.array(load) + 0.6 * rng.normal(size=n)
    keep = [AXES.index(name) for name in scores]
    rows = prepare_rows(rankdata(y), np.zeros((n, 0)), np.arange(n))
    found = judge_axes(list(scores), rankdata(x[:, keep], axis=0), rows, np.array(q)[: len(keep)])
    return {one.axis: one for one in found}


def test_an_axis_alone_is_specific():
    found = judged([1.0, 0.0, 0.0])
    assert found["Th2"].specific == "yes"
    assert found["Th2"].reason.startswith("stronger than Th1")
    assert found["Th1"].reason == "no association that could be specific"


def test_a_negative_association_can_be_specific():
    assert judged([-1.0, 0.0, 0.0])["Th2"].specific == "yes"


@pytest.mark.parametrize("load", [[1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
def test_it_is_refused_where_a_rival_gives_the_same(load):
    found = judged(load)["Th2"]
    assert found.specific == "no"
    assert found.reason.startswith("not told apart from")


def test_it_is_refused_where_a_rival_is_stronger():
    assert judged([0.3, 1.5, 0.0], q=(0.001, 0.001, 0.5))["Th2"].specific == "no"


def test_it_is_refused_where_a_rival_was_not_measured():
    found = judged([1.0, 0.0, 0.0], scores=("Th2", "Th1"))
    assert found["Th2"].specific == "no"
    assert found["Th2"].reason == "cannot be judged: Th17 not measured"
    assert judged([1.0, 0, 0], scores=("Th2",))["Th2"].reason.startswith("cannot be judged: Th1 and Th17")


def test_shared_inflammation_is_hardly_ever_called_specific():
    calls = [judged([0.4, 0.4, 0.4], n=25, seed=s)["Th2"].specific == "yes" for s in range(200)]
    assert np.mean(calls) <= 0.05

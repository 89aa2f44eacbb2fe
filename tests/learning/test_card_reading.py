"""What a total of points says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.learning.card_reading import read_totals

RULE = {"alpha": 0.1, "healthy_tail": 0.05, "smallest_size": 0.3}


def scores(seed=0, healthy=True, apart=8.0):
    rng = np.random.default_rng(seed)
    label = np.repeat([1, 0], [40, 60])
    total = np.clip(np.rint(rng.normal(10 + apart * label, 3)), 0, 30)
    one = pd.DataFrame(
        {
            "family": "card of 5",
            "repeat": 0,
            "fold": 0,
            "sample_id": [f"S{i}" for i in range(100)],
            "label": label,
            "reference": (label == 0) & healthy & (np.arange(100) % 2 == 0),
            "score": total,
        }
    )
    return pd.concat([one, one.assign(repeat=1, score=np.clip(total + rng.integers(-1, 2, 100), 0, 30))])


def read(frame, **changes):
    patients = {name: name for name in frame["sample_id"]}
    return read_totals(frame, patients, 30, **RULE | changes)


def test_calls_are_asymmetric_and_ordered():
    found = read(scores())
    assert 12 < found.flag_from <= 18
    assert found.call(found.flag_from, "AD") == "AD-like"
    assert found.call(found.flag_from - 1, "AD") == "indeterminate"
    assert found.false_flags <= 0.1
    assert found.sensitivity > 0.5
    ratios = [found.likelihood_ratio(total) for total in range(31)]
    assert ratios == sorted(ratios)
    assert ratios[5] < 1 < ratios[25]


def test_the_bound_of_a_flag_keeps_the_rate_of_the_conformal_rule():
    frame = scores(1)
    found = read(frame, healthy_tail=0.49)
    negatives = [part["score"] for _, part in frame[frame["label"] == 0].groupby("repeat")]
    p = [np.mean([(1 + (own >= t).sum()) / 61 for own in negatives]) for t in range(31)]
    assert p[found.flag_from] <= 0.1 < p[found.flag_from - 1]


def test_a_not_needs_room_below():
    assert read(scores()).not_up_to < 9
    assert read(scores(), smallest_size=0.01).not_up_to < read(scores()).not_up_to
    wide = read(scores(), smallest_size=0.5)
    assert wide.not_up_to is not None
    assert wide.call(wide.not_up_to, "AD") == "not AD-like"


def test_without_healthy_people_nobody_is_called():
    found = read(scores(healthy=False))
    assert (found.flag_from, found.not_up_to) == (None, None)
    assert {found.call(total, "AD") for total in range(31)} == {"indeterminate"}
    assert (found.sensitivity, found.false_flags) == (0, 0)


def test_what_does_not_tell_apart_flags_few():
    found = read(scores(apart=0.0))
    assert found.false_flags <= 0.1
    assert found.likelihood_ratio(25) == pytest.approx(1, abs=2.5)

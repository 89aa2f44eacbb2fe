from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.screening.drift.runs import Reference, Run
from stratify.screening.drift.table_figures import compare_table, flagged

HEALTHY = np.random.default_rng(0).standard_normal(32)


def table(magnitude, **columns):
    magnitude = np.asarray(magnitude, dtype=float)
    told = {
        "magnitude_z": magnitude,
        "magnitude_low": magnitude - 1.8,
        "magnitude_high": magnitude + 1.8,
        "weight_below_lod": 0.05,
        "weight_covered": 1.0,
        "handling": "ok",
        "known_biology": "ok",
        "quality": "ok",
        "call": "indeterminate",
    }
    return pd.DataFrame(told | columns)


def reference(**changes):
    marks = pd.DataFrame({name: np.zeros(80, dtype=bool) for name in ("missing", "handling", "unlike")})
    return replace(Reference("", np.zeros((0, 3)), HEALTHY, False, marks, 0.05), **changes)


def compare(told, model, **changes):
    return compare_table(Run("r", told), reference(**changes), model)


def drawn(mean, n=20):
    return mean + np.random.default_rng(1).standard_normal(n)


def test_scores_below_the_healthy_or_above_what_skew_explains_are_strange(model):
    top = 0.35 * model.healthy.in_sds(1.0)
    assert compare(table(drawn(top / 2)), model)["score"].p > 0.5
    for mean in (-2.5, top + 2.5):
        assert compare(table(drawn(mean)), model)["score"].p < 0.001
        assert compare(table(drawn(mean)), model)["score"].value == pytest.approx(2.5, abs=0.6)
    assert compare(table(drawn(top)), model, same_kind=True)["score"].p < 0.05


def test_an_uncertain_batch_excuses_more(model):
    told = table(drawn(-1.5))
    wide = told.assign(magnitude_low=told["magnitude_z"] - 6, magnitude_high=told["magnitude_z"] + 6)
    assert compare(told, model)["score"].p < 0.01 < compare(wide, model)["score"].p


def test_levels_below_the_limits_are_counted_against_the_training(model):
    shares = np.linspace(0.1, 0.2, 20)
    found = compare(table(drawn(0), weight_below_lod=shares), model)["below"]
    assert found.value == pytest.approx(0.1)
    assert found.p < 1e-6
    assert compare(table(drawn(0), weight_below_lod=0.0), model)["below"].p > 0.5


@pytest.mark.parametrize(
    ("name", "column", "word"),
    [
        ("handling", "handling", "suspect"),
        ("unlike", "known_biology", "unusual"),
        ("quality", "quality", "warn"),
        ("missing", "weight_covered", 0.9),
    ],
)
def test_shares_of_persons_are_compared(model, name, column, word):
    plain = table(drawn(0))[column]
    some = compare(table(drawn(0), **{column: [word] * 8 + plain.tolist()[8:]}), model)[name]
    assert some.p < 0.001
    assert some.detail.startswith("8 of 20")
    assert compare(table(drawn(0)), model)[name].p == pytest.approx(1.0)


def test_too_few_persons_say_nothing_of_means(model):
    found = compare(table(drawn(0, n=2)), model)
    assert {"score", "below"}.isdisjoint(found)


def test_flags_are_counted_with_an_exact_interval(model):
    told = table(np.zeros(20), call=[model.rule.positive_call] * 3 + ["indeterminate"] * 17)
    counted = flagged(told, model)
    assert (counted["flagged"], counted["persons"], counted["share"]) == (3, 20, 0.15)
    assert (round(counted["low"], 3), round(counted["high"], 3)) == (0.032, 0.379)  # R: binom.test(3, 20)

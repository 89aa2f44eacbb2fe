"""Table and forest of one set of facts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stratify.signatures.association import associate_scores
from stratify.signatures.association_result import fisher_z, q_values


def found(n=25, seed=0):
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(rng.normal(size=(n, 3)), columns=["Th2", "Th1", "Th17"])
    return associate_scores(scores, pd.Series(scores["Th2"] + rng.normal(size=n), name="madrs"))


def test_forest_and_table_tell_the_same():
    result = found()
    table = result.table().set_index("score")
    rows = result.forest()
    assert [row.name for row in rows] == ["Th2", "Th1", "Th17"]
    for row in rows:
        wanted = table.loc[row.name, ["estimate", "low", "high", "n_persons"]].tolist()
        assert [row.estimate, row.low, row.high, row.n] == pytest.approx(wanted)


def test_the_interval_of_the_linear_one_is_fishers():
    result = found()
    low, high = result.interval(result.linear, ranks=False)
    scores_r = result.linear.correlation[0]
    z = np.arctanh(scores_r)
    reach = stats.norm.ppf(0.975) / np.sqrt(22)
    np.testing.assert_allclose([low[0], high[0]], np.tanh([z - reach, z + reach]))


def test_what_could_have_been_seen_is_told():
    assert 0.5 < found().detectable < 0.6


def test_q_values_skip_what_is_not_known():
    q = q_values(np.array([0.01, np.nan, 0.04]))
    np.testing.assert_allclose(q, [0.02, np.nan, 0.04])
    assert np.isnan(q_values(np.array([np.nan]))).all()


def test_a_perfect_correlation_stays_finite():
    assert np.isfinite(fisher_z(np.array([1.0, -1.0]))).all()
    x = pd.DataFrame({"Th2": np.arange(20.0)})
    table = associate_scores(x, pd.Series(np.arange(20.0), name="madrs")).table()
    assert 0 < table.loc[0, "p_value"] < 1e-5
    assert np.isfinite(table[["low", "high", "shrunken"]].to_numpy()).all()

"""Scores against an outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from stratify.errors import CohortError
from stratify.signatures.association import associate_scores

NAMES = ["Th2", "Th1", "Th17", "Vascular"]


def cohort(n=30, seed=0, load=(0.0, 0.0, 0.0, 0.0)):
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(rng.normal(size=(n, 4)) + rng.normal(size=(n, 1)), columns=NAMES)
    y = pd.Series(scores.to_numpy() @ np.array(load) + rng.normal(size=n), name="madrs")
    return scores, y


def test_without_covariates_it_is_spearman_and_pearson():
    scores, y = cohort()
    table = associate_scores(scores, y).table().set_index("score")
    for name in NAMES:
        rank, linear = stats.spearmanr(scores[name], y), stats.linregress(scores[name], y)
        row = table.loc[name]
        np.testing.assert_allclose(row["estimate"], rank.statistic)
        np.testing.assert_allclose(row["p_value"], rank.pvalue, rtol=0.05)  # see test_rank_p
        np.testing.assert_allclose(
            [row["correlation"], row["slope"], row["p_linear"]], [linear.rvalue, linear.slope, linear.pvalue]
        )
    np.testing.assert_allclose(table["q_value"], stats.false_discovery_control(table["p_value"]))
    assert table["p_value"].is_monotonic_increasing


def test_a_covariate_that_carries_both_is_taken_out():
    rng = np.random.default_rng(1)
    age = rng.normal(size=60)
    scores = pd.DataFrame({"Th2": age + 0.5 * rng.normal(size=60)})
    y = pd.Series(age + 0.5 * rng.normal(size=60), name="madrs")
    alone = associate_scores(scores, y).table()
    adjusted = associate_scores(scores, y, covariates=age[:, None])
    assert alone["p_value"].item() < 1e-6
    assert adjusted.table()["p_value"].item() > 0.01
    assert adjusted.covariates == 1


def test_intervals_hold_their_estimates_and_pooling_draws_in():
    scores, y = cohort(load=(1.0, 0.0, 0.0, 0.0))
    table = associate_scores(scores, y).table()
    for low, middle, high in (
        ("low", "estimate", "high"),
        ("shrunken_low", "shrunken", "shrunken_high"),
        ("correlation_low", "correlation", "correlation_high"),
        ("slope_low", "slope", "slope_high"),
    ):
        assert (table[low] < table[middle]).all()
        assert (table[middle] < table[high]).all()
    assert table["shrunken"].std() < table["estimate"].std()


def test_visits_of_a_person_are_no_new_people():
    scores, y = cohort(load=(0.7, 0.0, 0.0, 0.0))
    persons = np.repeat([f"P{i}" for i in range(30)], 3)
    rng = np.random.default_rng(2)
    long = scores.loc[scores.index.repeat(3)].reset_index(drop=True) + 0.05 * rng.normal(size=(90, 4))
    again = y.repeat(3).reset_index(drop=True) + 0.05 * rng.normal(size=90)
    once, naive = associate_scores(scores, y), associate_scores(long, again)
    honest = associate_scores(long, again, persons=persons)
    assert honest.repeated
    assert honest.n_persons.tolist() == [30] * 4
    width = [np.ptp(a.interval(a.rank, ranks=True), axis=0).mean() for a in (once, naive, honest)]
    assert width[1] < 0.7 * width[0]
    assert width[2] > 0.8 * width[0]
    assert {"between", "p_between", "within", "p_within"} <= set(honest.table())
    assert "within" not in set(once.table())


def test_a_severity_that_is_asked_once_averages_the_visits():
    scores, y = cohort(load=(0.7, 0.0, 0.0, 0.0))
    persons = np.repeat([f"P{i:02d}" for i in range(30)], [1, 2, 3] * 10)
    number = np.unique(persons, return_inverse=True)[1]
    long = scores.iloc[number].reset_index(drop=True) + np.random.default_rng(2).normal(size=(60, 4))
    long.iloc[0, 1] = np.nan
    found = associate_scores(long, y[number].reset_index(drop=True), persons=persons)
    assert (found.averaged, found.repeated) == (True, False)
    means = long.groupby(number).mean()
    wanted = associate_scores(means, y)
    pd.testing.assert_frame_equal(found.table(), wanted.table())


def test_a_standardised_slope_is_the_correlation_where_visits_add_nothing():
    """The estimate must not depend on how much scores happen to move between visits."""
    rng = np.random.default_rng(7)
    person = np.repeat(np.arange(400), 3)
    x = rng.normal(size=400)[person] + rng.normal(size=1200)
    y = pd.Series(x + np.sqrt(2.0) * (0.9 * rng.normal(size=400)[person] + 0.4 * rng.normal(size=1200)))
    found = associate_scores(pd.DataFrame({"Th2": x}), y.rename("madrs"), persons=person.astype(str))
    assert found.linear.correlation[0] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=0.06)


def test_missing_proteins_lose_their_own_rows_only():
    scores, y = cohort()
    holed = scores.copy()
    holed.loc[:4, "Th1"] = np.nan
    holed.loc[:27, "Vascular"] = np.nan
    found = associate_scores(holed, y)
    assert found.n_samples.tolist() == [30, 25, 30, 2]
    table = found.table().set_index("score")
    assert table.loc["Th1", "p_value"] == pytest.approx(
        stats.spearmanr(scores["Th1"][5:], y[5:]).pvalue, rel=0.05
    )
    assert np.isnan(table.loc["Vascular", "p_value"])
    assert table.loc["Th2", "q_value"] >= table.loc["Th2", "p_value"]


def test_a_constant_score_is_empty_and_the_others_stay():
    scores, y = cohort()
    scores["Th1"] = 3.0
    table = associate_scores(scores, y).table().set_index("score")
    assert np.isnan(table.loc["Th1", "estimate"])
    assert np.isfinite(table.loc["Th2", "shrunken"])
    assert table.loc["Th2", "specific"] == "no"


def test_ranks_do_not_see_a_single_outlier():
    scores, y = cohort()
    scores.loc[0, "Th2"], y[0] = 1e6, 1e6
    table = associate_scores(scores, y).table().set_index("score")
    assert table.loc["Th2", "correlation"] > 0.99
    assert table.loc["Th2", "estimate"] < 0.7


def test_order_of_rows_and_scores_plays_no_part():
    scores, y = cohort(load=(1.0, 0.3, 0.0, 0.0))
    order = np.random.default_rng(1).permutation(30)
    one = associate_scores(scores, y).table()
    two = associate_scores(scores.iloc[order, ::-1], y.iloc[order]).table()
    pd.testing.assert_frame_equal(one, two, check_exact=False, rtol=1e-9)


def test_more_scores_than_people_are_pooled_as_independent():
    rng = np.random.default_rng(4)
    scores = pd.DataFrame(rng.normal(size=(25, 60)), columns=[f"P{i}" for i in range(60)])
    found = associate_scores(scores, pd.Series(rng.normal(size=25), name="madrs"))
    assert not found.pooled.correlated
    assert np.abs(found.table()["shrunken"]).max() < 0.5


def test_too_many_covariates_and_the_outcome_itself_are_refused():
    scores, y = cohort(n=12)
    with pytest.raises(CohortError, match="fewer covariates"):
        associate_scores(scores, y, covariates=np.random.default_rng(0).normal(size=(12, 8)))
    with pytest.raises(CohortError, match="in full"):
        associate_scores(scores, y, covariates=2.0 * y.to_numpy()[:, None])


@pytest.mark.parametrize("kind", ["plain", "covariates", "visits"])
def test_the_level_is_kept_at_25_people(kind):
    p = []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        visits = 3 if kind == "visits" else 1
        person = np.repeat(np.arange(25), visits)
        scores = pd.DataFrame(
            rng.normal(size=(len(person), 4)) + rng.normal(size=(25, 4))[person], columns=NAMES
        )
        y = pd.Series((rng.normal(size=25)[person] + rng.normal(size=len(person))).round(), name="madrs")
        z = rng.normal(size=(25, 3))[person] if kind == "covariates" else None
        p += associate_scores(scores, y, covariates=z, persons=person.astype(str)).rank.p_value.tolist()
    assert 0.01 < np.mean(np.array(p) <= 0.05) < 0.1

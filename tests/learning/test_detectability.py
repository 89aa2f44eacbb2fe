"""The detectability map."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ExperimentError
from stratify.learning.detectability import (
    RATES,
    Circumstance,
    circumstances,
    detectability_map,
    detectability_rows,
    study_rates,
    with_bridges,
)
from stratify.learning.planned_study import learn_planned_study
from stratify.simulation.design import design_preset

ASKED = circumstances([0.3, 0.9], handling=[0.0, 1.0])
ONE = {"relative_size": 0.5, "handling_offset": 0.0, "batch_offset_sd": 0.0, "bridges": 4}


@pytest.fixture(scope="module")
def study():
    return learn_planned_study(design_preset("strong-right"), 5)


@pytest.fixture(scope="module")
def rows():
    return detectability_rows(design_preset("strong-right"), ASKED, seeds=[5, 6], patients=120)


def test_larger_skew_is_flagged_more_often_and_others_alike(rows):
    quiet = rows[rows["handling_offset"] == 0].groupby("relative_size")[list(RATES)].mean()
    assert quiet.loc[0.9, "sensitivity"] > quiet.loc[0.3, "sensitivity"] + 0.2
    assert quiet.loc[0.9, "false_flags"] == quiet.loc[0.3, "false_flags"]  # the same people
    assert (quiet["false_flags"] < 0.15).all()


def test_the_same_seeds_give_the_same_rows(study, rows):
    again = study_rates(study, ASKED[0], patients=120, seed=5)
    assert again == {name: rows.loc[0, name] for name in RATES}


def test_a_batch_offset_without_bridges_silences_rather_than_flags(study):
    tied = study_rates(study, Circumstance(0.8, batch_offset_sd=0.5, bridges=8), patients=200)
    loose = study_rates(study, Circumstance(0.8, batch_offset_sd=0.5, bridges=0), patients=200)
    assert tied["sensitivity"] > loose["sensitivity"]
    assert max(tied["false_flags"], loose["false_flags"]) < 0.15


def test_the_same_aliquots_in_both_batches_take_an_offset_away():
    design = with_bridges(design_preset("strong-right"), [Circumstance(0.8, bridges=8)])
    assert design.n_bridge == 8
    wide = learn_planned_study(design, 5)
    for bridges in (1, 4, 8):
        moved, still = (
            study_rates(wide, Circumstance(0.8, batch_offset_sd=sd, bridges=bridges), patients=100)
            for sd in (2.0, 0.0)
        )
        assert moved == still


def test_worth_of_a_flag_follows_prevalence():
    rates = dict.fromkeys(RATES, 0.0)
    rows = pd.DataFrame(
        {"seed": seed, **ONE, **rates, "sensitivity": s, "false_flags": f}
        for seed, s, f in ((0, 0.4, 0.04), (1, 0.6, 0.06))
    )
    table = detectability_map(rows, [0.1, 0.5]).set_index("prevalence")
    assert table.loc[0.1, "ppv"] == pytest.approx(0.05 / (0.05 + 0.045))
    assert table.loc[0.5, "ppv"] == pytest.approx(0.25 / (0.25 + 0.025))
    assert table.loc[0.1, "screened_per_true_flag"] == pytest.approx(20)
    assert table.loc[0.1, "sensitivity_error"] == pytest.approx(0.1)
    assert table["ppv_error"].max() < 1e-12  # both studies have the same ratio


def test_where_nobody_is_flagged_a_flag_is_worth_nothing_known():
    rows = pd.DataFrame({"seed": seed, **ONE, **dict.fromkeys(RATES, 0.0)} for seed in (0, 1))
    row = detectability_map(rows, [0.25]).iloc[0]
    assert np.isnan(row[["ppv", "ppv_error", "screened_per_true_flag"]].to_numpy(dtype=float)).all()


@pytest.mark.parametrize(
    "dials", [{"relative_size": -0.1}, {"relative_size": 0.5, "batch_offset_sd": np.nan}]
)
def test_dials_below_zero_or_missing_are_refused(dials):
    with pytest.raises(ExperimentError, match="0 or more"):
        Circumstance(**dials)


def test_shares_that_are_none_and_single_studies_are_refused(rows):
    with pytest.raises(ExperimentError, match="between 0 and 1"):
        detectability_map(rows, [1.0])
    with pytest.raises(ExperimentError, match="at least 2 studies"):
        detectability_map(rows[rows["seed"] == 5], [0.25])


def test_what_is_asked_twice_counts_once():
    assert circumstances([0.5, 0.5], bridges=[4, 4]) == [Circumstance(0.5)]
    rows = pd.DataFrame({"seed": seed, **ONE, **dict.fromkeys(RATES, 0.5)} for seed in (0, 1))
    assert len(detectability_map(rows, [0.25, 0.25])) == 1

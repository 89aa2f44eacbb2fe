from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.harmonise.combat import Combat, fit_combat
from stratify.errors import HarmonisationError
from stratify.reporting.frozen_fields import Store, from_fields, to_fields

REFERENCE = Path(__file__).parents[2] / "reference" / "combat"


@pytest.fixture
def table():
    frame = pd.read_csv(REFERENCE / "input.csv", index_col="sample_id").rename_axis(None)
    assays = [name for name in frame if name.startswith("A")]
    obs = frame[["batch", "group", "age"]]
    return AnnData(frame[assays].to_numpy(dtype=float), obs, pd.DataFrame({"panel": "x"}, assays))


@pytest.mark.parametrize(
    ("keep", "file"), [(("group", "age"), "output-group-age.csv"), ((), "output-nothing-kept.csv")]
)
def test_levels_are_those_of_sva(table, keep, file):
    expected = pd.read_csv(REFERENCE / file, index_col="sample_id")
    fitted = fit_combat(table, column="batch", keep=keep)
    # sva stops its iteration at a relative change of 1e-4
    np.testing.assert_allclose(fitted.transform(table).X, expected, atol=5e-6)
    assert np.abs(table.X - expected).max().max() > 1


@pytest.mark.parametrize("mean_only", [False, True])
@pytest.mark.parametrize("keep", [(), ("group", "age")])
def test_alone_as_in_company(table, keep, mean_only, alone_as_in_company):
    alone_as_in_company(fit_combat(table, column="batch", keep=keep, mean_only=mean_only), table)


def test_a_later_sample_of_a_known_batch_plays_no_part_in_the_fit(table):
    fitted = fit_combat(table[:-1], column="batch", keep=["group"])
    later = fitted.transform(table[-1:])
    assert np.isfinite(later.X).all()
    np.testing.assert_array_equal(later.X, fitted.transform(table)[-1:].X)


def test_a_sample_of_an_unknown_batch_is_refused(table):
    fitted = fit_combat(table, column="batch")
    later = table[[3]].copy()
    later.obs["batch"] = "P9"
    with pytest.raises(HarmonisationError, match="another batch, or none, for S03"):
        fitted.transform(later)


def test_kept_covariates_must_be_known_unless_only_the_mean_moves(table):
    later = table[[3]].copy()
    del later.obs["group"]
    with pytest.raises(
        HarmonisationError, match="a known group for each sample: AD, HC\nfound: none for S03"
    ):
        fit_combat(table, column="batch", keep=["group"]).transform(later)
    shifted = fit_combat(table, column="batch", keep=["group"], mean_only=True)
    np.testing.assert_array_equal(shifted.transform(later).X, shifted.transform(table)[[3]].X)


def test_detection_limits_keep_their_place(table):
    table.layers["lod"] = np.broadcast_to(np.median(table.X, axis=0), table.shape).copy()
    corrected = fit_combat(table, column="batch", keep=["group"]).transform(table)
    np.testing.assert_array_equal(corrected.X < corrected.layers["lod"], table.X < table.layers["lod"])


def test_gaps_are_left_and_change_little(table):
    whole = fit_combat(table, column="batch", keep=["group"]).transform(table).X
    gaps = np.random.default_rng(0).random(table.shape) < 0.03
    table.X[gaps] = np.nan
    fitted = fit_combat(table, column="batch", keep=["group"]).transform(table).X
    assert (np.isnan(fitted) == gaps).all()
    assert np.median(np.abs(fitted - whole)[~gaps]) < 0.05


def test_what_is_kept_stays_and_what_is_not_is_lost(table):
    """A group that is unevenly spread over batches is partly taken for a batch effect unless it is kept."""
    ill = np.array([i % 10 < (8 if b == "P1" else 2) for i, b in enumerate(table.obs["batch"])])
    table.obs["group"] = np.where(ill, "AD", "HC")
    table.X[ill] += 2.0
    change = {}
    for keep in ((), ("group",)):
        levels = fit_combat(table, column="batch", keep=keep).transform(table).X
        change[keep] = (levels[ill].mean(axis=0) - levels[~ill].mean(axis=0)).mean()
    assert change[("group",)] == pytest.approx(2.0, abs=0.15)
    assert change[()] < 1.5


def test_the_remaining_error_is_that_of_the_planted_locations():
    rng = np.random.default_rng(5)
    obs = pd.DataFrame({"plate": np.repeat(["P1", "P2"], 40)}, [f"s{i}" for i in range(80)])
    planted, z = rng.normal(0, 0.5, 200), []
    for _ in range(20):
        levels = rng.normal(0, 1, (80, 200)) + np.where(obs["plate"] == "P1", 1, -1)[:, None] * planted
        fitted = fit_combat(
            AnnData(levels, obs, pd.DataFrame(index=[f"A{j}" for j in range(200)])), mean_only=True
        )
        z.append((fitted.correction.shift[0] - planted) / fitted.correction.error[0])
    # the grand mean moves with the batch, so that the true spread is smaller than that of one batch alone
    assert 0.6 < np.std(z) < 1.05


def test_state_survives_a_round_trip(table):
    fitted = fit_combat(table, column="batch", keep=["group", "age"])
    read = Combat.from_state(fitted.to_state())
    np.testing.assert_array_equal(read.transform(table).X, fitted.transform(table).X)
    assert read.coding == fitted.coding


@pytest.mark.parametrize("keep", [["site"], ["group", "site"], ["dose"]])
def test_covariates_that_can_not_be_told_from_the_batch_are_named(table, keep):
    table.obs["site"] = table.obs["batch"].map({"P1": "Berlin", "P2": "Berlin", "P3": "Wien"})
    table.obs["dose"] = table.obs["batch"].map({"P1": 0.0, "P2": 1.0, "P3": 2.0})
    with pytest.raises(
        HarmonisationError, match=f"vary within batch\nfound: not to be told from it: {keep[-1]}"
    ):
        fit_combat(table, column="batch", keep=keep)


def test_covariates_that_say_the_same_are_refused(table):
    table.obs["years"] = table.obs["age"] * 2
    with pytest.raises(HarmonisationError, match="age, years"):
        fit_combat(table, column="batch", keep=["age", "years"])


@pytest.mark.parametrize(
    ("rows", "found"), [(slice(0, 20), "1 batch"), (slice(0, 22), "in 'P2'"), (slice(0, 36), "in 'P3'")]
)
def test_few_or_small_batches_are_refused(table, rows, found):
    with pytest.raises(HarmonisationError, match=found):
        fit_combat(table[rows], column="batch")


def test_assays_that_can_not_be_fitted_are_named(table):
    with pytest.raises(HarmonisationError, match="no such column"):
        fit_combat(table, column="plate")
    with pytest.raises(HarmonisationError, match="at least 10 assays"):
        fit_combat(table[:, :9], column="batch")
    table.X[20:34, 2] = np.nan
    with pytest.raises(HarmonisationError, match="they are not: A02"):
        fit_combat(table, column="batch")
    table.X[:, 2] = 1.0
    with pytest.raises(HarmonisationError, match="constant: A02"):
        fit_combat(table, column="batch")


def test_it_is_kept_with_a_model_as_plain_fields(table):
    fitted, store = fit_combat(table, column="batch", keep=["group"]), Store()
    kept = json.loads(json.dumps(to_fields(fitted, store)))
    read = from_fields(Combat, kept, store)
    np.testing.assert_array_equal(read.transform(table).X, fitted.transform(table).X)


def test_groups_that_share_no_batch_are_refused_although_they_are_not_kept(table):
    table.obs["group"] = table.obs["batch"].map(lambda name: f"group of {name}")
    with pytest.raises(HarmonisationError, match="each group in one only"):
        fit_combat(table, column="batch")

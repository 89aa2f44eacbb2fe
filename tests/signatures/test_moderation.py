"""Moderated statistics against R limma, and on what hostile tables hold."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError
from stratify.signatures.linear_models import contrast_fit, fit_linear
from stratify.signatures.moderation import effect_variance, moderate, squeeze
from stratify.signatures.variance_prior import VariancePrior

# design: settings of the fit and of the moderation, whether covariates and gaps, tolerance
DESIGNS = {
    "two-groups": ("plain", "levels", {}, {}, 1e-8),
    "covariates": ("adjusted", "levels", {}, {}, 1e-8),
    "missing": ("adjusted", "gaps", {}, {}, 1e-8),
    "trend": ("plain", "levels", {}, {"trend": True}, 1e-8),
    "robust": ("plain", "levels", {}, {"robust": True}, 1e-5),
    "trend-robust": ("adjusted", "levels", {}, {"trend": True, "robust": True}, 1e-5),
    "missing-robust": ("plain", "gaps", {}, {"robust": True}, 1e-5),
    "blocks": ("plain", "levels", {"blocks"}, {}, 1e-8),
    "blocks-missing": ("plain", "gaps", {"blocks"}, {}, 1e-8),
    "weights": ("adjusted", "levels", {"weights"}, {}, 1e-8),
    "weights-blocks": ("plain", "levels", {"blocks", "weights by value"}, {}, 1e-8),
}


def fitted(limma, name, size):
    design, table, settings, options, _ = DESIGNS[name]
    given = limma.inputs(size)
    levels, more = getattr(given, table), {}
    if "blocks" in settings:
        more |= {"blocks": given.people["patient"], "correlation": limma.fact(name, size, "correlation")}
    if "weights" in settings:
        more["weights"] = given.people["weight"].to_numpy()
    if "weights by value" in settings:
        more["weights"] = np.outer(given.people["weight"], np.linspace(0.5, 1.5, levels.shape[1]))
    return moderate(fit_linear(levels, getattr(given, design), **more), **options)


@pytest.mark.parametrize("size", [12, 3])
@pytest.mark.parametrize("name", DESIGNS)
def test_statistics_equal_those_of_limma(limma, name, size):
    ours, theirs, tolerance = fitted(limma, name, size), limma.answer(name, size), DESIGNS[name][-1]
    # where a coefficient cannot be told from a covariate limma drops the covariate, we do not answer
    told = np.isfinite(ours.t[:, 1])
    assert np.isfinite(theirs["t"][~told]).sum() <= (2 if name == "missing" else 0) + 10 * (size == 3)
    assert not np.isfinite(ours.t[theirs["t"].isna(), 1]).any()
    pairs = {
        "log2_fold_change": ours.fit.coefficients[:, 1],
        "average": ours.fit.average,
        "t": ours.t[:, 1],
        "log_p": ours.log_p[:, 1],
        "df_total": ours.df_total,
        "s2_post": ours.s2_post,
    }
    for column, values in pairs.items():
        limma.agree(values[told], theirs[column][told], tolerance)
    if told.sum() == theirs["t"].notna().sum():  # the prior of effects is shared
        limma.agree(ours.b[told, 1], theirs["b"][told], tolerance)
    limma.agree(np.median(ours.df_prior), limma.fact(name, size, "df_prior"), tolerance)
    limma.agree(np.median(ours.s2_prior), limma.fact(name, size, "s2_prior"), tolerance)


def test_numbers_are_those_that_limma_gives_here(tmp_path, limma):
    found = shutil.which("Rscript")
    probe = [found, "-e", "library(limma); library(statmod)"]
    if not found or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("R with limma and statmod is not installed (Debian: r-bioc-limma, r-cran-statmod)")
    shutil.copy(limma.folder / "limma.R", tmp_path)
    done = subprocess.run([found, "limma.R"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if "limma 3.54" not in done.stdout:
        pytest.skip(f"the stored numbers are of limma 3.54, here is {done.stdout.strip()}")
    for stored in sorted(limma.folder.glob("*.csv")):
        ours, theirs = (pd.read_csv(p, skipinitialspace=True) for p in (stored, tmp_path / stored.name))
        pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9, atol=1e-12)


def test_one_sample_a_group_has_no_answer_but_with_others_the_prior_gives_one():
    with pytest.raises(CohortError, match="residual degrees of freedom"):
        moderate(fit_linear(np.ones((2, 5)), np.eye(2)))
    levels = np.random.default_rng(0).normal(size=(8, 30))
    levels[1:7, 0] = np.nan
    result = moderate(fit_linear(levels, np.c_[np.ones(8), np.arange(8) > 3]))
    assert np.isfinite(result.t[0, 1])
    assert result.fit.df_residual[0] == 0


def test_constant_and_absent_assays_do_no_harm_to_others():
    levels = np.random.default_rng(1).normal(size=(10, 40))
    levels[:, 0], levels[:, 1] = 3.0, np.nan
    design = np.repeat(np.eye(2), 5, axis=0)
    for options in ({}, {"trend": True}, {"robust": True}, {"trend": True, "robust": True}):
        result = moderate(
            contrast_fit(fit_linear(levels, design), np.array([[-1.0], [1.0]]), ["d"]), **options
        )
        assert np.isfinite(result.t[2:]).all()
        assert abs(result.t[0, 0]) < 1e-6
        assert np.isnan(result.p_value[1, 0])


def test_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(2)
    levels = rng.normal(0, np.sqrt(4 / rng.chisquare(4, 4000)), (8, 4000)) + 1.0
    low, high = moderate(fit_linear(levels, np.ones((8, 1)))).interval(0.9)
    assert ((low < 1) & (high > 1)).mean() == pytest.approx(0.9, abs=0.02)


def test_prior_of_infinite_weight_is_used_alone():
    prior = VariancePrior(np.array([2.0, 2.0]), np.array([np.inf, 2.0]))
    assert squeeze(np.array([9.0, 4.0]), np.array([5.0, 2.0]), prior).tolist() == [2.0, 3.0]


def test_no_statistics_have_no_variance_of_effects():
    assert np.isnan(effect_variance(np.array([np.nan]), np.ones(1), np.ones(1), 0.01, np.array([0.0, 1.0])))

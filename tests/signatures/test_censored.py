"""Left-censored imputation against SciPy's own likelihood, and where it helps."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import config_context
from sklearn.pipeline import make_pipeline

from stratify.signatures.censored import CensoredImputer, censored_normal
from stratify.signatures.limits import treat_below
from stratify.signatures.preprocessing import ReferenceScaler


def correlated(n=200, p=30, k=3, seed=0):
    rng = np.random.default_rng(seed)
    loadings = np.random.default_rng(9).normal(size=(k, p))
    return 4 + 0.9 * rng.normal(size=(n, k)) @ loadings + 0.3 * rng.normal(size=(n, p))


@pytest.mark.parametrize("share", [0.05, 0.25, 0.45])
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (-40.0, 0.01), (12.0, 3.0)])
def test_fit_equals_the_likelihood_of_scipy(share, mean, sd):
    values = np.random.default_rng(3).normal(mean, sd, size=(120, 1))
    limits = np.full(values.shape, np.quantile(values, share))
    limits[:20] -= 0.3 * sd  # another plate
    below = values < limits
    data = stats.CensoredData.left_censored(np.where(below, limits, values)[:, 0], below[:, 0])
    wanted = stats.norm.fit(data)
    got = [float(part[0]) for part in censored_normal(values, limits)]
    np.testing.assert_allclose(np.subtract(got, wanted), 0.0, atol=2e-3 * sd)

    def loss(centre, spread):
        return (
            stats.norm.nnlf((centre, spread), values[~below])
            - stats.norm.logcdf(limits[below], centre, spread).sum()
        )

    assert loss(*got) <= loss(*wanted) + 1e-9


def test_without_anything_below_the_fit_is_mean_and_sd():
    values = correlated()
    mean, sd = censored_normal(values, np.full(values.shape, np.nan))
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose(sd, values.std(axis=0))


def test_columns_that_can_not_be_known_have_no_distribution_and_spoil_no_other():
    values = correlated()
    limits = np.full(values.shape, -99.0)
    limits[:, 0] = np.quantile(values[:, 0], 0.6)  # more than half below
    values[3:, 1] = np.nan
    values[:, 2] = 7.0
    values[:, 3] = np.nan
    mean, sd = censored_normal(values, limits)
    assert np.isnan(mean[[0, 2, 3]]).all()
    np.testing.assert_allclose(mean[4:], values[:, 4:].mean(axis=0))
    assert np.isfinite(sd[[1, *range(4, 30)]]).all()


def test_other_proteins_sharpen_the_expectation():
    train, new = correlated(), correlated(seed=1)
    limits = np.full(train.shape, np.nan)
    limits[:, ::3] = np.quantile(train, 0.4, axis=0)[::3]
    below = new < limits
    error = {}
    for k in (0, 3):
        imputer = CensoredImputer(k).fit(train, lod=limits)
        error[k] = np.sqrt(np.mean((imputer.transform(new, lod=limits) - new)[below] ** 2))
    error["half"] = np.sqrt(np.mean((limits - 0.5 - new)[below] ** 2))
    assert error[3] < 0.6 * error[0]
    assert error[0] < error["half"]


def test_nothing_of_the_scored_people_is_learned():
    train, new = correlated(), correlated(seed=2)
    limits = np.full(train.shape, 3.5)
    imputer = CensoredImputer().fit(train, lod=limits)
    together = imputer.transform(new, lod=limits)
    alone = imputer.transform(new[:1], lod=limits[:1])
    np.testing.assert_array_equal(together[:1], alone)
    np.testing.assert_array_equal(together, treat_below(imputer.state_, new, limits))


def test_gaps_stay_gaps():
    profiles = correlated()
    profiles[::7, 4] = np.nan
    filled = CensoredImputer().fit_transform(profiles, lod=np.full(profiles.shape, 3.0))
    np.testing.assert_array_equal(np.isnan(filled), np.isnan(profiles))


def test_limits_travel_through_a_pipeline():
    profiles = correlated()
    limits = np.full(profiles.shape, 3.5)
    with config_context(enable_metadata_routing=True):
        imputer = CensoredImputer().set_fit_request(lod=True).set_transform_request(lod=True)
        piped = make_pipeline(imputer, ReferenceScaler()).fit(profiles, lod=limits)
        got = piped.transform(profiles, lod=limits)
    apart = CensoredImputer().fit_transform(profiles, lod=limits)
    np.testing.assert_array_equal(got, ReferenceScaler().fit_transform(apart))


def test_real_levels_hidden_below_a_raised_limit_come_back_closer_than_half_the_limit(data_dir):
    from stratify.assays.reader import read_assays

    adata = read_assays(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx")
    levels = np.asarray(adata.X)[(adata.obs["sample_type"] == "sample").to_numpy()]
    levels = levels[:, np.isfinite(levels).all(axis=0)]
    train = np.arange(len(levels)) % 2 == 0
    limits = np.full(levels.shape, np.nan)
    limits[:, ::3] = np.quantile(levels, 0.3, axis=0)[::3]
    imputer = CensoredImputer().fit(levels[train], lod=limits[train])
    below = (levels < limits) & ~train[:, None]
    filled = imputer.transform(levels, lod=limits)
    wrong = {"fitted": filled - levels, "half": limits - 0.5 - levels}
    error = {name: float(np.sqrt(np.mean(part[below] ** 2))) for name, part in wrong.items()}
    assert error["fitted"] < 0.9 * error["half"]

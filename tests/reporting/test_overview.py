from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from sklearn.decomposition import PCA

from stratify.reporting import overview as module
from stratify.reporting.overview import overview


def table(n=40, p=12, controls=2, seed=0):
    rng = np.random.default_rng(seed)
    levels = rng.normal(size=(n, 3)) @ rng.normal(size=(3, p)) + rng.normal(size=(n, p))
    obs = pd.DataFrame(
        {"sample_type": ["sample"] * (n - controls) + ["control"] * controls, "plate": ["A", "B"] * (n // 2)},
        index=[f"S{i}" for i in range(n)],
    )
    var = pd.DataFrame({"gene": [f"G{i}" for i in range(p)]}, index=[f"OID{i}" for i in range(p)])
    var.loc["OID0", "gene"] = "IL4"
    return AnnData(levels, obs=obs, var=var)


def test_components_are_those_of_another_library():
    adata = table()
    view = overview(adata)
    levels = adata.X[:38]
    z = (levels - levels.mean(axis=0)) / levels.std(axis=0)
    oracle = PCA(2).fit(z)
    np.testing.assert_allclose(np.abs(view.components.to_numpy()), np.abs(oracle.transform(z)), atol=1e-8)
    assert view.explained == pytest.approx(tuple(oracle.explained_variance_ratio_))


def test_quartiles_of_each_sample_and_its_kind():
    adata = table()
    view = overview(adata)
    expected = np.percentile(adata.X[3], (25, 50, 75))
    np.testing.assert_allclose(view.samples.loc["S3", ["lower", "median", "upper"]].astype(float), expected)
    assert view.samples["type"].value_counts().to_dict() == {"sample": 38, "control": 2}
    assert "S39" not in view.components.index


def test_detectability_is_unknown_without_a_limit_and_counts_patients_with_one():
    adata = table()
    assert overview(adata).proteins["detectability"].isna().all()
    lod = np.full(adata.shape, np.nan)
    lod[:, 0] = np.median(adata.X[:38, 0])
    adata.layers["lod"] = lod
    share = overview(adata).proteins["detectability"]
    assert share[0] == pytest.approx(0.5)
    assert share[1:].isna().all()


def test_th2_proteins_are_listed_by_name_measured_or_not():
    th2 = overview(table()).th2().set_index("gene")
    assert th2.loc["IL4", "measured"]
    assert not th2.loc["IL13", "measured"]
    assert th2.index.is_unique


def test_gaps_constant_and_silent_values_do_no_harm():
    adata = table()
    adata.X[:, 1] = np.nan
    adata.X[:, 2] = 1.0
    adata.X[5] = np.nan
    adata.X[np.random.default_rng(0).random(adata.shape) < 0.1] = np.nan
    view = overview(adata)
    assert np.isfinite(view.components.to_numpy()).all()
    assert np.isnan(view.samples.loc["S5", "median"])
    assert view.proteins.loc[1, "missing"] == 1


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_samples_have_no_components(n):
    view = overview(table(n=40)[:n].copy())
    assert view.components.empty
    assert len(view.samples) == n


def test_many_samples_are_thinned_the_same_way_each_time(monkeypatch):
    monkeypatch.setattr(module, "MOST_DRAWN", 20)
    view = overview(table())
    assert len(view.samples) == 20
    assert view.n_samples == 40
    assert view.samples.index.tolist() == overview(table()).samples.index.tolist()

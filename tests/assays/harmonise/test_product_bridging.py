from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.harmonise.product_bridging import bridgeability, fit_product_bridging
from stratify.errors import HarmonisationError

REFERENCE = Path(__file__).parents[2] / "reference" / "bridging"


@pytest.fixture(scope="module")
def expected():
    return pd.read_csv(REFERENCE / "output.csv", index_col="assay")


@pytest.fixture(scope="module")
def tables(expected):
    long = pd.read_csv(REFERENCE / "input.csv")
    return {
        name: long.pivot(index="sample_id", columns="assay", values=name)[expected.index.tolist()]
        for name in ("npx_reference", "npx_batch", "count_reference", "count_batch")
    }


@pytest.fixture
def products(tables):
    made = []
    for where, prefix in (("reference", "HT-"), ("batch", "E-")):
        levels = tables[f"npx_{where}"]
        obs = pd.DataFrame({"sample_type": "bridge"}, levels.index.to_numpy())
        made.append(AnnData(levels.to_numpy(), obs, pd.DataFrame(index=prefix + levels.columns.to_numpy())))
        made[-1].layers["count"] = tables[f"count_{where}"].to_numpy().astype(float)
    return made


@pytest.fixture
def assays(expected):
    return pd.Series([f"HT-{name}" for name in expected.index], [f"E-{name}" for name in expected.index])


def test_criteria_are_those_of_the_published_rule(tables, expected):
    found = bridgeability(
        tables["npx_reference"], tables["npx_batch"], (tables["count_reference"], tables["count_batch"])
    )
    np.testing.assert_allclose(
        found[["range_difference", "r2", "ks"]], expected[["range_difference", "r2", "ks"]], rtol=1e-9
    )
    assert found["verdict"].tolist() == expected["verdict"].tolist()


def test_noise_and_other_shapes_are_not_converted_and_a_plain_offset_is(tables):
    found = bridgeability(tables["npx_reference"], tables["npx_batch"])
    assert found.index[found["convertible"]].tolist() == ["same", "shifted", "outlier", "rare"]


def test_without_counts_a_doubtful_assay_is_not_bridgeable(tables):
    levels = tables["npx_reference"][["low_counts"]], tables["npx_batch"][["low_counts"]]
    many = tuple(table[["low_counts"]] + 1000 for table in (tables["count_reference"], tables["count_batch"]))
    assert bridgeability(*levels)["verdict"].item() == "not bridgeable"
    assert bridgeability(*levels, many)["verdict"].item() == "quantile smoothing"


def test_an_assay_without_levels_is_not_bridgeable(tables):
    empty = tables["npx_reference"][["same"]] * np.nan
    assert bridgeability(empty, tables["npx_batch"][["same"]])["verdict"].item() == "not bridgeable"


def test_only_convertible_assays_are_corrected(products, assays, expected, alone_as_in_company):
    reference, batch = products
    fitted, table = fit_product_bridging(reference, batch, assays)
    assert list(fitted.assays) == ["E-same", "E-shifted", "E-outlier", "E-rare"]
    np.testing.assert_allclose(
        -fitted.shift[0], expected.loc[["same", "shifted", "outlier", "rare"], "adjustment"]
    )
    assert len(table) == 8
    with pytest.raises(HarmonisationError, match="not among them: E-noisy, E-wider"):
        fitted.transform(batch)
    alone_as_in_company(fitted, batch[:, list(fitted.assays)])


def test_too_few_bridges_are_refused(products, assays):
    reference, batch = products
    with pytest.raises(HarmonisationError, match="at least 24 samples"):
        fit_product_bridging(reference, batch[:20], assays)


def test_assays_of_other_products_are_refused(products, assays):
    with pytest.raises(HarmonisationError, match="none of the given pairs"):
        fit_product_bridging(*products, "other-" + assays)


def test_products_that_agree_in_nothing_are_refused(products, assays):
    with pytest.raises(HarmonisationError, match=r"median centring: 1 assays, not bridgeable: 1 assays"):
        fit_product_bridging(*products, assays[["E-noisy", "E-low_counts"]])

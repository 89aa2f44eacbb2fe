"""Persons who were measured twice, screened."""

from __future__ import annotations

import anndata
import numpy as np
import pytest

from stratify.errors import ScreeningError
from stratify.screening.repeats import repeats


@pytest.fixture
def twice(arrivals, tmp_path):
    """Forty persons, each measured again with the error of an assay."""
    again = arrivals[arrivals.obs["sample_type"] == "sample"].copy()
    again.X = np.asarray(again.X) + np.random.default_rng(4).normal(0, 0.16, again.shape)
    again.obs_names = [f"{name}-2" for name in again.obs_names]
    again.obs["sample_id"] = again.obs_names
    both = anndata.concat([arrivals, again], merge="first", uns_merge="first")
    both.write_h5ad(tmp_path / "twice.h5ad")
    return tmp_path / "twice.h5ad"


def test_repeats_of_one_blood_repeat(model_folder, twice):
    found = repeats(model_folder, [twice])
    assert (found.magnitude.persons, found.magnitude.samples, found.pairs) == (40, 80, 40)
    assert found.magnitude.icc > 0.8
    assert 0 < found.magnitude.sem < 1
    assert found.same_call > 0.7
    assert found.table["chance_to_cross"].between(0, 1).all()
    far = (found.table["magnitude_z"] - found.bound).abs()
    assert found.table.loc[far.idxmax(), "chance_to_cross"] < found.table.loc[far.idxmin(), "chance_to_cross"]


def test_persons_must_be_named(model_folder, twice):
    with pytest.raises(ScreeningError, match="a column subject"):
        repeats(model_folder, [twice], patient="subject")

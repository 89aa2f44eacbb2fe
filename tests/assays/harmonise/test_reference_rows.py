from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.harmonise.reference_rows import normalised_by, reference_names, reference_values


def test_negative_controls_tell_nothing(batch):
    adata = batch(0, kind="control", names=("Neg 1", "IPC 1"))
    assert reference_values(adata).index.tolist() == ["IPC 1"]


def test_values_are_means_by_name(batch):
    adata = batch(0, plates=("P1", "P2"))
    values = reference_values(adata)
    rows = (adata.obs["control_name"] == "B2").to_numpy()
    np.testing.assert_allclose(values.loc["B2"], adata.X[rows].mean(axis=0))


def test_rows_are_named_by_kind(batch):
    adata = batch(0, names=("B1", "B2"))
    assert set(reference_names(adata, "bridge")) == {"", "B1", "B2"}
    assert set(reference_names(adata, "controls")) == {""}
    unnamed = adata[:, :].copy()
    del unnamed.obs["control_name"]
    assert set(reference_names(unnamed, "bridge")) == {"", "B1 on P1", "B2 on P1"}


@pytest.mark.parametrize(
    ("stated", "found"), [("Intensity Normalized (v.2)", True), ("Plate control", False)]
)
def test_the_vendors_normalisation_is_read(batch, stated, found):
    adata = batch(0)
    adata.uns["stratify"]["normalization"] = stated
    assert normalised_by(adata, "intensity") is found

"""Batches of known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

ASSAYS = [f"A{j}" for j in range(60)]


def make_batch(
    seed, *, offset=0.0, plates=("P1",), kind="bridge", names=("B1", "B2", "B3", "B4"), noise=0.1, people=20
):
    """Samples and references of known level; each plate shifted by its own offset."""
    rng = np.random.default_rng(seed)
    world = np.random.default_rng(7)
    level, of_name = world.normal(5, 2, 60), {name: world.normal(0, 1, 60) for name in names}
    rows, obs = [], []
    for p, plate in enumerate(plates):
        shift = np.broadcast_to(offset, (len(plates), 60))[p]
        for i in range(people):
            rows.append(level + rng.normal(0, 1, 60) + shift)
            obs.append((f"S{p}_{i}", "sample", "", plate))
        for name in names:
            rows.append(level + of_name[name] + rng.normal(0, noise, 60) + shift)
            obs.append((f"{name} on {plate}", kind, name, plate))
    table = pd.DataFrame(obs, columns=["sample_id", "sample_type", "control_name", "plate"]).set_index(
        "sample_id", drop=False
    )
    adata = AnnData(np.array(rows), table.rename_axis(None), pd.DataFrame({"panel": "Inflammation"}, ASSAYS))
    adata.layers["lod"] = np.broadcast_to(level - 3, adata.shape).copy()
    adata.uns["stratify"] = {"scale": "NPX", "normalization": ""}
    return adata


@pytest.fixture(scope="session")
def batch():
    """The maker of batches."""
    return make_batch


@pytest.fixture(scope="session")
def alone_as_in_company():
    """Check that each row, corrected alone by what was frozen, gets the bits that it gets in company."""

    def check(fitted, adata):
        together = fitted.transform(adata)
        read = type(fitted).from_state(fitted.to_state())
        for i in range(adata.n_obs):
            one = read.transform(adata[[i]])
            np.testing.assert_array_equal(one.X, together.X[[i]])
            if "lod" in adata.layers:
                np.testing.assert_array_equal(one.layers["lod"], together.layers["lod"][[i]])

    return check

"""A sound table for the single checks, in which each test plants its own fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

PANELS = ("Inflammation", "Neurology")


@pytest.fixture
def make():
    """Build sound tables: two groups, 80 proteins with ten common causes, two panels, three plates."""

    def build(n: int = 120, *, p: int = 80, seed: int = 0, noise: float = 0.4) -> AnnData:
        rng = np.random.default_rng(seed)
        causes = rng.normal(size=(n, 10)) @ rng.normal(size=(10, p)) / 3
        levels = 5 + 3 * rng.normal(size=p) + 0.5 * causes + noise * rng.normal(size=(n, p))
        ids = [f"S{i}" for i in range(n)]
        obs = pd.DataFrame(
            {"sample_type": "sample", "group": rng.choice(["AD", "HC"], n), "matrix": "serum"}, index=ids
        )
        obs["plate"] = rng.choice(["P1", "P2", "P3"], n)
        var = pd.DataFrame({"panel": np.repeat(PANELS, p // 2)}, index=[f"A{j}" for j in range(p)])
        table = AnnData(levels, obs, var, layers={"lod": np.full((n, p), -99.0)})
        table.uns["stratify"] = {"scale": "NPX", "normalization": "Plate control", "format": "npx-wide"}
        return table

    return build

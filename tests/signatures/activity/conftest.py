"""Scores of R's GSVA, a small cohort, and what every method has to keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.signatures.activity.method import Members

FOLDER = Path(__file__).parents[2] / "reference" / "gsva"


class Reference:
    """Levels, sets and scores by method, as R wrote them."""

    def __init__(self, folder: Path) -> None:
        table = pd.read_csv(folder / "input.csv", index_col="sample_id")
        lines = [line.split("\t") for line in (folder / "sets.gmt").read_text().splitlines()]
        self.names = [line[0] for line in lines]
        self.levels = table.to_numpy()
        self.members = Members.equal(np.array([[name in line[2:] for name in table] for line in lines]))
        self.output = pd.read_csv(folder / "output.csv")

    def scores(self, method: str) -> np.ndarray:
        return self.output.loc[self.output["method"] == method, self.names].to_numpy()


@pytest.fixture(scope="session")
def reference():
    return Reference(FOLDER)


@pytest.fixture(scope="session")
def folder():
    return FOLDER


@pytest.fixture
def ragged():
    """Reference people and patients with gaps, ties, a constant protein and an empty patient."""
    rng = np.random.default_rng(5)
    levels = rng.normal(size=(53, 60)) + rng.normal(size=(53, 1)) + rng.uniform(0, 9, 60)
    levels[:, :8] = levels[:, :8].round()
    levels[:, 59] = 2.0
    levels[rng.random(levels.shape) < 0.05] = np.nan
    levels[40], levels[41, 10:] = np.nan, np.nan
    levels[42] += 500.0
    inside = rng.random((7, 60)) < np.array([0.02, 0.1, 0.2, 0.5, 1.0, 0.0, 0.3])[:, None]
    inside[6, 59] = True
    return levels[:32], levels[32:], Members(inside, rng.random(60).round(1))


@pytest.fixture
def alone_is_batch(ragged):
    """Check that a lone patient, any batch and any order give the same bits, for one method."""

    def check(method):
        healthy, patients, members = ragged
        state = method.fit(healthy, members)
        kept = {name: value.copy() for name, value in state.items()}
        batch = method.score(state, patients)
        alone = [method.score(state, patients[i : i + 1])[0] for i in range(len(patients))]
        np.testing.assert_array_equal(batch, alone)
        np.testing.assert_array_equal(method.score(state, patients[::-1])[::-1], batch)
        np.testing.assert_array_equal(method.score(state, np.asfortranarray(patients)), batch)
        np.testing.assert_array_equal(method.score(state, np.vstack([patients] * 70))[-21:], batch)
        assert np.isnan(batch[8]).all()  # nothing was measured
        assert np.isnan(batch[:, 5]).all()  # a set without a member
        assert np.isfinite(np.delete(np.delete(batch, 8, axis=0), [0, 4, 5], axis=1)[:, 1:]).all()
        assert all(np.array_equal(kept[name], state[name], equal_nan=True) for name in state)
        return batch

    return check


@pytest.fixture
def people():
    """Twelve patients' samples, five proteins of which one is on two panels."""
    rng = np.random.default_rng(2)
    var = pd.DataFrame(
        {
            "uniprot": ["Q92583", "P01579", "P05231", "P05231", "P01375", "P29965"],
            "gene": ["CCL17", "IFNG", "IL6", "IL6", "TNF", "CD40LG"],
            "panel": [
                "Cardiovascular II",
                "Inflammation",
                "Cardiovascular II",
                "Inflammation",
                "",
                "Neurology",
            ],
            "detectability": [1.0, 0.5, 1.0, 1.0, 1.0, 0.0],
        },
        index=["OID6", "OID5", "OID4", "OID3", "OID2", "OID1"],
    )
    obs = pd.DataFrame({"group": ["HC"] * 7 + ["AD"] * 5}, index=[f"S{i}" for i in range(12)])
    return AnnData(rng.normal(5, 1, (12, 6)), obs, var, uns={"stratify": {"scale": "NPX"}})

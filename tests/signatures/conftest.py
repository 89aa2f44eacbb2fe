"""Inputs and outputs of R limma, which several tests compare with."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

FOLDER = Path(__file__).parents[1] / "reference" / "limma"


class LimmaReference:
    """Tables of the folder, by number of samples a group (12 or 3)."""

    folder = FOLDER

    def inputs(self, size):
        people = pd.read_csv(FOLDER / "people.csv")
        rows = [*range(size), *range(12, 12 + size)]
        people = people.iloc[rows].reset_index(drop=True)
        levels, gaps = (
            pd.read_csv(FOLDER / f"{name}.csv").iloc[rows, 1:].to_numpy(dtype=float)
            for name in ("levels", "gaps")
        )
        plain = np.c_[np.ones(len(rows)), people["group"] == "MDD"]
        adjusted = np.c_[plain, people["age"], people["sex"] == "M"]
        return SimpleNamespace(levels=levels, gaps=gaps, people=people, plain=plain, adjusted=adjusted)

    def answer(self, design, size):
        return pd.read_csv(FOLDER / f"{design}-{size}.csv", skipinitialspace=True)

    def fact(self, design, size, column):
        return pd.read_csv(FOLDER / "facts.csv").set_index("design").loc[f"{design}-{size}", column]

    def agree(self, ours, theirs, tolerance):
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=1e-13)


@pytest.fixture(scope="session")
def limma():
    return LimmaReference()


def draw_people(seed=0, *, counts=None, proteins=60, shifts=None, shared=0.5):
    """Cohort of correlated normals; ``shifts`` gives each group a shift a protein."""
    rng = np.random.default_rng(seed)
    counts = {"MDD": 25, "AD": 30, "HC": 32} if counts is None else counts
    group = np.repeat(list(counts), list(counts.values()))
    loadings = rng.standard_normal((proteins, 3)) * np.sqrt(shared / 3)
    levels = rng.standard_normal((len(group), 3)) @ loadings.T
    levels += rng.standard_normal(levels.shape) * np.sqrt(1 - shared)
    for name, shift in (shifts or {}).items():
        levels[group == name] += shift
    genes = [f"GENE{i}" for i in range(proteins)]
    obs = pd.DataFrame(
        {"group": group, "age": rng.normal(50, 9, len(group))}, index=[f"S{i}" for i in range(len(group))]
    )
    var = pd.DataFrame({"uniprot": "", "gene": genes, "panel": ""}, index=[f"A{i}" for i in range(proteins)])
    return AnnData(levels, obs=obs, var=var)


@pytest.fixture(scope="session")
def make_people():
    return draw_people

"""Inputs and outputs of R limma, which several tests compare with."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

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

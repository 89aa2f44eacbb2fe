"""Columns of samples as numbers, coded the same for the people learned from and for a later one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stratify.errors import HarmonisationError, listed


@dataclass(frozen=True)
class CovariateCoding:
    """How covariates become columns of a design.

    Parameters
    ----------
    names : tuple of str
        Columns of ``obs``.
    levels : tuple of tuples of str
        Known words of each, in order, the first without a column; empty where the column holds numbers.

    Examples
    --------
    >>> obs = pd.DataFrame({"sex": ["F", "M"], "age": [30.0, 40.0]}, ["a", "b"])
    >>> CovariateCoding.learn(obs, ["sex", "age"]).columns(obs).tolist()
    [[0.0, 30.0], [1.0, 40.0]]
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]

    @classmethod
    def learn(cls, obs: pd.DataFrame, names: Sequence[str]) -> CovariateCoding:
        """List the words of each column.

        Parameters
        ----------
        obs : DataFrame
            Samples.
        names : sequence of str
            Columns to code.

        Returns
        -------
        CovariateCoding

        Raises
        ------
        HarmonisationError
            A column that is absent.
        """
        absent = [name for name in names if name not in obs]
        if absent:
            raise HarmonisationError(f"columns {listed(names)}", f"absent: {listed(absent)}", "add them")
        return cls(tuple(names), tuple(_words(obs[name]) for name in names))

    def columns(self, obs: pd.DataFrame) -> np.ndarray:
        """Code samples.

        Parameters
        ----------
        obs : DataFrame
            Samples.

        Returns
        -------
        array of shape (len(obs), columns)

        Raises
        ------
        HarmonisationError
            A column that is absent, or a sample whose value is missing or was never seen.
        """
        parts = [self._coded(obs, name, levels) for name, levels in zip(self.names, self.levels, strict=True)]
        return np.hstack(parts) if parts else np.empty((len(obs), 0))

    def _coded(self, obs: pd.DataFrame, name: str, levels: tuple[str, ...]) -> np.ndarray:
        values = obs[name] if name in obs else pd.Series(np.nan, obs.index)
        if levels:
            words = values.astype(object).where(values.notna(), "").astype(str)
            coded = np.array([[word == level for level in levels] for word in words], dtype=float)
            wrong = coded.sum(axis=1) == 0
        else:
            coded = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)[:, None]
            wrong = ~np.isfinite(coded[:, 0])
        if wrong.any():
            raise HarmonisationError(
                f"a known {name} for each sample" + (f": {listed(levels)}" if levels else ""),
                f"none for {listed(obs.index[wrong])}",
                "complete the column, leave these samples out, or do not keep this covariate",
            )
        return coded[:, 1:] if levels else coded


def _words(values: pd.Series) -> tuple[str, ...]:
    if pd.api.types.is_numeric_dtype(values):
        return ()
    return tuple(sorted(set(values.dropna().astype(str)) - {""}))

"""What a harmoniser learned: a shift and a scale by batch and assay, with the error that remains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR
from stratify.assays.plates import by_panel
from stratify.errors import HarmonisationError, listed

_ARRAYS = ("shift", "scale", "error", "rows")


@dataclass(frozen=True, eq=False)
class Correction:
    """A corrected level is ``(level - shift) / scale``, with the numbers of the sample's batch.

    Parameters
    ----------
    method : str
        What estimated it.
    column : str
        Column of ``obs`` that names the batch, also in its form ``<column>@<panel>``; "" where all samples
        that are handed in belong to the only batch.
    batches, assays : tuple of str
        Known batches and assay ids.
    shift, scale, error, rows : arrays of shape (batches, assays)
        The correction, the standard error of a corrected level that comes from it, and how many rows it
        leans on (0: the level is kept, and `error` is an assumption; NaN: not an assay of this batch).
    leaned_on : tuple of str
        One sentence a batch: which rows.
    unit : str, default ""
        Scale of corrected levels where the correction changes it.
    fitted_on : str, default "unknown"
        Scale of the levels that it was learned from.
    """

    method: str
    column: str
    batches: tuple[str, ...]
    assays: tuple[str, ...]
    shift: np.ndarray
    scale: np.ndarray
    error: np.ndarray
    rows: np.ndarray
    leaned_on: tuple[str, ...]
    unit: str = ""
    fitted_on: str = "unknown"

    def transform(self, adata: AnnData) -> AnnData:
        """Correct samples of known batches; each alone gets the same bits as in company.

        Parameters
        ----------
        adata : AnnData of shape (samples, assays)
            Some of the assays that were fitted, in any order.

        Returns
        -------
        AnnData
            A copy with levels and detection limits corrected; ``uns["stratify"]["harmonised"]`` says how.

        Raises
        ------
        HarmonisationError
            A sample of an unknown batch, an assay that was not fitted, levels on another scale, or levels to
            which this correction has been applied already.
        """
        batch, assay = self.position(adata)
        shift, scale = self.shift[batch, assay], self.scale[batch, assay]
        corrected = adata.copy()
        corrected.X = (np.asarray(adata.X) - shift) / scale
        if "lod" in adata.layers:
            corrected.layers["lod"] = (np.asarray(adata.layers["lod"]) - shift) / scale
        corrected.uns["stratify"] = self._provenance(adata)
        return corrected

    def position(self, adata: AnnData) -> tuple[np.ndarray, np.ndarray]:
        """Find the batch of each level and the fitted assay of each column.

        Parameters
        ----------
        adata : AnnData of shape (n, p)
            As for `transform`.

        Returns
        -------
        batch : ndarray of int, shape (n, p)
        assay : ndarray of int, shape (p,)

        Raises
        ------
        HarmonisationError
            As `transform`.
        """
        self._refuse_other_levels(adata)
        assay = pd.Index(self.assays).get_indexer(adata.var_names)
        if (assay < 0).any():
            raise HarmonisationError(
                f"assays for which the {self.method} was fitted",
                f"not among them: {listed(adata.var_names[assay < 0])}",
                "leave these assays out, or fit again with them",
            )
        if not self.column:
            return np.zeros(adata.shape, dtype=int), assay
        return self._batch_of(adata), assay

    def _refuse_other_levels(self, adata: AnnData) -> None:
        known = adata.uns.get("stratify", {})
        if set(self.lines()) <= set(known.get("harmonised", ())):
            raise HarmonisationError(
                f"levels before the {self.method}",
                "it has been applied to them already",
                "hand in the levels as they were measured",
            )
        scale = scale_of(adata)
        if len({scale, self.fitted_on} - {"unknown"}) > 1:
            raise HarmonisationError(
                f"levels in {self.fitted_on}, in which the {self.method} was fitted",
                f"levels in {scale}",
                "export them in the same unit, or fit again",
            )

    def _batch_of(self, adata: AnnData) -> np.ndarray:
        panel = panels_of(adata)
        named = by_panel(adata.obs, self.column, sorted(set(panel)))
        codes = np.column_stack([pd.Index(self.batches).get_indexer(pd.Index(named[p])) for p in named])
        batch = codes[:, named.columns.get_indexer(pd.Index(panel))]
        unknown = ((batch < 0) & np.isfinite(np.asarray(adata.X))).any(axis=1)
        if unknown.any():
            raise HarmonisationError(
                f"samples of the batches that the {self.method} knows: {listed(self.batches)}",
                f"another {self.column}, or none, for {listed(adata.obs_names[unknown])}",
                "measure bridge samples or controls with the new batch and fit again; it can not be guessed",
            )
        return batch

    def _provenance(self, adata: AnnData) -> dict[str, Any]:
        known = dict(adata.uns.get("stratify", {}))
        known["harmonised"] = [*known.get("harmonised", ()), *self.lines()]
        return known | ({"scale": self.unit} if self.unit else {})

    def remaining_error(self) -> pd.DataFrame:
        """Report how well each assay is known to be corrected.

        Returns
        -------
        DataFrame with four columns
            Columns ``batch``, ``assay_id``, ``error`` (standard error of a corrected level that comes from
            the correction) and ``rows`` (how many rows it leans on).
        """
        batch, assay = np.nonzero(np.isfinite(self.rows))
        return pd.DataFrame(
            {
                "batch": np.asarray(self.batches, dtype=object)[batch],
                "assay_id": np.asarray(self.assays, dtype=object)[assay],
                "error": self.error[batch, assay],
                "rows": self.rows[batch, assay].astype(int),
            }
        )

    def lines(self) -> list[str]:
        """Say the same in one line a batch.

        Returns
        -------
        list of str
        """
        return [
            f"{self.method}{f' of {batch}' if batch else ''}: {words}; {_in_words(error, rows, self.unit)}"
            for batch, words, error, rows in zip(
                self.batches, self.leaned_on, self.error, self.rows, strict=True
            )
        ]

    def to_state(self) -> dict[str, Any]:
        """Write plain arrays and words, to be kept with a model.

        Returns
        -------
        dict
            One entry a field: a float array, a string or a list of strings.
        """
        state = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in state.items()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Correction:
        """Read what `to_state` wrote.

        Parameters
        ----------
        state : mapping
            As from `to_state`; arrays may have become lists.

        Returns
        -------
        Correction
        """
        read: dict[str, Any] = dict(state)
        read |= {name: np.asarray(state[name], dtype=float) for name in _ARRAYS}
        read |= {name: tuple(state[name]) for name in ("batches", "assays", "leaned_on")}
        return cls(**read)


def _in_words(error: np.ndarray, rows: np.ndarray, unit: str) -> str:
    known = rows > 0
    kept = int((rows == 0).sum())
    left = f"{kept} assays without such rows keep their level" if kept else ""
    if not known.any():
        return left
    low, high = np.median(error[known]), np.quantile(error[known], 0.9)
    said = f"remaining error {low:.2f} in the median assay, {high:.2f} in the worst tenth"
    return ", ".join(filter(None, [f"{said} ({unit})" if unit else said, left]))


def make_shift(
    method: str,
    fitted: AnnData,
    parts: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray, str]],
    *,
    column: str = "",
) -> Correction:
    """Assemble a correction that only shifts.

    Parameters
    ----------
    method : str
        What estimated it.
    fitted : AnnData of shape (samples, p)
        What it was learned from: gives the assays and the scale.
    parts : mapping of str to (shift, error, rows, leaned_on)
        By batch; arrays of shape (p,) and a sentence. Where `rows` is 0 the level is kept and the error of
        an unknown offset assumed; where it is NaN the batch lacks the assay.
    column : str, default ""
        Column of ``obs`` that names the batch.

    Returns
    -------
    Correction
    """
    shift, error, rows = (np.array([part[i] for part in parts.values()], dtype=float) for i in range(3))
    known = (rows > 0) & np.isfinite(shift) & np.isfinite(error)
    return Correction(
        method=method,
        column=column,
        batches=tuple(parts),
        assays=tuple(fitted.var_names),
        fitted_on=scale_of(fitted),
        shift=np.where(known, shift, 0.0),
        scale=np.ones_like(shift),
        error=np.where(known, error, UNANCHORED_ERROR),
        rows=np.where(known | np.isnan(rows), rows, 0.0),
        leaned_on=tuple(part[3] for part in parts.values()),
    )


def scale_of(adata: AnnData) -> str:
    """Scale of the levels, "unknown" where the table does not say.

    Parameters
    ----------
    adata : AnnData
        Any table of protein levels.

    Returns
    -------
    str
    """
    return str(adata.uns.get("stratify", {}).get("scale", "unknown"))


def panels_of(adata: AnnData) -> list[str]:
    """Panel of each assay, "" where unknown.

    Parameters
    ----------
    adata : AnnData
        Any table of protein levels.

    Returns
    -------
    list of str
    """
    if "panel" not in adata.var:
        return [""] * adata.n_vars
    return adata.var["panel"].astype(object).fillna("").astype(str).tolist()

"""How far the batch of a file lies from the training data: measured, declared, or not known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.files.tables import read_cells
from stratify.assays.harmonise.control_offsets import control_offsets
from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR, VENDOR_ERROR
from stratify.assays.proteins.matching import match_assays
from stratify.assays.quality import sample_quality
from stratify.assays.schema import VAR_COLUMNS, as_text, parse_numbers, rename_columns
from stratify.errors import ScreeningError, listed
from stratify.learning.frozen import Batch, FrozenModel
from stratify.screening.alignment import refuse_uncovered

_IDENTITY = ("assay_id", "uniprot", "gene", "panel")


@dataclass(frozen=True, eq=False)
class Anchor:
    """The offset of a batch.

    Parameters
    ----------
    offset : array of shape (n_proteins,)
        Batch less training data, in the unit of the levels; it is subtracted.
    error : array of shape (n_proteins,)
        Its standard error.
    kind : str
        ``bridge``, ``controls``, ``vendor`` or ``none``.
    """

    offset: np.ndarray
    error: np.ndarray
    kind: str


def read_offset(path: str | Path, model: FrozenModel) -> Anchor:
    """Read an offset that was measured on bridging samples elsewhere.

    Parameters
    ----------
    path : str or Path
        Table with a column ``offset`` (this laboratory's level less the training level, in the unit of
        the model), one of ``assay_id``, ``uniprot`` and ``gene``, and optionally ``panel`` and ``error``
        (standard error; where absent, that of a vendor's inter-assay variation).
    model : FrozenModel
        Whose assays are looked up.

    Returns
    -------
    Anchor
        Of kind ``bridge``; an assay that the table does not name keeps offset 0 with a large error.

    Raises
    ------
    ScreeningError
        A column that is absent or holds text, or offsets for too little of the score's weight.
    """
    table = read_cells(Path(path))
    table = table.rename(columns=rename_columns(table.columns, VAR_COLUMNS))
    table.columns = pd.Index([str(name).strip() for name in table.columns])
    if "offset" not in table or not set(_IDENTITY[:3]) & set(table.columns):
        raise _offset_error(f"columns {listed(table.columns, 8)}")
    if table.empty:
        raise _offset_error("columns without a single row")
    identity = pd.DataFrame({name: table[name].map(as_text) for name in _IDENTITY if name in table})
    index = identity["assay_id"] if "assay_id" in identity else pd.Series("", identity.index)
    identity = identity.set_axis(pd.Index(index, dtype=object), axis=0)
    position = match_assays(model.assays, identity, prefer=True)
    offset = _looked_up(_numbers(table, "offset"), position)
    known = np.isfinite(offset)
    refuse_uncovered(model, known)
    error = (
        _looked_up(_numbers(table, "error"), position) if "error" in table else np.full(len(offset), np.nan)
    )
    error = np.where(np.isfinite(error), error, VENDOR_ERROR)
    return Anchor(np.where(known, offset, 0.0), np.where(known, error, UNANCHORED_ERROR), "bridge")


def _offset_error(found: str) -> ScreeningError:
    return ScreeningError(
        "an offset table with numbers in column offset and one of assay_id, uniprot, gene",
        found,
        "write one row an assay: its name and its offset (this laboratory less the training data)",
    )


def _numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    values, wrong = parse_numbers(table[column])
    if wrong.any() or (column == "error" and (values < 0).any()):
        raise _offset_error(f"column {column} with text or a value out of range")
    return values


def _looked_up(values: np.ndarray, position: np.ndarray) -> np.ndarray:
    return np.where(position >= 0, values[position], np.nan)


def batches(
    model: FrozenModel, aligned: AnnData, declared: Anchor | None = None
) -> list[tuple[np.ndarray, Batch]]:
    """Take the offset of each plate off its patients.

    Parameters
    ----------
    model : FrozenModel
        With the expected values of reference samples.
    aligned : AnnData of shape (samples, n_proteins)
        Patients, controls and bridges in the model's assays (`align`).
    declared : Anchor, optional
        An offset that holds for the whole file.

    Returns
    -------
    list of (rows, Batch)
        One a plate: positions of its patients in the file, and what the model needs of them.

    Notes
    -----
    A plate's offset comes from its own control or bridge rows, never from its patients.
    """
    people = (aligned.obs["sample_type"] == "sample").to_numpy()
    plates = (
        aligned.obs["plate"].astype(str).to_numpy() if "plate" in aligned.obs else np.full(len(people), "")
    )
    found = []
    for plate in dict.fromkeys(plates[people].tolist()):
        here = plates == plate
        anchor = declared or Anchor(*control_offsets(aligned[here], model.expected))
        rows = np.flatnonzero(here & people)
        found.append((rows, _batch(model, aligned[rows], anchor)))
    return found


def _batch(model: FrozenModel, patients: AnnData, anchor: Anchor) -> Batch:
    levels, lod = np.asarray(patients.X), np.asarray(patients.layers["lod"])
    matrix = patients.obs["matrix"].fillna("").astype(str).tolist() if "matrix" in patients.obs else ()
    return Batch(
        profiles=np.ascontiguousarray(levels - anchor.offset),
        below_lod=levels < lod,
        quality=sample_quality(patients).tolist(),
        anchored=anchor.kind,
        offset_error=anchor.error,
        matrix=matrix,
        limits=np.ascontiguousarray(lod - anchor.offset),
        covariates=model.adjustment.coded(patients.obs) if model.adjustment.asked else None,
    )

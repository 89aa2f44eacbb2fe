"""Rows below the samples of a table: what they say, and detection limits spread over the plates."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

_KINDS = {
    "lod": "lod",
    "maxlod": "max lod",
    "platelod": "plate lod",
    "normalization": "normalization",
    "normalisation": "normalization",
    "missingdatafreq": "missing data",
    "missingdatafrequency": "missing data",
    "missingfreq": "missing data",
    "lloq": "lloq",
    "uloq": "uloq",
    "lowestquantifiablelevel": "lowest quantifiable level",
    "assaywarning": "assay warning",
}
LIMITS = ("max lod", "lod", "plate lod")  # later ones win


def footer_kind(label: str) -> str:
    """Name the kind of a row below the samples.

    Parameters
    ----------
    label : str
        First cell of the row.

    Returns
    -------
    str
        "" for the row of a sample.

    Examples
    --------
    >>> footer_kind("Missing Data freq."), footer_kind("Plate_LOD"), footer_kind("S1")
    ('missing data', 'plate lod', '')
    """
    return _KINDS.get(re.sub(r"[^a-z0-9]", "", label.lower()), "")


def spread_limits(
    rows: Sequence[tuple[str, str, np.ndarray]], plates: Sequence[str], width: int
) -> np.ndarray:
    """Give each sample the limits of its plate.

    A limit of detection holds for the plate on which it was measured. Where a table states it a plate
    (``Plate LOD``) and for all plates together (``Max LOD``, the highest of them), each plate's own is taken
    and the common one fills the plates without.

    Parameters
    ----------
    rows : sequence of (str, str, ndarray of shape (width,))
        Kind (`LIMITS`, or one other kind for all), plate ("" for all plates) and limits, NaN where unknown.
    plates : sequence of str
        Plate of each sample.
    width : int
        Number of assays.

    Returns
    -------
    ndarray of float64, shape (len(plates), width)
        NaN where no row says it.

    References
    ----------
    Layouts of the rows: R package OlinkAnalyze, help page of ``read_npx_legacy``, and its table of the rows
    below the samples (Target 96 has one ``Max LOD`` beside a ``Plate LOD`` for each plate).

    Examples
    --------
    >>> rows = [("plate lod", "P1", np.array([0.5])), ("max lod", "", np.array([0.9]))]
    >>> spread_limits(rows, ["P1", "P2"], 1).tolist()
    [[0.5], [0.9]]
    """
    limits, plate_of = np.full((len(plates), width), np.nan), np.array(plates, dtype=object)
    order = sorted(rows, key=lambda row: (LIMITS.index(row[0]) if row[0] in LIMITS else 0, row[1] != ""))
    for _, plate, values in order:
        here = np.flatnonzero((plate_of == plate) | (plate == ""))
        limits[here] = np.where(np.isnan(values), limits[here], values)
    return limits

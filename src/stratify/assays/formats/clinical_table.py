"""Clinical tables: what is known of each sample, without protein levels."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.files.grid import is_rectangular, rough_frame
from stratify.assays.files.part import Part
from stratify.assays.files.tables import sample_column
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.schema import as_text, normalise_obs


def is_clinical_table(part: Part) -> bool:
    """Say whether a part is a table with a column of sample ids; formats with levels are asked before.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    frame = rough_frame(part.top)
    return (
        frame.shape[1] > 1
        and len(frame) > 0
        and sample_column(frame) is not None
        and is_rectangular(part.top)
    )


def read_clinical_table(part: Part) -> AnnData:
    """Read a clinical table.

    Parameters
    ----------
    part : Part
        Text table or sheet.

    Returns
    -------
    AnnData of shape (samples, 0)
        ``obs`` in canonical names and values; an id that occurs again gets " #2" behind it.

    Raises
    ------
    AssayFileError
        A damaged table.
    """
    frame = part.frame
    identifier = sample_column(frame.head(100))
    if identifier is None:
        raise refuse(part.where, "no column of sample ids", "name the column of sample ids 'sample_id'")
    ids = frame[identifier].map(as_text)
    others = frame.drop(columns=identifier).loc[:, lambda rest: rest.columns != ""]
    seen: Counter[str] = Counter()
    names = []
    for name in ids:
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    obs = normalise_obs(others).set_axis(pd.Index(names, dtype=object), axis=0)
    table = AnnData(np.empty((len(obs), 0)), obs=obs.assign(sample_id=ids.to_numpy()))
    table.uns["stratify"] = {
        "platform": "",
        "scale": "",
        "format": "clinical-table",
        "normalization": "",
        "removed": [],
    }
    return table


FORMAT = Format(
    "clinical-table", "a clinical table", 90, is_clinical_table, read_clinical_table, has_levels=False
)

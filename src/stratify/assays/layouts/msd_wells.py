"""The list of wells of MSD Discovery Workbench, turned into one row a sample."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import pandas as pd

from stratify.assays.schema import as_text, is_missing

_MEAN, _SINGLE, _NOMINAL = "Calc. Conc. Mean", "Calc. Concentration", "Concentration"
_RANGE, _LOW, _HIGH = "Detection Range", "Detection Limits: Calc. Low", "Detection Limits: Calc. High"


def is_wells(names: Sequence[str]) -> bool:
    """Say whether columns are those of a list of wells.

    Parameters
    ----------
    names : sequence of str
        Columns of a table.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_wells(["Sample", "Assay", "Well", "Signal", "Calc. Concentration"])
    True
    """
    return {"Sample", "Assay", "Signal"} <= set(names) and bool({_MEAN, _SINGLE} & set(names))


def samples_of_wells(
    names: Sequence[str], rows: Sequence[Sequence[object]]
) -> tuple[list[str], list[list[object]]]:
    """Turn a list of wells into a table of samples.

    Replicates are one level where the software averaged them (``Calc. Conc. Mean``); without that column each
    well is a row. A sample with a nominal concentration is a standard. The limits of the fitted curve become
    rows "LOD" and "ULOQ" where the file states one for an assay.

    Parameters
    ----------
    names : sequence of str
        Columns, `is_wells`.
    rows : sequence of sequence
        Cells below, as many as there are columns.

    Returns
    -------
    names : list of str
        "Sample", "Sample Type", and the assays.
    rows : list of list
        Levels, and words such as "Below Fit Curve Range" where a sample has none.

    Examples
    --------
    >>> names = ["Sample", "Assay", "Signal", "Calc. Conc. Mean"]
    >>> samples_of_wells(names, [["A", "IL-6", 900, 4.2], ["A", "IL-6", 910, 4.2], ["A", "TNF", 80, 1.5]])
    (['Sample', 'Sample Type', 'IL-6', 'TNF'], [['A', 'sample', 4.2, 1.5]])
    """
    wells = pd.DataFrame(
        [list(row) for row in rows], columns=pd.Index(list(names), dtype=object), dtype=object
    )
    wells = wells[wells["Assay"].map(as_text) != ""]
    assays = list(dict.fromkeys(wells["Assay"].map(as_text)))
    value = _MEAN if _MEAN in wells else _SINGLE
    found: dict[tuple[str, int], dict[str, object]] = {}
    standards: set[str] = set()
    for well in wells.to_dict("records"):
        sample, assay = as_text(well["Sample"]), as_text(well["Assay"])
        if not is_missing(well.get(_NOMINAL, "")):
            standards.add(sample)
        _place(found, sample, assay, _level(well, value), averaged=value == _MEAN)
    body = [
        [sample, "control" if sample in standards else "sample", *(levels.get(assay, "") for assay in assays)]
        for (sample, _), levels in found.items()
    ]
    limits = [
        [kind, "", *_limits(wells, assays, column)] for kind, column in (("LOD", _LOW), ("ULOQ", _HIGH))
    ]
    stated: list[list[object]] = [row for row in limits if any(cell != "" for cell in row[2:])]
    return ["Sample", "Sample Type", *assays], body + stated


def _place(
    found: dict[tuple[str, int], dict[str, object]], sample: str, assay: str, level: object, *, averaged: bool
) -> None:
    """Add a level to the first row of a sample that lacks it; a repeated average is one level."""
    k = 0
    while assay in found.get((sample, k), {}):
        if averaged and found[sample, k][assay] == level:
            return
        k += 1
    found.setdefault((sample, k), {})[assay] = level


def _level(well: Mapping[Hashable, object], value: str) -> object:
    if not is_missing(well[value]):
        return well[value]
    told = as_text(well.get(_RANGE, ""))
    return told if told.lower().startswith(("below", "above")) else ""


def _limits(wells: pd.DataFrame, assays: list[str], column: str) -> list[object]:
    """Limit of each assay that states one and the same for all its wells."""
    if column not in wells:
        return [""] * len(assays)
    names = wells["Assay"].map(as_text)
    stated = [wells.loc[names == assay, column].map(as_text).unique() for assay in assays]
    return [values[0] if len(values) == 1 else "" for values in stated]

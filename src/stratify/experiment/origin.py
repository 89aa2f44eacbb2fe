"""Into what the blood was drawn and where: a column, or a fixed word of the experiment."""

from __future__ import annotations

import pandas as pd

from stratify.assays.clinical import require_columns
from stratify.assays.schema import normalise_word
from stratify.errors import CohortError, listed

TUBES = ("serum", "EDTA", "heparin", "citrate")
UNKNOWN, MIXED, SINGLE = "unknown", "mixed", "single"
SITE_WORDS = (UNKNOWN, SINGLE)


def tube_of(matrix: str, people: pd.DataFrame) -> str:
    """Say what the blood of the people learned from was drawn into.

    Parameters
    ----------
    matrix : str
        A kind of tube, a column, ``mixed`` or ``unknown``.
    people : DataFrame
        Of those who are learned from.

    Returns
    -------
    str
        The kind; empty where it is not known, or mixed by name.

    Raises
    ------
    ClinicalTableError
        When it is neither a known word nor a column.
    CohortError
        When the column holds several kinds.

    Examples
    --------
    >>> tube_of("EDTA plasma", pd.DataFrame()), tube_of("tube", pd.DataFrame({"tube": ["serum", None]}))
    ('EDTA', 'serum')
    """
    word = normalise_word("matrix", matrix)
    if word in TUBES:
        return word
    if matrix in (UNKNOWN, MIXED):
        return ""
    column = people[require_columns(people, [matrix])[0]]
    known = column.astype("string").fillna("").str.strip()
    kinds = sorted({normalise_word("matrix", one) for one in known} - {""})
    if len(kinds) > 1:
        raise CohortError(
            "one kind of tube for all people who are learned from",
            f"{listed(kinds)} in column {matrix}",
            'leave people out, or set matrix = "mixed" in [data]: then no tube is ever objected to',
        )
    return kinds[0] if kinds else ""


def site_column(site: str) -> str:
    """Name the column of the site; empty where there is one site only, or it is not known.

    Parameters
    ----------
    site : str
        As an experiment writes it.

    Returns
    -------
    str

    Examples
    --------
    >>> site_column("clinic"), site_column("unknown")
    ('clinic', '')
    """
    return "" if site in SITE_WORDS else site

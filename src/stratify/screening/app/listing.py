"""The table of results as it is asked for: sorted, filtered, in pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

ROWS_A_PAGE = 200
SORTABLE = {
    "sample_id": "Sample",
    "call": "Call",
    "probability": "Probability",
    "magnitude_z": "Magnitude",
    "quality": "Quality",
    "eligible": "Eligible",
}


@dataclass(frozen=True)
class Listing:
    """Which rows are shown, in which order.

    Parameters
    ----------
    rows : list of int
        Positions in the table of results, those of this page.
    found, total : int
        Rows that pass the filter, and all.
    sort : str
        Column, "" for the order of the file.
    descending : bool
        Largest first.
    call, eligible : str
        Filters, "" for none.
    page, pages : int
        Which page of how many, from 1.
    """

    rows: list[int]
    found: int
    total: int
    sort: str
    descending: bool
    call: str
    eligible: str
    page: int
    pages: int

    def aria_sort(self, column: str) -> str:
        """Value of ``aria-sort`` for a column."""
        if column != self.sort:
            return "none"
        return "descending" if self.descending else "ascending"

    def query(self, **changes: object) -> dict[str, object]:
        """Query of a link that changes something and keeps the rest."""
        now = {
            "sort": self.sort,
            "order": "desc" if self.descending else "",
            "call": self.call,
            "eligible": self.eligible,
        }
        return {name: value for name, value in (now | changes).items() if value not in ("", None)}

    def sorted_by(self, column: str) -> dict[str, object]:
        """Query of the link in the head of a column: up, then down, then the order of the file."""
        if column != self.sort:
            return self.query(sort=column, order="")
        return self.query(sort=column, order="desc") if not self.descending else self.query(sort="", order="")


def listing(table: pd.DataFrame, query: Mapping[str, str]) -> Listing:
    """Choose the rows that a query asks for; what it asks that does not exist is left out.

    Parameters
    ----------
    table : DataFrame
        Results, columns that may be seen.
    query : mapping of str to str
        ``sort``, ``order`` (``desc``), ``call``, ``eligible``, ``page``.

    Returns
    -------
    Listing
    """
    chosen, filters = table.reset_index(drop=True), {}
    for column in ("call", "eligible"):
        wanted = query.get(column, "")
        filters[column] = wanted if column in table and wanted in set(table[column]) else ""
        if filters[column]:
            chosen = chosen[chosen[column] == filters[column]]
    sort = query.get("sort", "")
    sort = sort if sort in SORTABLE and sort in table else ""
    descending = bool(sort) and query.get("order") == "desc"
    if sort:
        chosen = chosen.sort_values(sort, ascending=not descending, kind="stable", na_position="last")
    pages = max(1, -(-len(chosen) // ROWS_A_PAGE))
    asked = query.get("page", "1")
    page = min(int(asked), pages) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    page = max(page, 1)
    rows = chosen.index[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE].tolist()
    return Listing(
        rows,
        len(chosen),
        len(table),
        sort,
        descending,
        filters["call"],
        filters["eligible"],
        page,
        pages,
    )

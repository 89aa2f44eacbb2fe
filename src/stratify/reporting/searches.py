"""How settings were searched, in a few counts."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class SearchSummary:
    """All searches of a training together.

    Parameters
    ----------
    searches, trials, pruned : int
        Searches, trials that they ran, and trials that were stopped early.
    cut_short : int
        Searches that ended before their budget did, because the time was over.
    """

    searches: int
    trials: int
    pruned: int
    cut_short: int


def summarise_searches(searches: pd.DataFrame) -> SearchSummary:
    """Count searches and their trials.

    Parameters
    ----------
    searches : DataFrame
        ``Training.searches``; may be empty.

    Returns
    -------
    SearchSummary

    Examples
    --------
    >>> summarise_searches(pd.DataFrame({"budget": [9, 9], "trials": [9, 4], "pruned": [2, 0]}))
    SearchSummary(searches=2, trials=13, pruned=2, cut_short=1)
    """
    if searches.empty:
        return SearchSummary(0, 0, 0, 0)
    short = int((searches["trials"] < searches["budget"]).sum())
    return SearchSummary(len(searches), int(searches["trials"].sum()), int(searches["pruned"].sum()), short)

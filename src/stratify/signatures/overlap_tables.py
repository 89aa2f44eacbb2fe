"""What two contrast tables share, when nobody knows which patients stand behind both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from stratify.errors import CohortError, StratifyError, listed
from stratify.signatures.overlap import FEWEST_PROTEINS, STATES, states

NEEDED = ("protein", "log2_fold_change", "q_value")
NOTES = (
    "two tables do not say which patients they share (controls, for one), so that no p-value, no expected "
    "overlap and no correlation of true effects is valid: they are not computed",
    "the plain correlation counts shared errors as agreement where the contrasts share patients",
    "with the patients: stratify overlap COHORT --first CASE:CONTROL --second CASE:CONTROL",
)


def overlap_tables(
    first: pd.DataFrame, second: pd.DataFrame, *, thresholds: tuple[float, float] = (0.05, 0.0)
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Lay two contrast tables over each other; only what is valid without the patients.

    Parameters
    ----------
    first, second : DataFrame
        As ``Contrast.table`` gives them.
    thresholds : (float, float), default (0.05, 0)
        Largest q and smallest absolute log2 fold change of a protein that counts as changed.

    Returns
    -------
    table : DataFrame
        One row a protein of both: ``protein, assay_id, uniprot``, fold changes and q of both, and ``state``.
    facts : dict
        ``counts`` of the states, ``plain_correlation`` of the fold changes, and what is not computed (None).

    Raises
    ------
    StratifyError
        Columns that are missing, or fewer than ten proteins in common.

    Examples
    --------
    >>> proteins = [f"P{i}" for i in range(10)]
    >>> one = pd.DataFrame({"protein": proteins, "log2_fold_change": 1.0, "q_value": 0.01})
    >>> overlap_tables(one, one.assign(log2_fold_change=-1.0))[1]["counts"]["discordant"]
    10
    """
    sides = [_side(table, side) for table, side in ((first, "first"), (second, "second"))]
    keys = [key for key in ("assay_id", "protein", "uniprot") if key in sides[0] and key in sides[1]]
    on = keys[:1]
    sides = [side.drop_duplicates(on) for side in sides]
    right = sides[1][[name for name in sides[1] if name in on or str(name).startswith("second_")]]
    table = sides[0].merge(right, on=on, how="inner")
    values = [f"{side}_{name}" for side in ("first", "second") for name in NEEDED[1:]]
    known = np.isfinite(table[values].to_numpy(dtype=float)).all(axis=1)
    table = table.loc[known].reset_index(drop=True)
    if len(table) < FEWEST_PROTEINS:
        raise CohortError(
            f"at least {FEWEST_PROTEINS} proteins in both tables",
            f"{len(table)}",
            "compare contrasts of one panel",
        )
    table["state"] = states(table, *thresholds)
    found = table["state"].value_counts()
    effects = table[["first_log2_fold_change", "second_log2_fold_change"]].to_numpy(dtype=float)
    plain = float(np.corrcoef(effects.T)[0, 1]) if (np.ptp(effects, axis=0) > 0).all() else None
    facts = {
        "counts": {state: int(found.get(state, 0)) for state in STATES} | {"background": len(table)},
        "threshold": {"q": thresholds[0], "log2_fold_change": thresholds[1]},
        "plain_correlation": plain,
        "correlation": None,
        "p_value": None,
        "notes": list(NOTES),
    }
    return table, facts


def _side(table: pd.DataFrame, side: str) -> pd.DataFrame:
    if absent := [name for name in NEEDED if name not in table]:
        raise StratifyError(
            f"contrast tables with {listed(NEEDED)}",
            f"the {side} has no {listed(absent)}",
            "make them with `stratify contrast`",
        )
    kept = [name for name in ("protein", "assay_id", "uniprot") if name in table]
    numbers = {
        f"{side}_{name}": pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
        for name in NEEDED[1:]
    }
    return table[kept].astype(str).assign(**numbers)

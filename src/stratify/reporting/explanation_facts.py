"""What a card says of an explanation, as JSON values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.frozen import FrozenModel
from stratify.learning.shared_credit import TOGETHER, shared_credit
from stratify.reporting.explain import Explanation, refit_shares
from stratify.reporting.interactions import leading_pairs

Array = NDArray[np.float64]

N_LEADING, N_PATHWAYS = 15, 4
REFIT_RANGE = (0.05, 0.95)


def explanation_facts(explanation: Explanation, model: FrozenModel, members: pd.DataFrame) -> dict[str, Any]:
    """Summarise an explanation.

    Parameters
    ----------
    explanation : Explanation
        Of the final model.
    model : FrozenModel
        The model, with those of its folds.
    members : DataFrame
        Who belongs to which subgroup (`stratify.learning.subgroups.memberships`); may be empty.

    Returns
    -------
    dict
        Of JSON values: leading proteins and pathways with their shares and the range of the shares over
        refits, shares of the leading pathways by subgroup, proteins that share credit, and for trees the
        pairs that act together.
    """
    leading = explanation.leading().head(N_LEADING)
    place = explanation.proteins.index.get_indexer(leading.index)
    low, high = np.quantile(refit_shares(explanation, model), REFIT_RANGE, axis=0)
    proteins = [
        {**_row(row), "low": float(low[i]), "high": float(high[i])}
        for i, row in zip(place, leading.to_dict("records"), strict=True)
    ]
    pathways = explanation.leading_pathways()
    return {
        "people": int(explanation.learned.sum()),
        "refits": len(model.members),
        "trees": not model.scorer.linear,
        "proteins": proteins,
        "pathways": {str(name): float(share) for name, share in pathways.items()},
        "subgroups": _by_subgroup(explanation, list(pathways.index[:N_PATHWAYS]), members),
        "together": TOGETHER,
        "shared": shared_credit(explanation.profiles[explanation.learned], _names(explanation), place),
        "pairs": [] if model.scorer.linear else leading_pairs(explanation, model.scorer),
    }


def _row(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "protein": str(row["protein"]),
        "pathway": str(row["pathway"]),
        "share": float(row["share"]),
        "direction": int(row["direction"]),
    }


def _names(explanation: Explanation) -> NDArray[np.str_]:
    return explanation.proteins["protein"].to_numpy(dtype=str)


def _by_subgroup(
    explanation: Explanation, pathways: list[str], members: pd.DataFrame
) -> list[dict[str, Any]]:
    if members.empty:
        return []
    table = explanation.by_pathway.loc[explanation.learned].abs()
    rows = []
    for (column, level), part in members.groupby(["column", "level"], sort=False):
        mean = table.loc[table.index.isin(part["sample_id"])].mean()
        shares = mean / mean.sum() if mean.sum() > 0 else mean
        told = {name: float(shares[name]) for name in pathways}
        rows.append({"column": str(column), "level": str(level), "people": len(part), "shares": told})
    return rows

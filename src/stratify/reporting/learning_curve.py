"""A learning curve as rows of a table, and in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stratify.learning.learning_curve import LearningCurve
from stratify.reporting.facts import BOOSTED


@dataclass(frozen=True)
class CurveRows:
    """What a card says of a learning curve.

    Parameters
    ----------
    families : list of str
        Columns.
    rows : list of (people, list of (auc, error))
        One a size, in the order of the families.
    boosting : str
        From how many people on boosting pays.
    """

    families: list[str]
    rows: list[tuple[float, list[tuple[float, float]]]]
    boosting: str


def curve_rows(curve: LearningCurve | None) -> CurveRows | None:
    """Arrange a learning curve.

    Parameters
    ----------
    curve : LearningCurve or None
        None where there is none.

    Returns
    -------
    CurveRows or None
    """
    if curve is None:
        return None
    table = curve.table()
    families = list(dict.fromkeys(table["family"]))
    rows: list[tuple[float, list[tuple[float, float]]]] = []
    for _, part in table.groupby("share"):
        by_name: Any = part.set_index("family")
        pairs = [(float(by_name.loc[n, "auc"]), float(by_name.loc[n, "error"])) for n in families]
        rows.append((float(part["people"].mean()), pairs))
    return CurveRows(families, rows, _boosting(curve, families, rows[-1][0]))


def _boosting(curve: LearningCurve, families: list[str], most: float) -> str:
    others = [name for name in families if name != BOOSTED]
    if not others or BOOSTED not in families:
        return "Boosting is not laid beside another family."
    people = curve.pays_from(BOOSTED, others[0])
    if people is None:
        return f"Boosting pays: not within {most:.0f} people."
    return f"Boosting pays from {people:.0f} people on."

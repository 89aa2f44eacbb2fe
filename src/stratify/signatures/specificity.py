"""Whether an outcome follows one immune axis and not its rivals alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.signatures.adjusted_rows import AdjustedRows
from stratify.signatures.dependent_correlations import Difference, compare_correlations

Array = NDArray[np.float64]

AXES = ("Th2", "Th1", "Th17")
LEVEL = 0.05


@dataclass(frozen=True)
class Specificity:
    """Verdict on one axis.

    Parameters
    ----------
    axis : str
        The axis.
    specific : {"yes", "no"}
        "yes" only where the outcome follows the axis and each rival was measured and follows it less.
    reason : str
        Why.
    differences : tuple of (str, Difference)
        Each rival with the correlation of the axis less that of the rival.
    """

    axis: str
    specific: str
    reason: str
    differences: tuple[tuple[str, Difference], ...]


def judge_axes(
    scores: Sequence[str],
    columns: Array,
    rows: AdjustedRows,
    q_values: Array,
    *,
    axes: Sequence[str] = AXES,
) -> list[Specificity]:
    """Judge each axis against the others.

    An association is called specific when its q-value is at most .05 and its correlation is further from zero
    than that of every rival, each difference with p at most .05. All differences must hold at once, so no
    correction for their number is needed. That rivals do not follow the outcome on their own proves nothing.

    Parameters
    ----------
    scores : sequence of str
        Names of the columns.
    columns : array of shape (n, m)
        Ranks of scores without gaps.
    rows : AdjustedRows
        Ranks of the outcome, and covariates.
    q_values : array of shape (m,)
        Of the associations.
    axes : sequence of str
        Rivals of each other.

    Returns
    -------
    list of Specificity
        One an axis that was measured.

    References
    ----------
    Berger, Technometrics 1982, doi:10.1080/00401706.1982.10487790 (all parts must hold).
    """
    place = {name: i for i, name in enumerate(scores)}
    absent = [axis for axis in axes if axis not in place]
    found = []
    for axis in axes:
        if axis not in place:
            continue
        differences = tuple(
            (rival, compare_correlations(columns[:, place[axis]], columns[:, place[rival]], rows, ranks=True))
            for rival in axes
            if rival != axis and rival in place
        )
        sign = np.sign(float(rows.adjust(columns[:, [place[axis]]])[:, 0] @ rows.outcome))
        found.append(_verdict(axis, float(q_values[place[axis]]), float(sign), differences, absent))
    return found


def _verdict(
    axis: str, q: float, sign: float, differences: tuple[tuple[str, Difference], ...], absent: Sequence[str]
) -> Specificity:
    alike = [
        f"{rival} (difference {told(one)})"
        for rival, one in differences
        if not (one.p_value <= LEVEL and one.difference * sign > 0)
    ]
    if not q <= LEVEL:
        return Specificity(axis, "no", "no association that could be specific", differences)
    if alike:
        return Specificity(axis, "no", f"not told apart from {' and '.join(alike)}", differences)
    if absent or not differences:
        rivals = " and ".join(absent) or "no rival"
        return Specificity(axis, "no", f"cannot be judged: {rivals} not measured", differences)
    rivals = " and ".join(f"{rival} (difference {told(one)})" for rival, one in differences)
    return Specificity(axis, "yes", f"stronger than {rivals}", differences)


def told(one: Difference) -> str:
    """Write a difference with its interval and p."""
    return f"{one.difference:.2f}, {one.low:.2f} to {one.high:.2f}, p {one.p_value:.2g}"

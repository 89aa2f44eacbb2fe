"""Columns that tell two groups apart by themselves: what differs may be theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc
from scipy.stats import ttest_ind

from stratify.signatures.design_matrix import plain_column

WATCHED = (
    "age",
    "sex",
    "bmi",
    "ethnicity",
    "site",
    "plate",
    "matrix",
    "hours_to_spin",
    "freeze_thaw",
    "freezer_time",
)
STRONG_ETA2, STRONG_V, CHANCE = 0.14, 0.3, 0.05


@dataclass(frozen=True)
class Separation:
    """Two groups over one column.

    Parameters
    ----------
    column : str
        Name of the column.
    measure : {"eta squared", "Cramér's V"}
        For numbers, and for classes (bias-corrected).
    strength : float
        Value of the measure.
    means : pair of float or None
        Of case and control, for numbers.
    """

    column: str
    measure: str
    strength: float
    means: tuple[float, float] | None

    def sentence(self, case: str, control: str) -> str:
        """Say how two groups differ.

        Parameters
        ----------
        case, control : str
            Names of the groups.

        Returns
        -------
        str
        """
        means = "" if self.means is None else f"means {self.means[0]:.3g} and {self.means[1]:.3g}, "
        return f"{case} and {control} differ in {self.column} ({means}{self.measure} {self.strength:.2f})"


def strong_separations(
    obs: pd.DataFrame, is_case: NDArray[np.bool_], columns: Sequence[str] = WATCHED
) -> list[Separation]:
    """Find columns in which two groups differ strongly, and not by chance.

    Parameters
    ----------
    obs : DataFrame
        One row a patient.
    is_case : bool array of shape (n,)
        The others are the control group.
    columns : sequence of str
        Columns to look at; absent ones are passed over.

    Returns
    -------
    list of Separation
        Of what Cohen calls a large difference of means or a medium one of classes, strongest first within
        a measure.

    References
    ----------
    Bergsma, J Korean Stat Soc 2013, doi:10.1016/j.jkss.2012.10.002 (Cramér's V).

    Examples
    --------
    >>> obs = pd.DataFrame({"age": [30.0, 35, 40, 45, 60, 65, 70, 75], "sex": list("FMFMFMFM")})
    >>> strong_separations(obs, np.arange(8) > 3)[0].sentence("GCA", "HC")
    'GCA and HC differ in age (means 67.5 and 37.5, eta squared 0.88)'
    """
    found = [_over(obs[name], is_case, name) for name in dict.fromkeys(columns) if name in obs]
    strong = [item for item in found if item is not None]
    return sorted(strong, key=lambda item: (item.measure != "eta squared", -item.strength))


def separation_notes(
    obs: pd.DataFrame, pairs: Sequence[tuple[str, str]], *, group: str, adjusted: Sequence[str] = ()
) -> list[str]:
    """Say which columns tell the groups of several contrasts apart and are not adjusted for.

    Parameters
    ----------
    obs : DataFrame
        One row a patient.
    pairs : sequence of (case, control)
        The contrasts.
    group : str
        Column of the groups.
    adjusted : sequence of str, optional
        Columns that are adjusted for, and with a class (an age band) what it says of others (age).

    Returns
    -------
    list of str
        One sentence a contrast and column.
    """
    columns = [name for name in WATCHED if name not in adjusted and not _implied(obs, name, adjusted)]
    words, notes = obs[group].astype(str), []
    for case, control in pairs:
        part = obs[words.isin([case, control]).to_numpy()]
        is_case = (part[group].astype(str) == case).to_numpy()
        for found in strong_separations(part, is_case, columns):
            notes.append(
                f"{found.sentence(case, control)}, which is not adjusted for and may be what is seen"
            )
    return notes


def _implied(obs: pd.DataFrame, name: str, adjusted: Sequence[str]) -> bool:
    classes = [other for other in adjusted if plain_column(obs[other]).dtype != float]
    return name in obs and any(
        obs.groupby(other, observed=True)[name].nunique().max() <= 1 for other in classes
    )


def _over(values: pd.Series, is_case: NDArray[np.bool_], name: str) -> Separation | None:
    plain = plain_column(values)
    if plain.dtype == float:
        known = plain.notna().to_numpy()
        return _of_numbers(plain.to_numpy()[known], is_case[known], name)
    known = (plain != "").to_numpy()
    return _of_classes(plain.to_numpy()[known], is_case[known], name)


def _of_numbers(x: NDArray[np.float64], is_case: NDArray[np.bool_], name: str) -> Separation | None:
    case, control = x[is_case], x[~is_case]
    if min(len(case), len(control)) < 2 or np.ptp(x) == 0:
        return None
    total = ((x - x.mean()) ** 2).sum()
    within = ((case - case.mean()) ** 2).sum() + ((control - control.mean()) ** 2).sum()
    strength = float(1 - within / total)
    chance = 0.0 if within <= 1e-12 * total else float(ttest_ind(case, control).pvalue)
    if strength < STRONG_ETA2 or chance > CHANCE:
        return None
    return Separation(name, "eta squared", strength, (float(case.mean()), float(control.mean())))


def _of_classes(words: NDArray[np.object_], is_case: NDArray[np.bool_], name: str) -> Separation | None:
    table = pd.crosstab(words, is_case).to_numpy(dtype=float)
    if table.ndim != 2 or min(table.shape) < 2:
        return None
    n, (r, c) = table.sum(), table.shape
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / n
    square = float(((table - expected) ** 2 / expected).sum())
    excess = max(square / n - (r - 1) * (c - 1) / (n - 1), 0)
    room = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    strength = float(np.sqrt(excess / room)) if room > 0 else 0.0
    if strength < STRONG_V or chdtrc((r - 1) * (c - 1), square) > CHANCE:
        return None
    return Separation(name, "Cramér's V", strength, None)

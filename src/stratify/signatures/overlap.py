"""What two contrasts on one cohort share, where they may share patients too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, hypergeom, t

from stratify.assays.clinical import require_columns
from stratify.assays.proteins.matching import display_names
from stratify.errors import CohortError
from stratify.signatures.concordance import (
    TrueCorrelation,
    concordance,
    largest_excess,
    rank_rank,
    steps,
    true_correlation,
)
from stratify.signatures.moderation import moderate
from stratify.signatures.patients import Patients, patients_of
from stratify.signatures.relabelling import Effects, Pair, effects_of, relabelling, resampled
from stratify.signatures.separation import separation_notes

Array = NDArray[np.float64]

NOMINAL = 0.05
FEWEST_PROTEINS = 10
STATES = ("shared up", "shared down", "discordant", "first only", "second only", "neither")
TESTS = ("top lists", "concordance", "shared proteins")


@dataclass(frozen=True, eq=False)
class Overlap:
    """Two contrasts, laid over each other.

    Parameters
    ----------
    first, second : tuple of str
        Case and control.
    table : DataFrame
        One row a protein: ``protein, assay_id, uniprot``, then for ``first_`` and ``second_``
        ``log2_fold_change, t, p_value, q_value``, and ``state``, one of `STATES`.
    curve : DataFrame
        One row a length of the top lists: ``top, up, down, expected, relabelled, relabelled_high``: proteins
        in both top and in both bottom lists; as many expected if the contrasts were independent; up and down
        together under relabelling, mean and 97.5th percentile (of the null that gives more).
    correlation : TrueCorrelation
        Of the true effects, errors and shared patients taken off.
    tests : DataFrame
        One row a statistic: ``statistic, observed, p_first, p_second, p_value, relabelled``; the p-value is
        that of the contrast which shows less of its own effect.
    hypergeometric_p : float
        As if proteins and contrasts were independent; not valid here, and printed only for comparison.
    q, fold : float
        Thresholds of ``state``.
    shared_groups : tuple of str
        Groups that both contrasts use.
    notes : tuple of str
        What a reader must know.
    """

    first: Pair
    second: Pair
    table: pd.DataFrame
    curve: pd.DataFrame
    correlation: TrueCorrelation
    tests: pd.DataFrame
    hypergeometric_p: float
    q: float
    fold: float
    shared_groups: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Proteins in each state, and the measured background."""
        found = self.table["state"].value_counts()
        return {state: int(found.get(state, 0)) for state in STATES} | {"background": len(self.table)}

    @property
    def p_value(self) -> float:
        """That the contrasts agree more than if one of the two had no effect at all."""
        return float(self.tests["p_value"].iloc[0])

    def as_dict(self) -> dict[str, Any]:
        """Everything but the tables by protein and by length, as JSON holds it."""
        return {
            "first": "-".join(self.first),
            "second": "-".join(self.second),
            "counts": self.counts,
            "threshold": {"q": self.q, "log2_fold_change": self.fold},
            "shared_groups": list(self.shared_groups),
            "correlation": {key: _plain(value) for key, value in asdict(self.correlation).items()},
            "tests": [
                {key: _plain(value) for key, value in row.items()} for row in self.tests.to_dict("records")
            ],
            "p_value": self.p_value,
            "hypergeometric_p_if_independent": self.hypergeometric_p,
            "notes": list(self.notes),
        }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def overlap(
    people: AnnData,
    first: Pair,
    second: Pair,
    *,
    group: str = "group",
    covariates: Sequence[str] = (),
    thresholds: tuple[float, float] = (0.05, 0.0),
    relabellings: int = 999,
    seed: int = 0,
) -> Overlap:
    """Compare two contrasts of one cohort that may share patients.

    All named groups enter one linear model. The p-values come from relabelling patients, twice: case and
    control of the first contrast exchange labels while all others keep theirs, then those of the second.
    Shared controls are then shared in the relabelled cohorts too, and proteins keep their correlation, so
    each of the two is exact whatever the other contrast does. An overlap needs both contrasts, so
    ``p_value`` doubts the one that shows less of its own effect: the smaller mean square of its statistics,
    judged by its own relabellings.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Checked patients' samples, log2 levels.
    first, second : (case, control)
        The contrasts; they may share their control or their case.
    group : str, default "group"
        Column of the groups.
    covariates : sequence of str, optional
        Columns to adjust for.
    thresholds : (float, float), default (0.05, 0)
        Largest q and smallest absolute log2 fold change of a protein that counts as changed.
    relabellings : int, default 999
        Of each kind, and resamples of patients.
    seed : int, default 0
        The same seed gives the same numbers.

    Returns
    -------
    Overlap

    Raises
    ------
    CohortError
        Unknown or too small groups, one contrast given twice, or fewer than ten proteins.

    References
    ----------
    Plaisier et al., Nucleic Acids Res 2010, doi:10.1093/nar/gkq636 (top lists).
    """
    if set(first) == set(second):
        raise CohortError("two different contrasts", f"{first} and {second}", "name another second contrast")
    (column, *covariates) = require_columns(people.obs, [group, *covariates])
    groups = list(dict.fromkeys((*first, *second)))
    patients = patients_of(people, groups, group=column, covariates=covariates)
    if len(patients.assays) < FEWEST_PROTEINS:
        raise CohortError(
            f"at least {FEWEST_PROTEINS} proteins measured in all groups",
            f"{len(patients.assays)}",
            "compare groups that were measured on the same panels",
        )
    effects = effects_of(patients, [first, second])
    table = _by_protein(patients, effects, thresholds)
    tests, curve = _relabelled(patients, effects, (first, second), relabellings, seed)
    resamples = resampled(effects, patients, relabellings, np.random.default_rng([seed, 2]))
    shared = tuple(name for name in first if name in second)
    return Overlap(
        first,
        second,
        table,
        curve,
        true_correlation(effects, resamples),
        tests,
        _hypergeometric(table),
        *thresholds,
        shared,
        (
            *_notes(patients, effects, shared, covariates),
            *separation_notes(patients.obs, (first, second), group=column, adjusted=covariates),
        ),
    )


def _by_protein(patients: Patients, effects: Effects, thresholds: tuple[float, float]) -> pd.DataFrame:
    moderated = moderate(effects.fit)
    table = pd.DataFrame(
        {
            "protein": display_names(_with_panel(patients.assays)),
            "assay_id": patients.assays.index.astype(str),
            "uniprot": patients.assays["uniprot"].to_numpy() if "uniprot" in patients.assays else "",
        }
    )
    for j, side in enumerate(("first", "second")):
        table[f"{side}_log2_fold_change"] = effects.effect[j]
        table[f"{side}_t"] = moderated.t[:, j]
        table[f"{side}_p_value"] = moderated.p_value[:, j]
        table[f"{side}_q_value"] = false_discovery_control(moderated.p_value[:, j])
    return table.assign(state=states(table, *thresholds))


def _with_panel(assays: pd.DataFrame) -> pd.DataFrame:
    return assays if "panel" in assays else assays.assign(panel="")


def states(table: pd.DataFrame, q: float, fold: float) -> list[str]:
    """Say of each protein in which contrast it changed, at a threshold.

    Parameters
    ----------
    table : DataFrame
        With ``log2_fold_change`` and ``q_value`` of ``first_`` and ``second_``.
    q, fold : float
        Largest q and smallest absolute log2 fold change.

    Returns
    -------
    list of str
        Of `STATES`.

    Examples
    --------
    >>> one, two = {"first_log2_fold_change": [1.0], "first_q_value": [0.01]}, {"second_q_value": [0.01]}
    >>> states(pd.DataFrame(one | two | {"second_log2_fold_change": [-1.0]}), 0.05, 0.0)
    ['discordant']
    """
    sides = {side: table[f"{side}_log2_fold_change"].to_numpy(dtype=float) for side in ("first", "second")}
    one, two = (
        (table[f"{side}_q_value"].to_numpy(dtype=float) <= q) & (np.abs(effect) >= fold)
        for side, effect in sides.items()
    )
    up, same = sides["first"] > 0, np.sign(sides["first"]) == np.sign(sides["second"])
    kinds = [one & two & same & up, one & two & same & ~up, one & two & ~same, one & ~two, two & ~one]
    return np.select(kinds, list(STATES[:-1]), default=STATES[-1]).tolist()


def _hypergeometric(table: pd.DataFrame) -> float:
    counts = table["state"].value_counts()
    both = int(sum(counts.get(state, 0) for state in STATES[:3]))
    one, two = both + int(counts.get("first only", 0)), both + int(counts.get("second only", 0))
    return float(hypergeom.sf(both - 1, len(table), one, two))


def _relabelled(
    patients: Patients, effects: Effects, pairs: tuple[Pair, Pair], count: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    critical = t.isf(NOMINAL / 2, effects.df)
    found, curves, own = [], [], []
    for j, null in enumerate(pairs):
        moved = relabelling(patients, pairs, null)
        blocks = [
            (
                rank_rank(z),
                concordance(z, effects.shared),
                _shared_count(z, critical),
                (z[:, j] ** 2).mean(axis=1),
            )
            for z in moved.z(moved.orders(count, np.random.default_rng([seed, j])))
        ]
        lists, agree, both, strength = (np.concatenate(part) for part in zip(*blocks, strict=True))
        found.append(np.stack([largest_excess(lists), agree, both]))
        curves.append(lists)
        own.append((-exceeded(strength), strength[0]))
    doubted = own.index(min(own))
    first, second = ([exceeded(row) for row in each] for each in found)
    tests = pd.DataFrame(
        {
            "statistic": TESTS,
            "observed": found[doubted][:, 0],
            "p_first": first,
            "p_second": second,
            "p_value": (first, second)[doubted],
            "relabelled": "-".join(pairs[doubted]),
        }
    )
    return tests, _curve(curves, len(patients.assays))


def _shared_count(z: Array, critical: Array) -> Array:
    """Proteins with p <= .05 in both contrasts and in one direction (b,)."""
    return ((np.abs(z) > critical).all(axis=1) & (z[:, 0] * z[:, 1] > 0)).sum(axis=1).astype(float)


def exceeded(statistics: Array) -> float:
    """Share of relabellings at least as large as the observed one, which comes first and counts.

    Parameters
    ----------
    statistics : array of shape (b,)
        The observed one first.

    Returns
    -------
    float
        Never below 1 / b.

    References
    ----------
    Phipson & Smyth, Stat Appl Genet Mol Biol 2010, doi:10.2202/1544-6115.1585.

    Examples
    --------
    >>> exceeded(np.array([2.0, 1.0, 3.0, 0.0]))
    0.5
    """
    return float((statistics >= statistics[0] - 1e-12 * np.abs(statistics[0])).mean())


def _curve(curves: list[Array], proteins: int) -> pd.DataFrame:
    top = steps(proteins)
    totals = np.stack([counts[1:].sum(axis=1) for counts in curves])
    up, down = curves[0][0]
    return pd.DataFrame(
        {
            "top": top,
            "up": up.astype(int),
            "down": down.astype(int),
            "expected": 2 * top**2 / proteins,
            "relabelled": totals.mean(axis=1).max(axis=0),
            "relabelled_high": np.quantile(totals, 0.975, axis=1).max(axis=0),
        }
    )


def _notes(
    patients: Patients, effects: Effects, shared: tuple[str, ...], covariates: Sequence[str]
) -> tuple[str, ...]:
    built_in = float(effects.shared.mean())
    notes = list(patients.notes)
    if shared:
        notes.append(
            f"both contrasts use the people of {' and '.join(shared)}: their errors correlate at "
            f"{built_in:.2f} by construction; p-values and the correlation of true effects account for it"
        )
    else:
        notes.append("the contrasts share no people: their errors are independent")
    if covariates:
        notes.append("with covariates the relabelling p-values hold for large groups only")
    notes.append(
        "the hypergeometric p takes proteins and contrasts as independent, which they are not: it is printed "
        "for comparison only"
    )
    return tuple(notes)

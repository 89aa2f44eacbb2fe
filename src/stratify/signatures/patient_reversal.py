"""Which of one patient's abnormal proteins a drug would move towards normal: never response to a drug."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t

from stratify.errors import CohortError, nearest
from stratify.signatures.drug_signatures import DrugSignature, assay_genes
from stratify.signatures.overlay import FEWEST, Overlay, lay_over
from stratify.signatures.patients import Patients
from stratify.signatures.relabelling import TINY

Array = NDArray[np.float64]

OUTSIDE = 0.95
COLUMNS = (
    "patient_id",
    "drug",
    "n_shared",
    "n_abnormal",
    "n_towards",
    "score",
    "above_healthy",
    "n_healthy",
    "verdict",
    "towards",
    "away",
)
LITTLE = "too little to say"


@dataclass(frozen=True, eq=False)
class Deviations:
    """How far people lie from healthy people; m people, p proteins.

    Parameters
    ----------
    shrunken : array of shape (m, p)
        In SDs of healthy people, drawn towards zero; 0 where missing.
    side : array of shape (m, p)
        1 above and -1 below the healthy mean, 0 where missing.
    outside : array of bool, shape (m, p)
        Outside the 95% range predicted from healthy people.
    """

    shrunken: Array
    side: Array
    outside: NDArray[np.bool_]


def deviations(levels: Array, healthy: Array) -> Deviations:
    r"""Compare people with a healthy reference, protein by protein.

    .. math:: z = \frac{x - \bar x}{s \sqrt{1 + 1/n}}, \qquad
        \tilde z = z\,\frac{\tau^2}{1 + \tau^2}, \qquad
        \tau^2 = \max\left(0, \frac{n - 3}{n - 1}\,\overline{z^2} - 1\right)

    with n, mean and SD of the healthy people who have the protein and the last mean over the proteins of one
    person: who spreads as healthy people do is drawn to zero altogether.

    Parameters
    ----------
    levels : array of shape (m, p)
        Of the people.
    healthy : array of shape (n, p)
        Of the reference, without them. NaN where missing, in both.

    Returns
    -------
    Deviations
    """
    n = np.isfinite(healthy).sum(axis=0)
    usable = n > FEWEST
    filled = np.where(np.isfinite(healthy), healthy, 0.0)
    mean = filled.sum(axis=0) / np.maximum(n, 1)
    squares = (np.where(np.isfinite(healthy), healthy - mean, 0.0) ** 2).sum(axis=0)
    sd = np.sqrt(squares / np.maximum(n - 1, 1))
    usable &= sd > TINY
    z = (levels - mean) / np.where(usable, sd * np.sqrt(1 + 1 / np.maximum(n, 1)), np.inf)
    z = np.where(np.isfinite(z) & usable, z, 0.0)
    seen = np.isfinite(levels) & usable
    fair = (z**2 * (n - 3) / np.maximum(n - 1, 1)).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    spread = np.maximum(fair - 1, 0.0)[:, None]
    bound = t.ppf(0.5 + OUTSIDE / 2, np.maximum(n - 1, 1))
    return Deviations(z * spread / (1 + spread), np.sign(z), seen & (np.abs(z) > bound))


def healthy_deviations(healthy: Array) -> Deviations:
    """Compare each healthy person with all the others.

    Parameters
    ----------
    healthy : array of shape (n, p)
        NaN where missing.

    Returns
    -------
    Deviations
        One row a healthy person.
    """
    each = [deviations(healthy[i : i + 1], np.delete(healthy, i, axis=0)) for i in range(len(healthy))]
    return Deviations(
        np.vstack([one.shrunken for one in each]),
        np.vstack([one.side for one in each]),
        np.vstack([one.outside for one in each]),
    )


def reverse_patients(
    patients: Patients, *, case: str, control: str, drugs: Sequence[DrugSignature]
) -> pd.DataFrame:
    """Lay drugs over each patient of a group, and over healthy people for comparison.

    Parameters
    ----------
    patients : Patients
        Of both groups; no covariate plays a part.
    case, control : str
        The group of the patients, and the healthy people.
    drugs : sequence of DrugSignature
        Their order, and drugs given twice, change nothing.

    Returns
    -------
    DataFrame
        One row a patient and drug, with the columns `COLUMNS`. ``n_abnormal`` counts the shared proteins
        (without the drug's own targets) outside the healthy range, ``n_towards`` those of them that the drug
        moves towards normal; ``towards`` and ``away`` name them. ``score`` is the sum of their shrunken
        deviations, against the drug's direction, over the root of ``n_shared``. ``above_healthy`` is the
        share of the `n_healthy` healthy people (each against the others) whose score is lower, ties counted
        half; it is empty, and the ``verdict`` says so, where fewer than three shared proteins are abnormal.
        There is no p-value: a drug that scores high in somebody was not shown to help them.
    """
    distinct = {drug.drug.casefold(): drug for drug in drugs}
    genes = assay_genes(patients.assays)
    everything = np.ones(len(genes), dtype=bool)
    overlays = [lay_over(distinct[key], genes, everything, everything) for key in sorted(distinct)]
    ill, well = patients.of(case), patients.of(control)
    theirs = deviations(patients.levels[ill], patients.levels[well])
    reference = healthy_deviations(patients.levels[well])
    names = patients.ids[ill].tolist()
    parts = [_rows(one, names, theirs, reference, genes) for one in overlays]
    table = pd.DataFrame([row for part in parts for row in part], columns=list(COLUMNS))
    return table.sort_values(["patient_id", "drug"], kind="stable", ignore_index=True)


def abnormal_proteins(
    patients: Patients, patient: str, *, control: str, drugs: Sequence[DrugSignature]
) -> pd.DataFrame:
    """Name the proteins in which one person lies outside the healthy range, and what would move them back.

    Parameters
    ----------
    patients : Patients
        Among them the person and the healthy people.
    patient : str
        The person's id.
    control : str
        The healthy people; without the person, if he is one of them.
    drugs : sequence of DrugSignature
        Their order, and drugs given twice, change nothing.

    Returns
    -------
    DataFrame
        One row a protein, farthest out first: ``protein``, ``deviation`` (in SDs of healthy people, drawn
        towards zero as by `deviations`) and ``moved_by`` (drugs that move it towards normal, without those
        that bind it).

    Raises
    ------
    CohortError
        Nobody of that id.
    """
    ids = patients.ids.astype(str)
    if patient not in ids:
        raise CohortError(f"a patient {patient!r}", "nobody of that id", nearest(patient, sorted(ids)))
    who = ids == patient
    theirs = deviations(patients.levels[who], patients.levels[patients.of(control) & ~who])
    genes = assay_genes(patients.assays)
    everything = np.ones(len(genes), dtype=bool)
    moved: dict[int, list[str]] = {}
    for key, drug in sorted({drug.drug.casefold(): drug for drug in drugs}.items()):
        one = lay_over(drug, genes, everything, everything)
        for place, direction in zip(one.position, one.direction, strict=True):
            if direction * theirs.side[0, place] < 0:
                moved.setdefault(int(place), []).append(key)
    out = np.flatnonzero(theirs.outside[0])
    table = pd.DataFrame(
        {
            "protein": [genes[i] for i in out],
            "deviation": theirs.shrunken[0, out],
            "moved_by": [", ".join(moved.get(int(i), ())) for i in out],
        }
    )
    return table.sort_values("deviation", key=np.abs, ascending=False, kind="stable", ignore_index=True)


def _scores(one: Overlay, people: Deviations) -> Array:
    place = one.position
    taken = np.where(people.outside[:, place], people.shrunken[:, place] * -one.direction, 0.0)
    return np.asarray(taken.sum(axis=1) / np.sqrt(max(len(place), 1)))


def _rows(
    one: Overlay, names: Sequence[str], people: Deviations, healthy: Deviations, genes: Sequence[str]
) -> list[tuple[object, ...]]:
    place, symbols = one.position, np.array([genes[i] for i in one.position], dtype=object)
    outside = people.outside[:, place] & (one.direction != 0)
    against = people.side[:, place] * one.direction
    scores, others = _scores(one, people), _scores(one, healthy)
    rows: list[tuple[object, ...]] = []
    for i, name in enumerate(names):
        abnormal = int(outside[i].sum())
        towards, away = (symbols[outside[i] & side] for side in (against[i] < 0, against[i] > 0))
        above = float(((others < scores[i]) + 0.5 * (others == scores[i])).mean())
        enough = abnormal >= FEWEST
        rank = above if enough else np.nan
        verdict = _verdict(above, len(others)) if enough else LITTLE
        counts = (len(place), abnormal, len(towards))
        words = (" ".join(towards), " ".join(away))
        rows.append((name, one.drug.drug, *counts, scores[i], rank, len(others), verdict, *words))
    return rows


def _verdict(above: float, healthy: int) -> str:
    if above >= 1.0:
        return f"above all {healthy} healthy people"
    return f"above {above:.0%} of {healthy} healthy people"

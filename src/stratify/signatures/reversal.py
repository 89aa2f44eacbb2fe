"""Which drugs' signatures oppose a disease profile: resemblance of profiles, never response to a drug."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from stratify.errors import StratifyError, listed
from stratify.signatures.differential import contrast
from stratify.signatures.drug_signatures import DrugSignature, assay_genes, shipped_drugs
from stratify.signatures.overlay import FEWEST, Overlay, lay_over
from stratify.signatures.patients import Patients, patients_of
from stratify.signatures.relabelling import Effects, effects_of
from stratify.signatures.reversal_null import chance, reversal_scores
from stratify.signatures.reversal_stability import stability

Array = NDArray[np.float64]

COLUMNS = (
    "drug",
    "n_shared",
    "fraction_reversed",
    "percent_normalised",
    "rank_correlation",
    "p_value",
    "evidence",
    "call",
    "q_value",
    "p_labels",
    "p_signatures",
    "score",
    "rank",
    "rank_low",
    "rank_high",
    "share_first",
    "fraction_low",
    "fraction_high",
    "percent_low",
    "percent_high",
    "n_moved",
    "n_sized",
    "n_masked",
    "mode",
    "pathway",
    "reversed",
    "same_way",
    "masked",
    "note",
)
SHOWN, NOT_SHOWN, LITTLE, TARGETS, NOTHING, NOT_COMPUTED = (
    "reversal shown",
    "not shown",
    "too little to say",
    "only its own targets",
    "no shared protein",
    "not computed",
)
FDR = 0.05
WRONG_SIGN = 0.05  # largest false sign rate of a direction that counts as known
FORMULA = (
    "percent_normalised = 100 * sum(min(|d|, -sign(d) * q)) / sum(|d|), over shared proteins whose change q "
    "under the drug was measured in serum or plasma and whose direction in the disease is known; d is the "
    "shrunken fold change of the disease; both log2"
)


@dataclass(frozen=True, eq=False)
class Reversal:
    """Drugs laid over one profile.

    Parameters
    ----------
    table : DataFrame
        One row a drug with the columns `COLUMNS`, best rank first; what could not be computed is empty.
    overlays : tuple of Overlay
        In the order of the table.
    notes : tuple of str
        What a reader must know.
    """

    table: pd.DataFrame
    overlays: tuple[Overlay, ...]
    notes: tuple[str, ...]


def reverse(
    people: AnnData,
    *,
    case: str,
    control: str,
    drugs: Sequence[DrugSignature] | None = None,
    group: str = "group",
    covariates: Sequence[str] = (),
    relabellings: int = 999,
    seed: int = 0,
) -> Reversal:
    """Lay drugs over the profile of a disease, with p-values and intervals.

    Fractions, percentages and correlations use the shrunken fold changes of the contrast; scores and
    p-values use each protein's difference over its standard error, because a test needs no shrinking.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Checked patients' samples, log2 levels.
    case, control : str
        Groups.
    drugs : sequence of DrugSignature, optional
        The shipped ones if left out. Their order, and drugs given twice, change nothing.
    group : str, default "group"
        Column of the groups.
    covariates : sequence of str, optional
        Columns to adjust for.
    relabellings : int, default 999
        Relabellings of patients, random signatures, and resamples of patients.
    seed : int, default 0
        The same seed gives the same numbers.

    Returns
    -------
    Reversal

    Raises
    ------
    CohortError
        Unknown or too small groups.
    """
    patients = patients_of(people, (case, control), group=group, covariates=covariates)
    told = contrast(patients.as_cohort(), case=case, control=control, group=group, covariates=covariates)
    effects = effects_of(patients, [(case, control)])
    effect, genes = told.shrunken.effect, assay_genes(patients.assays)
    overlays = _overlays(drugs, genes, np.isfinite(effect), told.shrunken.wrong_sign <= WRONG_SIGN)
    columns = _described(overlays, effect, genes)
    columns |= _tested(overlays, patients, effects, (case, control), relabellings, seed)
    columns |= stability(overlays, patients, effects, told, relabellings, seed)
    notes = [*patients.notes, *told.warnings, FORMULA]
    if covariates:
        notes.append("with covariates the relabelling p-values hold for large groups only")
    return _assemble(columns, overlays, notes, tested=True)


def reverse_table(table: pd.DataFrame, drugs: Sequence[DrugSignature] | None = None) -> Reversal:
    """Lay drugs over a table of a contrast, without patients: no p-value, rank or interval.

    Parameters
    ----------
    table : DataFrame
        As ``Contrast.table`` gives it: ``protein`` (or ``gene``), ``shrunken_fold_change``, and ``uniprot``
        where it exists.
    drugs : sequence of DrugSignature, optional
        The shipped ones if left out.

    Returns
    -------
    Reversal

    Raises
    ------
    StratifyError
        A table without the columns, or without a number.
    """
    name = "gene" if "gene" in table and "protein" not in table else "protein"
    if absent := [column for column in (name, "shrunken_fold_change") if column not in table]:
        raise StratifyError(
            "a contrast table with the columns protein and shrunken_fold_change",
            f"no {listed(absent)}; there are {listed(table.columns, 8)}",
            "make it with `stratify contrast`; plain fold changes are too large to be laid over a drug",
        )
    if "assay_id" in table:  # of two assays of a protein the first counts, and a table may be sorted by p
        table = table.sort_values("assay_id", kind="stable")
    effect = pd.to_numeric(table["shrunken_fold_change"], errors="coerce").to_numpy(dtype=float)
    if not np.isfinite(effect).any():
        raise StratifyError("shrunken fold changes", "no number", "make the table with `stratify contrast`")
    genes = assay_genes(table.rename(columns={name: "protein"}).drop(columns="gene", errors="ignore"))
    overlays = _overlays(drugs, genes, np.isfinite(effect), _told(table, effect))
    notes = [
        "p_value, rank and intervals are not computed: they need the patients, and a table has none",
        FORMULA,
    ]
    return _assemble(_described(overlays, effect, genes), overlays, notes, tested=False)


def _told(table: pd.DataFrame, effect: Array) -> NDArray[np.bool_]:
    """Which proteins' directions are known, from the best column that there is."""
    numbers = table.reindex(columns=["false_sign_rate", "shrunken_low", "shrunken_high"])
    wrong, low, high = (
        pd.to_numeric(numbers[name], errors="coerce").to_numpy(dtype=float) for name in numbers
    )
    if np.isfinite(wrong).any():
        return np.asarray(wrong <= WRONG_SIGN)
    if np.isfinite(low).any():
        return np.asarray(low * high > 0)
    return np.isfinite(effect)


def _overlays(
    drugs: Sequence[DrugSignature] | None,
    genes: Sequence[str],
    known: NDArray[np.bool_],
    told: NDArray[np.bool_],
) -> list[Overlay]:
    distinct = {drug.drug.casefold(): drug for drug in (shipped_drugs() if drugs is None else drugs)}
    return [lay_over(distinct[key], genes, known, told) for key in sorted(distinct)]


def _described(overlays: Sequence[Overlay], effect: Array, genes: Sequence[str]) -> dict[str, object]:
    against = [effect[one.position] * one.direction for one in overlays]
    named = [[genes[i] for i in one.position] for one in overlays]
    return {
        "drug": [one.drug.drug for one in overlays],
        "n_shared": [len(one.position) for one in overlays],
        "fraction_reversed": [float(one.fraction_reversed(effect)) for one in overlays],
        "percent_normalised": [float(one.percent_normalised(effect)) for one in overlays],
        "rank_correlation": [one.rank_correlation(effect) for one in overlays],
        "evidence": [one.grade for one in overlays],
        "n_moved": [one.moved for one in overlays],
        "n_sized": [int(one.sized.sum()) for one in overlays],
        "n_masked": [len(one.masked) for one in overlays],
        "mode": [one.mode if len(one.position) else "" for one in overlays],
        "pathway": [one.drug.pathway for one in overlays],
        "reversed": [_words(names, signs < 0) for names, signs in zip(named, against, strict=True)],
        "same_way": [_words(names, signs > 0) for names, signs in zip(named, against, strict=True)],
        "masked": [" ".join(one.masked) for one in overlays],
        "note": [one.note() for one in overlays],
    }


def _words(names: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    return " ".join(name for name, yes in zip(names, chosen, strict=True) if yes)


def _tested(
    overlays: Sequence[Overlay],
    patients: Patients,
    effects: Effects,
    pair: tuple[str, str],
    count: int,
    seed: int,
) -> dict[str, object]:
    p = len(patients.assays)
    genes = np.array(assay_genes(patients.assays), dtype=object)
    directions = np.array([one.row(p) for one in overlays]).reshape(-1, p)
    masked = np.array([np.isin(genes, list(one.drug.masked)) for one in overlays]).reshape(-1, p)
    told = chance(patients, effects, pair, directions, masked, count=count, seed=seed)
    p_value = told.p_value
    q_value = np.full(len(p_value), np.nan)
    enough = np.isfinite(p_value)
    if enough.any():
        q_value[enough] = false_discovery_control(p_value[enough])
    return {
        "p_value": p_value,
        "q_value": q_value,
        "p_labels": told.labels,
        "p_signatures": told.signatures,
        "score": reversal_scores(effects.z, directions, effects.residual)[0],
    }


def _assemble(
    columns: dict[str, object], overlays: Sequence[Overlay], notes: Sequence[str], *, tested: bool
) -> Reversal:
    table = pd.DataFrame(columns).reindex(columns=list(COLUMNS))
    table["call"] = [_call(one, q, tested) for one, q in zip(overlays, table["q_value"], strict=True)]
    keys = table.assign(without=table["rank"].isna())
    by = ["without", "rank", "fraction_reversed", "drug"]
    order = keys.sort_values(by, ascending=[True, True, False, True]).index
    return Reversal(
        table.loc[order].reset_index(drop=True),
        tuple(overlays[i] for i in order),
        tuple(dict.fromkeys(notes)),
    )


def _call(one: Overlay, q_value: float, tested: bool) -> str:
    if not len(one.position):
        return TARGETS if one.masked else NOTHING
    if one.moved < FEWEST:
        return LITTLE
    if not tested:
        return NOT_COMPUTED
    return SHOWN if q_value <= FDR else NOT_SHOWN

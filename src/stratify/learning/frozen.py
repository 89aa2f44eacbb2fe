"""A trained model as plain arrays, and the arithmetic that scores patients with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR, VENDOR_ERROR
from stratify.learning.adjustment import NO_ADJUSTMENT, Adjustment, averaged
from stratify.learning.calibration import Platt
from stratify.learning.conformal import Member, p_values
from stratify.learning.decision import Decision, Evidence, Healthy, Rule, WithoutLeak, decide
from stratify.learning.domain import BiologyState, HandlingState, judge_biology, judge_handling
from stratify.learning.held_out import NOBODY, HeldOut
from stratify.learning.leak_effect import UNKNOWN, LeakEffect
from stratify.learning.scorers import Scorer
from stratify.signatures.axis_lead import UNKNOWN_LEAD, AxisLead, lies_behind
from stratify.signatures.gaps import GapState, fill_gaps
from stratify.signatures.limits import LimitState, treat_below, without_model
from stratify.signatures.pathways import AxisState, leading_axis

Array = NDArray[np.float64]

# Assumed SD (NPX) of an assay's batch offset that nothing in the file measures.
ASSUMED_OFFSET_SD = {"vendor": VENDOR_ERROR, "none": UNANCHORED_ERROR}
NEXT_TO_NOTHING = 0.01  # share of the weight that may be missing where thresholds cannot be made again
ASSUMED_PREVALENCES = (0.10, 0.25, 0.35)
PLASMA = ("EDTA", "heparin", "citrate")
TWO_SIDED_90 = 1.6448536269514722
KEPT = without_model("keep")


@dataclass(frozen=True)
class FrozenModel:
    """Everything that screening needs, as arrays and words.

    Parameters
    ----------
    name, family, positive, platform, scale, matrix : str
        Of the model, its family, the reference disease, the assay platform, the unit of the levels
        and the kind of tube.
    version : int
        Of the model.
    simulated : bool
        Whether the training people were simulated: then no call says anything about a patient.
    definition : mapping
        The definition in full.
    assays : DataFrame
        Index assay id; ``uniprot``, ``gene``, ``panel``, ``pathway``.
    rule : Rule
        Numbers that decide.
    gaps : GapState
        Fills missing values, on the scale of the levels.
    scorer : Scorer
        Final fit on all learned people.
    members : tuple of Member
        One model a fold and repeat.
    background, detectability : arrays of shape (n_proteins,)
        Mean standardised profile of the labelled people, and share of samples above the detection limit.
    axes : AxisState
        Immune axes that are compared.
    calibration : Platt
        From the score to a probability.
    healthy : Healthy
        Out-of-fold scores of the healthy people.
    handling : HandlingState
        Leak score.
    biology : BiologyState
        Covariance of the training people.
    expected : DataFrame
        Expected values of reference samples: index control or bridge name, columns assay ids.
    offsets : array of shape (n_offsets, n_proteins)
        Fixed unit draws that turn an offset error into an error of a score that is not linear.
    limits : LimitState
        What stands in for values below their detection limit; they are kept as measured if left out.
    leak_effect : LeakEffect
        How the score follows a leak; unknown if left out, and then a leak allows no call.
    held_out : HeldOut
        The people learned from, to make thresholds for fewer proteins; nobody if left out.
    axis_lead : AxisLead
        How far axes differ among healthy people; unknown if left out.
    adjustment : Adjustment
        Covariates that are taken off before proteins are standardised; none if left out.
    """

    name: str
    version: int
    family: str
    positive: str
    platform: str
    scale: str
    matrix: str
    simulated: bool
    definition: Mapping[str, Any]
    assays: pd.DataFrame
    rule: Rule
    gaps: GapState
    scorer: Scorer
    members: tuple[Member, ...]
    background: Array
    detectability: Array
    axes: AxisState
    calibration: Platt
    healthy: Healthy
    handling: HandlingState
    biology: BiologyState
    expected: pd.DataFrame
    offsets: Array
    limits: LimitState = KEPT
    leak_effect: LeakEffect = UNKNOWN
    held_out: HeldOut = NOBODY
    axis_lead: AxisLead = UNKNOWN_LEAD
    adjustment: Adjustment = NO_ADJUSTMENT

    @cached_property
    def weighty(self) -> NDArray[np.bool_]:
        """Proteins (n_proteins,) that have a weight in the score or in a model of a fold."""
        scorers = [self.scorer, *(member.scorer for member in self.members)]
        return np.any([scorer.importance() > 0 for scorer in scorers], axis=0)

    @cached_property
    def on_fewer(self) -> dict[bytes, FrozenModel]:
        """Models for subsets of the proteins that were asked for before (`by_pattern`)."""
        return {}


@dataclass(frozen=True)
class Batch:
    """Patients of one file, aligned to a model.

    Parameters
    ----------
    profiles : array of shape (n, n_proteins)
        On the model's scale, the batch offset taken off, NaN where missing.
    below_lod : boolean array of shape (n, n_proteins)
        Whether a value lies below its detection limit.
    quality : sequence of str
        ``ok``, ``warn`` or ``fail`` a patient.
    anchored : str
        How the batch offset is known: ``bridge``, ``controls``, ``vendor`` or ``none``.
    offset_error : array of shape (n_proteins,)
        Standard error of the batch offset, NPX; NaN where nothing in the file measures it.
    matrix : sequence of str, optional
        What each patient's blood was collected into, "" where unknown; empty when unknown for all.
    limits : array of shape (n, n_proteins), optional
        Detection limits, the batch offset taken off, NaN where unknown.
    covariates : array of shape (n, n_covariates), optional
        As the model's `Adjustment` codes them, NaN where unknown; nobody's are known if left out.
    """

    profiles: Array
    below_lod: NDArray[np.bool_]
    quality: list[str]
    anchored: str
    offset_error: Array
    matrix: Sequence[str] = ()
    limits: Array | None = None
    covariates: Array | None = None

    def of(self, rows: NDArray[np.int_]) -> Batch:
        """Take some of the patients; all of them are the very batch."""
        if np.array_equal(rows, np.arange(len(self.profiles))):
            return self
        return replace(
            self,
            profiles=np.ascontiguousarray(self.profiles[rows]),
            below_lod=np.ascontiguousarray(self.below_lod[rows]),
            quality=[self.quality[row] for row in rows],
            matrix=[self.matrix[row] for row in rows] if len(self.matrix) else (),
            limits=None if self.limits is None else np.ascontiguousarray(self.limits[rows]),
            covariates=None if self.covariates is None else self.covariates[rows],
        )


@dataclass(frozen=True)
class Scores:
    """What the model says of each patient; arrays of shape (n,) unless stated.

    Parameters
    ----------
    filled : array of shape (n, n_proteins)
        Profiles without gaps, effects of covariates taken off.
    score, error : arrays
        The score and its standard error from refits, the batch offset and covariates that are not known.
    conformal_p, magnitude_z, magnitude_low, magnitude_high, magnitude_percentile : arrays
        P-value against the people without the disease; score in healthy SDs from the healthy mean, its
        90% interval, and the percent of healthy people below; NaN without healthy people.
    weight_covered, weight_below_lod, leak, distance, behind : arrays
        Shares of the score's weight that were measured and that lie below the detection limit, leak
        score in healthy SDs, log residual distance, and how far the axis that must lead lies behind another
        (`lies_behind`; NaN where none must).
    direction, handling, known_biology : lists of str
        Leading axis, and the verdicts of the two checks.
    decisions : list of Decision
        One call a patient.
    extrapolated, covariates_missing : boolean arrays
        Whose covariates lie beyond the healthy people's range, or are not all known.
    """

    filled: Array
    score: Array
    error: Array
    conformal_p: Array
    magnitude_z: Array
    magnitude_low: Array
    magnitude_high: Array
    magnitude_percentile: Array
    weight_covered: Array
    weight_below_lod: Array
    leak: Array
    distance: Array
    behind: Array
    direction: list[str]
    handling: list[str]
    known_biology: list[str]
    decisions: list[Decision]
    extrapolated: NDArray[np.bool_]
    covariates_missing: NDArray[np.bool_]


def complete(model: FrozenModel, profiles: Array, limits: Array | None = None) -> Array:
    """Fill what lies below the limits and what is missing, as the training people's were filled.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    profiles : array of shape (n, n_proteins)
        On the model's scale, NaN where missing.
    limits : array of shape (n, n_proteins), optional
        Detection limits, NaN where unknown.

    Returns
    -------
    array of shape (n, n_proteins)
    """
    return fill_gaps(model.gaps, treat_below(model.limits, profiles, limits))


def score_batch(model: FrozenModel, batch: Batch) -> Scores:
    """Score patients, each apart: a lone patient gets the same as in any batch.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    batch : Batch
        Patients of one file.

    Returns
    -------
    Scores
    """
    as_measured, covariates = complete(model, batch.profiles, batch.limits), covariates_of(model, batch)
    filled = model.scorer.adjusted(as_measured, covariates)
    z = model.scorer.standardise(filled)
    score, spread = averaged(model.scorer, as_measured, covariates, model.adjustment)
    by_member = member_scores(model, as_measured, covariates)
    repeats = np.array([member.repeat for member in model.members])
    offset_error = batch_error(batch)
    from_offset = offset_variance(model, offset_error, filled, score)
    error = np.sqrt(refit_variance(repeats, by_member) + from_offset + spread)
    importance = model.scorer.importance()
    covered = _weighed(np.isfinite(batch.profiles), importance)
    untouched = model.scorer.standardise(as_measured)
    leak, handling = judge_handling(model.handling, untouched, np.isfinite(batch.profiles))
    distance, biology = judge_biology(model.biology, z, offset_error / model.scorer.scale)
    magnitude = _magnitude(model, score, error)
    beyond, lacking = _covariate_cautions(model, len(score), covariates)
    enough = covered >= model.rule.least_weight_covered
    known = [word if fine else "unknown" for word, fine in zip(biology, enough, strict=True)]
    raw = Scores(
        filled=filled,
        score=score,
        error=error,
        conformal_p=p_values(model.members, by_member),
        weight_covered=covered,
        weight_below_lod=_weighed(batch.below_lod, importance),
        leak=leak,
        distance=distance,
        behind=lies_behind(model.axes, model.axis_lead, model.rule.lead, z),
        direction=leading_axis(model.axes, z),
        handling=handling,
        known_biology=known,
        decisions=[],
        extrapolated=beyond,
        covariates_missing=lacking,
        **magnitude,
    )
    raw.decisions.extend(_decide_all(model, batch, raw, _leak_taken_off(model, raw, by_member)))
    return raw


def covariates_of(model: FrozenModel, batch: Batch) -> Array | None:
    """Take the covariates of a batch: unknown where it names none; None where nothing is adjusted for.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    batch : Batch
        Patients of one file.

    Returns
    -------
    array of shape (n, n_covariates) or None
    """
    if not model.adjustment.asked:
        return None
    return model.adjustment.unknown(len(batch.profiles)) if batch.covariates is None else batch.covariates


def member_scores(model: FrozenModel, filled: Array, covariates: Array | None) -> Array:
    """Score patients by the models of the folds, each with its own effects of covariates.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    filled : array of shape (n, n_proteins)
        Profiles without gaps (`complete`).
    covariates : array of shape (n, n_covariates) or None
        As from `covariates_of`.

    Returns
    -------
    array of shape (n_members, n)
    """
    told = [averaged(member.scorer, filled, covariates, model.adjustment)[0] for member in model.members]
    return np.array(told)


def _covariate_cautions(
    model: FrozenModel, n: int, covariates: Array | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whose covariates lie beyond the healthy people's range, and whose are not all known."""
    if covariates is None:
        return np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    unknown = np.asarray(np.isnan(covariates).any(axis=1))
    return model.scorer.effects.outside(covariates), unknown


def _leak_taken_off(model: FrozenModel, raw: Scores, by_member: Array) -> list[WithoutLeak]:
    """Take off each score how far the patient's leak may have moved it."""
    up, down = (part(raw.leak) for part in (model.leak_effect.upward, model.leak_effect.downward))
    known = np.isfinite(up)
    p = np.where(known, p_values(model.members, by_member - np.where(known, up, 0.0)), np.nan)
    low = raw.magnitude_z - up / model.healthy.sd
    high = raw.magnitude_high + down / model.healthy.sd
    return [WithoutLeak(*map(float, part)) for part in zip(p, low, high, strict=True)]


def _weighed(marked: NDArray[np.bool_], importance: Array) -> Array:
    return (np.ascontiguousarray(marked) * importance).sum(axis=1)


def refit_variance(repeats: NDArray[np.int64], by_member: Array) -> Array:
    """How much a score would vary if the model were learned from other people.

    The models of one repeat leave out a fold each, so they share most of their people and vary far less
    than models of different people would: the jackknife's factor ``(folds - 1)**2 / folds`` makes up for it.

    Parameters
    ----------
    repeats : integer array of shape (n_members,)
        Repeat of each member.
    by_member : array of shape (n_members, n)
        Scores that the members give.

    Returns
    -------
    array of shape (n,)

    References
    ----------
    Efron & Stein, Ann Stat 1981, doi:10.1214/aos/1176345462 (the jackknife errs to the large side).

    Examples
    --------
    >>> refit_variance(np.array([0, 0]), np.array([[1.0], [3.0]]))
    array([1.])
    """
    names = sorted(set(repeats.tolist()))
    total = np.zeros(by_member.shape[1])
    for name in names:
        left_out = np.ascontiguousarray(by_member[repeats == name].T)
        folds = left_out.shape[1]
        total += left_out.var(axis=1) * (folds - 1)
    return total / len(names)


def batch_error(batch: Batch) -> Array:
    """Take the error of the batch offset of each assay, measured or assumed.

    Parameters
    ----------
    batch : Batch
        Patients of one file.

    Returns
    -------
    array of shape (n_proteins,)
        NPX.
    """
    assumed = ASSUMED_OFFSET_SD.get(batch.anchored, ASSUMED_OFFSET_SD["vendor"])
    return np.where(np.isfinite(batch.offset_error), batch.offset_error, assumed)


def offset_variance(model: FrozenModel, error: Array, filled: Array, score: Array) -> Array:
    """Compute the variance that an error of the batch offset adds to each score.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    error : array of shape (n_proteins,)
        Standard error of the offset of each assay, NPX.
    filled : array of shape (n, n_proteins)
        Profiles without gaps.
    score : array of shape (n,)
        Their scores.

    Returns
    -------
    array of shape (n,)
    """
    if model.scorer.linear:
        return np.full(len(score), float(((model.scorer.weights / model.scorer.scale * error) ** 2).sum()))
    shifted = [model.scorer.score(filled + error * draw) - score for draw in model.offsets]
    return np.ascontiguousarray(np.square(shifted).T).mean(axis=1)


def _magnitude(model: FrozenModel, score: Array, error: Array) -> dict[str, Array]:
    healthy = model.healthy
    if not healthy.known:
        empty = np.full(len(score), np.nan)
        return dict.fromkeys(
            ("magnitude_z", "magnitude_low", "magnitude_high", "magnitude_percentile"), empty
        )
    z = (score - healthy.mean) / healthy.sd
    reach = magnitude_reach(model, error)
    below = np.searchsorted(healthy.scores, score, side="left")
    return {
        "magnitude_z": z,
        "magnitude_low": z - reach,
        "magnitude_high": z + reach,
        "magnitude_percentile": 100.0 * below / healthy.n,
    }


def magnitude_reach(model: FrozenModel, error: Array) -> Array:
    """Compute half the width of the 90% interval of a magnitude.

    Parameters
    ----------
    model : FrozenModel
        With scores of healthy people.
    error : array of shape (n,)
        Standard error of the score.

    Returns
    -------
    array of shape (n,)
        Healthy SDs.
    """
    return np.hypot(model.healthy.reach(0.05), TWO_SIDED_90 * error / model.healthy.sd)


def _decide_all(
    model: FrozenModel, batch: Batch, raw: Scores, without_leak: list[WithoutLeak]
) -> list[Decision]:
    matrices = list(batch.matrix) or [""] * len(raw.score)
    return [
        decide(
            Evidence(
                conformal_p=float(raw.conformal_p[i]),
                magnitude_z=float(raw.magnitude_z[i]),
                magnitude_low=float(raw.magnitude_low[i]),
                magnitude_high=float(raw.magnitude_high[i]),
                direction=raw.direction[i],
                behind=float(raw.behind[i]),
                anchored=batch.anchored,
                handling=raw.handling[i],
                known_biology=raw.known_biology[i],
                quality=batch.quality[i],
                weight_covered=float(raw.weight_covered[i]),
                matrix_differs=bool(matrices[i] and model.matrix) and matrices[i] != model.matrix,
                matrix_unknown=not matrices[i] and model.matrix in PLASMA,
                without_leak=without_leak[i],
                thresholds_known=model.held_out.known or raw.weight_covered[i] >= 1 - NEXT_TO_NOTHING,
                extrapolated=bool(raw.extrapolated[i]),
                covariates_missing=bool(raw.covariates_missing[i]),
            ),
            model.rule,
            model.healthy,
        )
        for i in range(len(raw.score))
    ]

"""What a trained model says of each patient of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.learning.adjustment import averaged
from stratify.learning.conformal import p_values
from stratify.learning.decision import Decision, Evidence, WithoutLeak, decide
from stratify.learning.domain import judge_biology, judge_handling
from stratify.learning.frozen import PLASMA, Batch, FrozenModel
from stratify.learning.score_error import batch_error, magnitude_reach, offset_variance, refit_variance
from stratify.signatures.axis_lead import lies_behind
from stratify.signatures.gaps import fill_gaps
from stratify.signatures.limits import treat_below
from stratify.signatures.pathways import leading_axis

Array = NDArray[np.float64]

NEXT_TO_NOTHING = 0.01  # share of the weight that may be missing where thresholds cannot be made again


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

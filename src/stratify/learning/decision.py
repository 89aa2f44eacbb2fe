"""All evidence on a patient, and the one place where it becomes a call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[np.float64]

INDETERMINATE = "indeterminate"
FEWEST_HEALTHY = 3

REASONS = {
    "resembles": "such a profile is rare among people without the disease and beyond the healthy range",
    "clearly-below": "even the upper bound of the magnitude is below the smallest relevant size",
    "model-not-shown": "the model did not beat permuted labels, so no call may be made with it",
    "quality-fail": "the laboratory or the checks failed this sample",
    "too-little-measured": "too little of the score's weight was measured",
    "thresholds-unknown": "proteins are missing, and the model keeps nobody to set thresholds without them",
    "batch-not-anchored": "the batch offset of this file is not known",
    "matrix-differs": "the blood was drawn into another kind of tube than that of the people learned from",
    "matrix-unknown": "the kind of tube is not stated; serum taken for plasma would look skewed towards Th2",
    "handling-suspect": "proteins that leak from blood cells are raised; check how the tube was handled",
    "leak-could-explain": "the leak of blood cells could explain the score by itself; draw the blood again",
    "handling-unknown": "too few leak proteins were measured to judge handling",
    "biology-unusual": "the profile is unlike anything that the model was trained on",
    "extrapolated": "a covariate lies beyond the healthy people's range; its effect is that of the edge",
    "covariates-missing": "a covariate is not known; the score is the mean over those of the healthy people",
    "no-healthy-reference": "the model has no healthy people to measure the magnitude against",
    "not-rare-enough": "people without the disease reach such a score too often",
    "within-healthy-range": "the magnitude lies within the healthy range",
    "other-axis-leads": "another immune axis, or none, leads",
    "other-axis-ahead": "another immune axis lies further ahead than it does in healthy people",
    "not-clearly-below": "a relevant skew can not be excluded",
}


@dataclass(frozen=True)
class Healthy:
    """Out-of-fold scores of the healthy people, frozen.

    Parameters
    ----------
    mean, sd : float
        Of the out-of-fold scores, in the unit of the score.
    n : int
        0 when the model has none.
    unit : float
        Mean of the reference disease less mean of the healthy: relative size 1.
    scores : array of shape (n,)
        Sorted, one mean score a person.
    """

    mean: float
    sd: float
    n: int
    unit: float
    scores: Array

    @property
    def known(self) -> bool:
        """Whether there are enough healthy people to measure a magnitude against."""
        return self.n >= FEWEST_HEALTHY

    def in_sds(self, size: float) -> float:
        """Write a relative size in healthy SDs."""
        return size * self.unit / self.sd

    def reach(self, tail: float) -> float:
        """Half width, in SDs, of a one-sided t-predictive bound for one more healthy person."""
        return _reach(tail, self.n)


@cache
def _reach(tail: float, n: int) -> float:
    return float(stdtrit(n - 1, 1 - tail)) * float(np.sqrt(1 + 1 / n))


@dataclass(frozen=True)
class Rule:
    """Numbers of a definition that decide.

    Parameters
    ----------
    positive_call : str
        Word of a positive call.
    lead : str
        Axis that must lead; empty when none is asked for.
    alpha, healthy_tail, smallest_relevant_size, least_weight_covered : float
        As in the definition: bound of the conformal p-value, tail of the healthy bound, relative size,
        and share of the score's weight.
    shown : bool
        Whether the model beat permuted labels.
    lead_tail : float, default 0
        Tail, by rival axis, of the healthy people's bound on how far a rival may lie ahead; with 0 the axis
        must lead.
    """

    positive_call: str
    lead: str
    alpha: float
    healthy_tail: float
    smallest_relevant_size: float
    least_weight_covered: float
    shown: bool
    lead_tail: float = 0.0

    @property
    def negative_call(self) -> str:
        """Word of a negative call."""
        return f"not {self.positive_call}"


@dataclass(frozen=True)
class WithoutLeak:
    """A patient's score, had a leak moved it as far as it may have; NaN where that is not known.

    Parameters
    ----------
    conformal_p, magnitude_z : float
        After the largest plausible rise is taken off.
    magnitude_high : float
        Upper limit after the largest plausible fall is added.
    """

    conformal_p: float = float("nan")
    magnitude_z: float = float("nan")
    magnitude_high: float = float("nan")

    @property
    def known(self) -> bool:
        """Whether the leak lies within what the training people show."""
        return bool(np.isfinite([self.conformal_p, self.magnitude_z, self.magnitude_high]).all())


@dataclass(frozen=True)
class Evidence:
    """What is known of one patient.

    Parameters
    ----------
    conformal_p : float
        Against the people without the reference disease.
    magnitude_z, magnitude_low, magnitude_high : float
        Score in healthy SDs from the healthy mean, with the interval that carries the healthy
        spread, the refits and the batch offset; NaN without healthy people.
    direction : str
        Leading axis, or ``none``.
    anchored : str
        ``bridge``, ``controls``, ``vendor`` or ``none``.
    handling : str
        ``ok``, ``suspect`` or ``unknown``.
    known_biology : str
        ``ok``, ``unusual`` or ``unknown``.
    quality : str
        ``ok``, ``warn`` or ``fail``.
    weight_covered : float
        Share of the score's weight that was measured.
    matrix_differs, matrix_unknown : bool, default False
        Whether the blood was drawn into another kind of tube; whether a model of plasma is not told which.
    without_leak : WithoutLeak, optional
        Judged in place of the first three where handling is ``suspect``.
    thresholds_known : bool, default True
        Whether the thresholds are those of the proteins that were measured.
    behind : float
        How far the axis that must lead lies behind another, in healthy SDs; NaN where it is not known.
    extrapolated, covariates_missing : bool, default False
        Whether a covariate of the model lies beyond the healthy people's range, or is not known.
    """

    conformal_p: float
    magnitude_z: float
    magnitude_low: float
    magnitude_high: float
    direction: str
    anchored: str
    handling: str
    known_biology: str
    quality: str
    weight_covered: float
    matrix_differs: bool = False
    matrix_unknown: bool = False
    without_leak: WithoutLeak = WithoutLeak()
    thresholds_known: bool = True
    behind: float = float("nan")
    extrapolated: bool = False
    covariates_missing: bool = False


@dataclass(frozen=True)
class Decision:
    """A call and the codes of its reasons, the weightiest first (see ``REASONS``)."""

    call: str
    reasons: tuple[str, ...]


def decide(evidence: Evidence, rule: Rule, healthy: Healthy) -> Decision:
    """Make the asymmetric call.

    A flag needs a small conformal p-value, a magnitude beyond healthy, and an axis that leads or that no
    rival is clearly ahead of. A negative call needs the upper bound of the magnitude to lie below the
    smallest relevant size. Everything else, and everybody whom a check objects to, is indeterminate. Where
    blood cells leaked, either call must hold with the largest plausible effect of the leak taken off.

    Parameters
    ----------
    evidence : Evidence
        Of one patient.
    rule : Rule
        Of the model's definition.
    healthy : Healthy
        Frozen scores of the model's healthy people.

    Returns
    -------
    Decision

    Examples
    --------
    >>> rule = Rule("Th2-skewed", "Th2", 0.1, 0.05, 0.3, 0.8, True)
    >>> healthy = Healthy(0.0, 1.0, 32, 3.0, np.zeros(32))
    >>> seen = Evidence(0.02, 2.5, 0.7, 4.3, "Th2", "bridge", "ok", "ok", "ok", 1.0)
    >>> decide(seen, rule, healthy).call
    'Th2-skewed'
    """
    objections = _objections(evidence, rule, healthy)
    cautions = _cautions(evidence)
    if objections:
        return Decision(INDETERMINATE, (*objections, *cautions))
    missing = _not_met(evidence, rule, healthy)
    if evidence.handling == "suspect":
        cautions = ("handling-suspect", *cautions)
        as_measured, evidence = missing, _leak_taken_off(evidence)
        missing = _not_met(evidence, rule, healthy)
        missing = ("leak-could-explain",) if missing and not as_measured else missing
    if not missing:
        return Decision(rule.positive_call, ("resembles", *cautions))
    if evidence.magnitude_high < healthy.in_sds(rule.smallest_relevant_size):
        return Decision(rule.negative_call, ("clearly-below", *cautions))
    return Decision(INDETERMINATE, (*missing, "not-clearly-below", *cautions))


def _cautions(evidence: Evidence) -> tuple[str, ...]:
    found = {
        "handling-unknown": evidence.handling == "unknown",
        "extrapolated": evidence.extrapolated,
        "covariates-missing": evidence.covariates_missing,
    }
    return tuple(code for code, holds in found.items() if holds)


def _leak_taken_off(evidence: Evidence) -> Evidence:
    told = evidence.without_leak
    return replace(
        evidence,
        conformal_p=told.conformal_p,
        magnitude_z=told.magnitude_z,
        magnitude_high=told.magnitude_high,
    )


def _objections(evidence: Evidence, rule: Rule, healthy: Healthy) -> tuple[str, ...]:
    found = {
        "model-not-shown": not rule.shown,
        "quality-fail": evidence.quality == "fail",
        "too-little-measured": not evidence.weight_covered >= rule.least_weight_covered,
        "thresholds-unknown": not evidence.thresholds_known,
        "batch-not-anchored": evidence.anchored == "none",
        "matrix-differs": evidence.matrix_differs,
        "matrix-unknown": evidence.matrix_unknown,
        "handling-suspect": evidence.handling == "suspect" and not evidence.without_leak.known,
        "biology-unusual": evidence.known_biology == "unusual",
        "no-healthy-reference": not healthy.known,
    }
    return tuple(code for code, objects in found.items() if objects)


def _not_met(evidence: Evidence, rule: Rule, healthy: Healthy) -> tuple[str, ...]:
    # "not (a <= b)", so that a number that is not known is no evidence
    found = {
        "not-rare-enough": not evidence.conformal_p <= rule.alpha,
        "within-healthy-range": not evidence.magnitude_z > healthy.reach(rule.healthy_tail),
        "other-axis-leads": bool(rule.lead) and not rule.lead_tail and evidence.direction != rule.lead,
        "other-axis-ahead": bool(rule.lead and rule.lead_tail)
        and not evidence.behind <= healthy.reach(rule.lead_tail),
    }
    return tuple(code for code, absent in found.items() if absent)

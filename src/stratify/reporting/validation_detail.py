"""What a card says beside AUC and calibration, and whether there were enough people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from stratify.learning.brier import BrierParts, brier_parts
from stratify.learning.frozen import FrozenModel
from stratify.learning.metric_intervals import metric_intervals
from stratify.learning.performance import THRESHOLDS, net_benefit_at
from stratify.learning.ranking import average_precision, sensitivity_at
from stratify.learning.sample_size import SampleSize, cox_snell, sample_size
from stratify.learning.stability import Stability, stability
from stratify.learning.validation import Evaluation
from stratify.reporting.performance import crossed_probability

SPECIFICITIES = (0.8, 0.9, 0.95)
_NEAREST = 1e-6


@dataclass(frozen=True)
class ValidationDetail:
    """Of the chosen family, from out-of-fold scores.

    Parameters
    ----------
    average_precision, mix : float
        The first as a mean over repeats; the second, the share of positives, is what chance reaches.
    sensitivity_at : dict of float to float
        By specificity; means over repeats, cut in the people who are counted.
    brier : BrierParts
        Of the crossed probabilities.
    net_benefit : dict of float to (float, float)
        By threshold probability: of the model, and of flagging everybody.
    intervals : dict of str to (float, float)
        95%, of average precision, Brier score and net benefit (`metric_intervals`).
    size : SampleSize
        Every protein counted as a predictor.
    stability : Stability
        Of the models of the outer folds.
    """

    average_precision: float
    mix: float
    sensitivity_at: dict[float, float]
    brier: BrierParts
    net_benefit: dict[float, tuple[float, float]]
    intervals: dict[str, tuple[float, float]]
    size: SampleSize
    stability: Stability


class Assessed(Protocol):
    """A training, or what was kept of one."""

    @property
    def model(self) -> FrozenModel:
        """The final model."""

    @property
    def family(self) -> str:
        """The chosen family."""

    @property
    def evaluation(self) -> Evaluation:
        """Out-of-fold scores."""


def validation_detail(training: Assessed) -> ValidationDetail:
    """Derive the detail from a training.

    Parameters
    ----------
    training : Assessed
        A finished training, or its raw facts.

    Returns
    -------
    ValidationDetail
    """
    scores = training.evaluation.of(training.family)
    labelled = scores[scores["label"] >= 0]
    repeats = [(part["label"].to_numpy(), part["score"].to_numpy()) for _, part in labelled.groupby("repeat")]
    crossed = crossed_probability(scores)
    y, probability = crossed["label"].to_numpy(), crossed["probability"].to_numpy()
    model = training.model
    # on the positive side is who is likelier to have the disease than not
    cut = -model.calibration.intercept / model.calibration.slope if model.calibration.slope else 0.0
    return ValidationDetail(
        float(np.mean([average_precision(*repeat) for repeat in repeats])),
        float(y.mean()),
        {at: float(np.mean([sensitivity_at(*repeat, at) for repeat in repeats])) for at in SPECIFICITIES},
        brier_parts(y, probability),
        {bound: net_benefit_at(y, probability, bound) for bound in THRESHOLDS},
        metric_intervals(crossed, _of_fewer(scores), training.evaluation.n_folds),
        _size(labelled, y, probability, len(model.assays)),
        stability([member.scorer.importance() for member in model.members], scores, cut=cut),
    )


def _of_fewer(scores: pd.DataFrame) -> pd.DataFrame:
    """Crossed probabilities of the models that learned from fewer people; no rows where there are none."""
    if "fewer" not in scores or scores["fewer"].isna().any():
        return pd.DataFrame()
    return crossed_probability(scores.assign(score=scores["fewer"]))


def _size(labelled: pd.DataFrame, y: np.ndarray, probability: np.ndarray, n_proteins: int) -> SampleSize:
    once = labelled.drop_duplicates("sample_id")["label"]
    inside = np.clip(probability, _NEAREST, 1 - _NEAREST)
    loss = float(-np.log(np.where(y == 1, inside, 1 - inside)).mean())
    return sample_size(len(once), int((once == 1).sum()), n_proteins, cox_snell(loss, float(once.mean())))

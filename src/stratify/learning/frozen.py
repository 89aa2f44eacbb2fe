"""A trained model as plain arrays, and the patients of a file aligned to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.adjustment import NO_ADJUSTMENT, Adjustment
from stratify.learning.calibration import Platt
from stratify.learning.conformal import Member
from stratify.learning.decision import Healthy, Rule
from stratify.learning.domain import BiologyState, HandlingState
from stratify.learning.held_out import NOBODY, HeldOut
from stratify.learning.leak_effect import UNKNOWN, LeakEffect
from stratify.learning.scorers import Scorer
from stratify.signatures.axis_lead import UNKNOWN_LEAD, AxisLead
from stratify.signatures.gaps import GapState
from stratify.signatures.limits import LimitState, without_model
from stratify.signatures.pathways import AxisState

Array = NDArray[np.float64]

PLASMA = ("EDTA", "heparin", "citrate")
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

"""Whether a call would still stand if something plausible were otherwise, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.learning.decision import INDETERMINATE
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.score_error import batch_error
from stratify.learning.scores import Scores, score_batch
from stratify.learning.subset import by_pattern
from stratify.signatures.pathways import measured_by

Array = NDArray[np.float64]

LEAKS = (0.5, 1.0)  # units of leak, one healthy SD on each handling protein
LEADING = 5
SETTLES = {
    "leak": "draw the blood again and spin it in time",
    "batch": "measure bridge samples beside this sample",
    "tube": "find out which tube was used, or draw the blood again in the kind that the model knows",
    "covariates": "find out what the model adjusts for and the clinical table lacks or gives otherwise",
    "protein": "measure its leading proteins by another assay",
}


@dataclass(frozen=True)
class Stress:
    """How a call stood its test.

    Parameters
    ----------
    robust_share : float
        Share of scenarios in which the call was the same, each kind of scenario counting alike; NaN where no
        call was made.
    weakest : str
        Kind that most often changed the call, a key of `SETTLES`; "" where none did.
    """

    robust_share: float = float("nan")
    weakest: str = ""

    @property
    def to_settle(self) -> str:
        """What would settle it; "" where nothing is needed."""
        return SETTLES.get(self.weakest, "")


def stress_test(model: FrozenModel, batch: Batch, scores: Scores) -> list[Stress]:
    """Call each patient again under a fixed grid of scenarios.

    The grid: half a unit and a unit of leak lie in the levels; the batch lies off by its error, in the
    bundle's fixed directions; where the tube is not stated, it was EDTA plasma and not serum; each of the
    five proteins that move the score most was not measured; where the model adjusts for covariates, they are
    not known, or are any that healthy people have. Nothing is drawn at random, and a patient's
    answer depends on nobody else.

    Parameters
    ----------
    model : FrozenModel
        With thresholds that fit the batch (`by_pattern`).
    batch : Batch
        Patients.
    scores : Scores
        What the model says of them.

    Returns
    -------
    list of Stress
        One a patient.
    """
    calls = np.array([decision.call for decision in scores.decisions])
    called = np.flatnonzero(calls != INDETERMINATE)
    answer = [Stress() for _ in calls]
    if not len(called):
        return answer
    part, filled = batch.of(called), scores.filled[called]
    held: dict[str, list[NDArray[np.bool_]]] = {kind: [] for kind in SETTLES}
    for kind, changed, rows in _scenarios(model, part, filled):
        same = np.full(len(called), np.nan)
        same[rows] = _calls(model, changed) == calls[called][rows]
        held[kind].append(same)
    for place, row in enumerate(called):
        answer[row] = _summary({kind: np.array([one[place] for one in each]) for kind, each in held.items()})
    return answer


def _summary(held: dict[str, Array]) -> Stress:
    shares = {kind: float(np.nanmean(each)) for kind, each in held.items() if np.isfinite(each).any()}
    weakest = min(shares, key=lambda kind: shares[kind])
    return Stress(sum(shares.values()) / len(shares), weakest if shares[weakest] < 1 else "")


def _calls(model: FrozenModel, batch: Batch) -> NDArray[np.str_]:
    calls = np.full(len(batch.profiles), "", dtype=object)
    for rows, fitting, part in by_pattern(model, batch):
        calls[rows] = [decision.call for decision in score_batch(fitting, part).decisions]
    return calls.astype(str)


def _scenarios(
    model: FrozenModel, batch: Batch, filled: Array
) -> Iterator[tuple[str, Batch, NDArray[np.int_]]]:
    everybody = np.arange(len(filled))
    unit = np.where(model.handling.weights > 0, model.scorer.scale, 0.0)
    if unit.any():
        for size in LEAKS:
            yield "leak", _moved(batch, -size * unit), everybody
    error = batch_error(batch)
    if error.any():
        for draw in model.offsets:
            yield "batch", _moved(batch, error * draw), everybody
    unstated = np.flatnonzero(np.array([not word for word in batch.matrix or [""] * len(filled)]))
    shift = plasma_to_serum(model)
    if model.matrix == "serum" and len(unstated) and shift.any():
        yield "tube", _moved(batch.of(unstated), shift), unstated
    leading = np.argsort(-np.abs(model.scorer.contributions(filled, model.background)), axis=1, kind="stable")
    for covariates in _other_covariates(model, len(filled)):
        yield "covariates", replace(batch, covariates=covariates), everybody
    for place in range(min(LEADING, leading.shape[1])):
        profiles = batch.profiles.copy()
        profiles[everybody, leading[:, place]] = np.nan
        yield "protein", replace(batch, profiles=profiles), everybody


def _other_covariates(model: FrozenModel, n: int) -> Iterator[Array]:
    if model.adjustment.columns:
        yield model.adjustment.unknown(n)
        for point in model.adjustment.grid:
            yield np.tile(point, (n, 1))


def _moved(batch: Batch, shift: Array) -> Batch:
    limits = None if batch.limits is None else batch.limits + shift
    return replace(batch, profiles=batch.profiles + shift, limits=limits)


def plasma_to_serum(model: FrozenModel) -> Array:
    """Look up how much higher levels are in serum than in EDTA plasma.

    Parameters
    ----------
    model : FrozenModel
        With the assays.

    Returns
    -------
    array of shape (n_proteins,)
        Log2 ratio, 0 where it is not known.
    """
    shift = np.zeros(len(model.assays))
    table = _matrix_ratios()
    for place, percent in enumerate(table["serum_vs_edta_pct"]):
        shift[measured_by(table.iloc[[place]], model.assays)] = np.log2(percent / 100)
    return shift


@cache
def _matrix_ratios() -> pd.DataFrame:
    with resources.files("stratify.data").joinpath("matrix_ratios.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)

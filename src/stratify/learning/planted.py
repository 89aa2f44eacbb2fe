"""The detectability map of a trained model: its own signature planted in the people whom it kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.harmonise.offset_error import planned_error
from stratify.errors import ExperimentError
from stratify.learning.calibration import ASSUMED_PREVALENCES
from stratify.learning.conformal import Member
from stratify.learning.decision import FEWEST_HEALTHY, INDETERMINATE
from stratify.learning.detectability import Circumstance, circumstances, detectability_map
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.held_out import HeldOut
from stratify.learning.scores import score_batch
from stratify.learning.thresholds import healthy_reference
from stratify.signatures.gaps import fill_gaps

Array = NDArray[np.float64]

CARD_SIZES, CARD_LEAKS = (0.3, 0.5, 0.8), (0.0, 0.5, 1.0)


@dataclass(frozen=True, eq=False)
class Unseen:
    """A model of one fold that judges the healthy people of that fold, whom nothing in it has seen.

    Parameters
    ----------
    model : FrozenModel
        Score, conformal negatives and healthy range from the people of the other folds.
    people : integer array
        Places among the kept people.
    """

    model: FrozenModel
    people: NDArray[np.int_]


def unseen_healthy(model: FrozenModel) -> list[Unseen]:
    """Split a model into the models of its folds, each with the healthy people it had not seen.

    Parameters
    ----------
    model : FrozenModel
        That keeps its people.

    Returns
    -------
    list of Unseen
        One a fold and repeat with healthy people.

    Raises
    ------
    ExperimentError
        A model that keeps nobody, or that has too few healthy people.
    """
    kept = model.held_out
    if not kept.known or (kept.reference > 0).sum() <= FEWEST_HEALTHY:
        raise ExperimentError(
            f"a model that keeps its people, more than {FEWEST_HEALTHY} of them healthy",
            "no people" if not kept.known else f"{int(kept.reference.sum())} healthy people",
            "train the model again, or ask for a planned study",
        )
    filled = fill_gaps(model.gaps, kept.profiles)
    scores = kept.scores([member.scorer for member in model.members], filled)
    found = []
    for repeat, row in enumerate(kept.member):
        for place in np.unique(row).astype(int):
            people = np.flatnonzero((row == place) & (kept.reference > 0))
            others = kept.some(row != place)
            if len(people) and (others.reference > 0).sum() >= FEWEST_HEALTHY:
                told = scores[[repeat]][:, row != place]
                found.append(Unseen(_of_fold(model, place, others, told), people))
    return found


def _of_fold(model: FrozenModel, fold: int, others: HeldOut, scores: Array) -> FrozenModel:
    """Let one fold's model score; those of its repeat stay, so that refits widen the interval as ever."""
    negatives = np.sort(scores[0, others.label == 0])
    own = model.members[fold]
    members = tuple(
        Member(one.scorer, negatives if place == fold else np.zeros(0), 0)
        for place, one in enumerate(model.members)
        if one.repeat == own.repeat
    )
    return replace(
        model,
        scorer=own.scorer,
        members=members,
        healthy=healthy_reference(scores, others.label, others.reference > 0, others.patient),
        rule=replace(model.rule, shown=True),
    )


def reference_direction(model: FrozenModel) -> Array:
    """Mean difference of the reference disease from the healthy, as large as held-out people show it.

    The difference among the people who were learned from is larger along the score than that of new people.
    It is scaled so that it moves the scores of the folds' models as far as their held-out people lie apart.

    Parameters
    ----------
    model : FrozenModel
        That keeps its people.

    Returns
    -------
    array of shape (n_proteins,)
        On the scale of the levels.
    """
    kept = model.held_out
    filled = fill_gaps(model.gaps, kept.profiles)
    start = filled[kept.reference > 0].mean(axis=0)
    difference = filled[kept.label == 1].mean(axis=0) - start
    ends = np.stack([start, start + difference])
    nobody = model.adjustment.unknown(2)
    moved = np.mean([np.diff(member.scorer.score(ends, nobody))[0] for member in model.members])
    return difference * max(model.healthy.unit, 0.0) / max(moved, 1e-9)


def planted_rows(
    model: FrozenModel, asked: Sequence[Circumstance], *, draws: int = 20, seed: int = 0
) -> pd.DataFrame:
    """Plant the signature in healthy people and call them, each by models that had not seen them.

    The others are the same people without the signature: how those with depression and no skew lie is not
    known. A leak of one unit adds a healthy SD to each handling protein. A batch offset is normal over assays
    and taken off by bridge samples that repeat as the vendor's validation says; without them it stays,
    and the batch counts as the vendor's.

    Parameters
    ----------
    model : FrozenModel
        That keeps its people (`unseen_healthy`).
    asked : sequence of Circumstance
        Of the new patients; each planted person has exactly the relative size.
    draws : int, default 20
        Batches a person, where the circumstance has a batch offset or bridge samples.
    seed : int, default 0
        Of the batches.

    Returns
    -------
    DataFrame
        As `detectability_rows`: one row a healthy person (``seed``) and circumstance, so that Monte Carlo
        errors are those of so few people.

    Raises
    ------
    ExperimentError
        A model that keeps nobody, or that has too few healthy people.
    """
    folds, direction = unseen_healthy(model), reference_direction(model)
    tables = []
    for one in asked:
        rng = np.random.default_rng(seed)
        for fold in folds:
            shift = one.relative_size * direction
            skewed, others = (_calls(fold, one, add, rng, draws) for add in (shift, 0.0 * shift))
            tables.append(
                pd.DataFrame(
                    {
                        "seed": fold.people,
                        **asdict(one),
                        "sensitivity": _share(skewed, fold.model.rule.positive_call),
                        "false_flags": _share(others, fold.model.rule.positive_call),
                        "cleared_skewed": _share(skewed, fold.model.rule.negative_call),
                        "cleared_others": _share(others, fold.model.rule.negative_call),
                        "indeterminate": (_share(skewed, INDETERMINATE) + _share(others, INDETERMINATE)) / 2,
                    }
                )
            )
    rows = pd.concat(tables)
    return rows.groupby(["seed", *asdict(asked[0])], sort=True).mean().reset_index()


def model_map(model: FrozenModel) -> pd.DataFrame | None:
    """Map what a model finds, for its card.

    Parameters
    ----------
    model : FrozenModel
        Any.

    Returns
    -------
    DataFrame or None
        As `detectability_map`, by relative size and leak, with four bridge samples; None where the model
        keeps too few people.
    """
    try:
        rows = planted_rows(model, circumstances(CARD_SIZES, handling=CARD_LEAKS))
    except ExperimentError:
        return None
    return detectability_map(rows, ASSUMED_PREVALENCES)


def _share(calls: NDArray[np.str_], word: str) -> Array:
    return np.asarray((calls == word).mean(axis=0))


def _calls(
    fold: Unseen, one: Circumstance, shift: Array, rng: np.random.Generator, draws: int
) -> NDArray[np.str_]:
    """Call one fold's healthy people under some batches (draws, people)."""
    model, kept = fold.model, fold.model.held_out.covariates
    leak = one.handling_offset * np.where(model.handling.weights > 0, model.scorer.scale, 0.0)
    profiles = model.held_out.profiles[fold.people] + shift + leak
    (n, p), known = profiles.shape, planned_error(one.bridges) if one.bridges else np.nan
    spread = known if one.bridges else one.batch_offset_sd
    count = draws if spread > 0 else 1
    levels = (profiles + spread * rng.standard_normal((count, 1, p))).reshape(count * n, p)
    batch = Batch(
        levels,
        np.zeros(levels.shape, dtype=bool),
        ["ok"] * len(levels),
        "bridge" if one.bridges else "vendor",
        np.full(p, known),
        [model.matrix] * len(levels),
        covariates=None if kept is None else np.tile(kept[fold.people], (count, 1)),
    )
    calls = [decision.call for decision in score_batch(model, batch).decisions]
    return np.array(calls).reshape(count, n)

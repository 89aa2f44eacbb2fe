"""Protein levels of a run against those of other people: permutations that know how far the batch may lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.learning.frozen import Array, FrozenModel
from stratify.learning.stress import plasma_to_serum

MOST_PEOPLE = 400  # of a run, evenly spaced; more would not move its mean
FEWEST_FOR_LEVELS, FEWEST_FOR_SPREAD = 3, 6
CHUNK = 2000


@dataclass(frozen=True)
class Found:
    """One figure of a run.

    Parameters
    ----------
    value : float
        How far it lies off, in the unit of its kind.
    p : float
        Chance of such a figure, or a larger one, where nothing is wrong; NaN where it was not judged.
    detail : str
        What else is known.
    """

    value: float
    p: float
    detail: str = ""


def named_directions(model: FrozenModel) -> dict[str, Array]:
    """Find directions of known mishaps, so that a projection of 1 is one unit of it.

    Parameters
    ----------
    model : FrozenModel
        With handling proteins, and with the tube of its people.

    Returns
    -------
    dict of str to array of shape (n_proteins,)
        ``leak``: one healthy SD on each handling protein. ``tube``: EDTA plasma in the place of serum.
    """
    unit = model.biology.sd
    found = {}
    if (model.handling.weights > 0).any():
        found["leak"] = (model.handling.weights > 0) / unit
    if model.matrix == "serum" and (shift := plasma_to_serum(model)).any():
        found["tube"] = -shift / (model.scorer.scale * unit)
    return {name: direction / (direction**2).sum() for name, direction in found.items()}


def compare_levels(
    run: Array,
    reference: Array,
    *,
    error: Array,
    directions: Mapping[str, Array],
    draws: int,
    names: list[str],
    seed: int = 0,
) -> dict[str, Found]:
    """Ask whether the people of a run could be drawn from the same as others, but for a batch offset.

    Under the null the people of both are exchangeable, and the mean of the run lies off by an error that is
    normal and independent between proteins, as large as the anchor of its batch says. Both are drawn: a
    permutation of the people and an error. The largest single deviation is compared with the largest of
    each draw (max-T), so that the number of proteins is allowed for.

    Parameters
    ----------
    run, reference : arrays of shape (n, n_proteins) and (n_reference, n_proteins)
        In SDs, what tells groups apart taken out.
    error : array of shape (n_proteins,)
        Standard error of the offset.
    directions : mapping of str to array of shape (n_proteins,)
        Of known mishaps (`named_directions`).
    draws : int
        Number of draws; the smallest p-value is 1 / (draws + 1).
    names : list of str
        Of the proteins.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    dict of str to Found
        ``levels``: root mean square of the offsets, the part that chance explains taken off, SDs.
        ``proteins``: the largest offset, SDs. ``leak``, ``tube``: units. ``spread``: mean log ratio of
        the variances. What too few people cannot show is left out.

    References
    ----------
    Westfall & Young, Resampling-based multiple testing, Wiley 1993 (max-T); Phipson & Smyth, Stat Appl Genet
    Mol Biol 2010, doi:10.2202/1544-6115.1585 (p-values of permutations are never 0).
    """
    run = run[np.unique(np.linspace(0, len(run) - 1, min(len(run), MOST_PEOPLE)).astype(int))]
    n, m = len(run), len(reference)
    if n < FEWEST_FOR_LEVELS or m < FEWEST_FOR_LEVELS:
        return {}
    rng = np.random.default_rng(seed)
    people = np.vstack([run, reference])
    scale = np.sqrt(1 / n + 1 / m + error**2)
    seen, offset = _figures(people, np.arange(n + m)[None, :] < n, 0.0, scale, directions)
    null: dict[str, list[Array]] = {name: [] for name in seen}
    done = 0
    while done < draws:
        size = min(CHUNK, draws - done)
        chosen = np.argsort(rng.random((size, n + m)), axis=1) < n
        drawn = _figures(people, chosen, error * rng.standard_normal((size, len(error))), scale, directions)[
            0
        ]
        for name, values in drawn.items():
            null[name].append(values)
        done += size
    everything = {name: np.concatenate(parts) for name, parts in null.items()}
    p = {name: (1 + (each >= seen[name][0]).sum()) / (1 + draws) for name, each in everything.items()}
    return _worded(seen, offset[0], p, everything["levels"], scale, names, n)


def _figures(
    people: Array,
    chosen: NDArray[np.bool_],
    error: Array | float,
    scale: Array,
    directions: Mapping[str, Array],
) -> tuple[dict[str, Array], Array]:
    """Figures of each draw (draws,), and offsets (draws, n_proteins); `chosen` has a row a draw."""
    n = chosen.sum(axis=1)[:, None]
    rest = chosen.shape[1] - n
    inside = chosen.astype(float)
    total, squares = people.sum(axis=0), (people**2).sum(axis=0)
    own, own_squares = inside @ people, inside @ people**2
    mean, other = own / n, (total - own) / rest
    offset = mean - other + error
    variance = (own_squares / n - mean**2) * n / (n - 1)
    remaining = ((squares - own_squares) / rest - other**2) * rest / (rest - 1)
    ratio = np.log(np.maximum(variance, 1e-9)).mean(axis=1) - np.log(np.maximum(remaining, 1e-9)).mean(axis=1)
    figures = {
        "levels": (offset**2).mean(axis=1),
        "proteins": (np.abs(offset) / scale).max(axis=1),
        "spread": np.abs(ratio),
    }
    return figures | {name: offset @ direction for name, direction in directions.items()}, offset


def _worded(
    seen: Mapping[str, Array],
    offset: Array,
    p: Mapping[str, float],
    null: Array,
    scale: Array,
    names: list[str],
    n: int,
) -> dict[str, Found]:
    first = np.argsort(-np.abs(offset) / scale, kind="stable")[:5]
    leading = ", ".join(f"{names[j]} {offset[j]:+.2f}" for j in first)
    found = {
        "levels": Found(float(np.sqrt(max(0.0, seen["levels"][0] - null.mean()))), p["levels"]),
        "proteins": Found(float(np.abs(offset[first[0]])), p["proteins"], f"furthest off, SDs: {leading}"),
    }
    if n >= FEWEST_FOR_SPREAD:
        found["spread"] = Found(float(seen["spread"][0]), p["spread"])
    return found | {name: Found(float(seen[name][0]), p[name]) for name in ("leak", "tube") if name in seen}

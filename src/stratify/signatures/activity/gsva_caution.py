"""Why GSVA is a sensitivity output: how soon its kernel saturates, and what one absent protein does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stratify.signatures.activity.gsva import walks
from stratify.signatures.activity.kernel_distribution import BANDWIDTHS_IN_SD, kernel_distribution
from stratify.signatures.activity.member_ranks import MemberRanks, member_ranks
from stratify.signatures.activity.method import Array, State, columns_of

MOST_SAMPLES = 64


@dataclass(frozen=True, eq=False)
class GsvaCaution:
    """What limits GSVA scores, measured on the data at hand.

    Parameters
    ----------
    at_two, at_three : float
        Where a protein stands on the scale from 0 to 1 when it lies 2 and 3 SD above the reference mean
        (median over proteins).
    shift : array of shape (n_sets,)
        How far a score moves, on average over samples, when one member is absent: the member whose absence
        moves it furthest, in SDs of the scores between samples; NaN for sets of fewer than two members.
    """

    at_two: float
    at_three: float
    shift: Array

    def lines(self) -> list[str]:
        """Write it for a reader, one line a fact."""
        known = self.shift[~np.isnan(self.shift)]
        lines = [
            "a sensitivity output, not for decisions: with this reference a protein 2 SD above the mean "
            f"already stands at {self.at_two:.3f} of 1, at 3 SD {self.at_three:.3f}; beyond, all are alike"
        ]
        if known.size:
            lines.append(
                "one absent protein re-ranks the rest: without the member that matters most a score moves by "
                f"{np.median(known):.2f} SD of the scores in the median set, {known.max():.2f} in the worst"
            )
        return lines


def gsva_caution(state: State, levels: Array) -> GsvaCaution:
    """Measure what limits GSVA scores.

    Parameters
    ----------
    state : dict of arrays
        From `fit_gsva`.
    levels : array of shape (n, n_proteins)
        Of the scored samples; the first 64 are used.

    Returns
    -------
    GsvaCaution
    """
    usable = ~np.isnan(state["bandwidth"])
    kernels = state["kernels"][usable]
    mean, sd = np.nanmean(kernels, axis=1), BANDWIDTHS_IN_SD * state["bandwidth"][usable]
    some = {"kernels": kernels, "bandwidth": state["bandwidth"][usable]}
    heights = kernel_distribution(some, np.stack([mean + 2 * sd, mean + 3 * sd]))
    two, three = np.median(heights, axis=1).tolist() if usable.any() else (np.nan, np.nan)
    columns, places = columns_of(state["inside"])
    ranks = member_ranks(kernel_distribution(state, levels[:MOST_SAMPLES]), columns)
    return GsvaCaution(two, three, np.array([_shift(ranks, place) for place in places], dtype=float))


def _shift(ranks: MemberRanks, place: np.ndarray) -> float:
    if len(place) < 2 or len(ranks.count) < 2:
        return np.nan
    full = walks(ranks, [place])[:, 0]
    spread = np.std(full[~np.isnan(full)], ddof=1) if (~np.isnan(full)).sum() > 1 else 0.0
    moves = [np.abs(walks(_without(ranks, gone), [place])[:, 0] - full) for gone in place]
    means = [float(move[~np.isnan(move)].mean()) for move in moves if (~np.isnan(move)).any()]
    return max(means) / float(spread) if means and spread > 0 else np.nan


def _without(ranks: MemberRanks, gone: int) -> MemberRanks:
    """Ranks of the others when one protein has no level: all that stand below it move up."""
    top = ranks.descending()
    was = ranks.measured[:, [gone]]
    count = ranks.count - was
    top = top - (was & (top > top[:, [gone]]))
    measured = ranks.measured.copy()
    measured[:, gone] = False
    return MemberRanks(measured, count - top, np.ones_like(top), np.zeros_like(top), count)

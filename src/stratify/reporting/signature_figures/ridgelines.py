"""Distribution of one score in each group, one ridge a group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.reporting.canvas import BLUE, INK, Drawing, one_axes, short, styled

Array = NDArray[np.float64]

_FEWEST, _OVERLAP = 5, 1.4


def draw_ridgelines(scores: pd.Series, groups: pd.Series, label: str) -> Drawing:
    """Draw a smoothed distribution a group over the points themselves, groups by their median.

    Parameters
    ----------
    scores : Series of shape (samples,)
        NaN where unknown.
    groups : Series of shape (samples,)
        Group of each sample.
    label : str
        What the score is, with its unit.

    Returns
    -------
    Figure, str
        With the alternative text. Groups of fewer than five people show their points only.
    """
    known = scores.notna().to_numpy()
    grouped = scores[known].groupby(groups.astype(str).to_numpy()[known])
    parts = sorted(((float(v.median()), str(k), v.to_numpy(dtype=float)) for k, v in grouped), reverse=True)
    with styled():
        figure, axes = one_axes(6.0, 1.4 + 0.75 * max(len(parts), 1))
        for place, (middle, _, values) in enumerate(parts):
            grid, ridge = _ridge(values)
            axes.fill_between(grid, place, place + ridge, color=BLUE, alpha=0.35, lw=0)
            axes.plot(grid, place + ridge, color=INK, lw=1.0)
            axes.plot(values, np.full(len(values), place - 0.06), "|", color=INK, ms=7, alpha=0.7)
            axes.plot([middle, middle], [place, place + 0.5], color=INK, lw=2.2)
        axes.set_yticks(range(len(parts)), [f"{short(name)} (n {len(values)})" for _, name, values in parts])
        axes.set(xlabel=label, ylim=(-0.25, len(parts) + _OVERLAP - 0.8))
    told = ", ".join(f"{name} {middle:.2f} (n {len(values)})" for middle, name, values in parts)
    return figure, f"{label} by group, medians: {told or 'nobody'}."


def _ridge(values: Array) -> tuple[Array, Array]:
    """Gaussian kernel density, its height scaled so that ridges overlap a little."""
    nothing = np.zeros(0), np.zeros(0)
    if len(values) < _FEWEST:
        return nothing
    spread = min(float(values.std(ddof=1)), float(np.subtract(*np.quantile(values, [0.75, 0.25]))) / 1.349)
    if spread <= 0:
        return nothing
    width = 0.9 * spread * len(values) ** -0.2
    grid = np.linspace(values.min() - 3 * width, values.max() + 3 * width, 200)
    density = np.exp(-0.5 * np.square((grid[:, None] - values) / width)).mean(axis=1)
    return grid, _OVERLAP * 0.7 * density / density.max()

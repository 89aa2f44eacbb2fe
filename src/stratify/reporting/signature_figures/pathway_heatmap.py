"""Pathway scores of all people, by group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.reporting.canvas import INK, Drawing, one_axes, short, styled

_LIMIT = 3.0


def draw_heatmap(scores: pd.DataFrame, groups: pd.Series, unit: str) -> Drawing:
    """Draw one column a sample and one row a pathway; samples of a group side by side, by their mean score.

    Parameters
    ----------
    scores : DataFrame of shape (samples, pathways)
        NaN where a score could not be computed; drawn white.
    groups : Series of shape (samples,)
        Group of each sample, in the order of `scores`.
    unit : str
        Unit of the scores, such as ``"healthy SDs"``.

    Returns
    -------
    Figure, str
        With the alternative text. No sample is named.
    """
    words = groups.astype(str).to_numpy()
    order = np.lexsort((scores.mean(axis=1).to_numpy(), words))
    values, words = scores.to_numpy(dtype=float)[order].T, words[order]
    names, starts = np.unique(words, return_index=True)
    with styled():
        figure, axes = one_axes(7.6, 1.6 + 0.28 * max(len(values), 1))
        limit = min(max(float(np.nanmax(np.abs(values), initial=0.0)), 1e-9), _LIMIT)
        picture = axes.pcolormesh(values, cmap="PuOr_r", vmin=-limit, vmax=limit, rasterized=True)
        axes.invert_yaxis()
        for start in starts[1:]:
            axes.axvline(start, color=INK, lw=1.4)
        ends = np.r_[starts[1:], len(words)]
        labels = [
            f"{short(name, 24)} (n {end - start})"
            for name, start, end in zip(names, starts, ends, strict=True)
        ]
        axes.set_xticks((starts + ends) / 2, labels)
        axes.set_yticks(np.arange(len(values)) + 0.5, [short(name) for name in scores])
        axes.tick_params(length=0)
        figure.colorbar(picture, ax=axes, label=unit, extend="both")
    means = scores.groupby(groups.astype(str).to_numpy()).mean()
    top = [f"{name}: {means.loc[name].idxmax()}" for name in names if means.loc[name].notna().any()]
    return figure, f"Pathway scores of {len(words)} samples; highest on average in {'; '.join(top)}."

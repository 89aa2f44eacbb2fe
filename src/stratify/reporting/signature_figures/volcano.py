"""Volcano: size of each difference against its evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.reporting.canvas import BLUE, GREY, INK, ORANGE, Drawing, one_axes, short, styled
from stratify.reporting.signature_figures.side_labels import label_points

_SMALLEST_P = 1e-300


def draw_volcano(table: pd.DataFrame, title: str, *, q: float = 0.05, most: int = 24) -> Drawing:
    """Draw log2 fold changes against p-values; the smallest q-values are named beside the axes.

    Parameters
    ----------
    table : DataFrame
        Columns ``protein``, ``log2_fold_change``, ``p_value`` and ``q_value``, one row an assay.
    title : str
        Such as ``"AD - HC"``; the axis says that positive is higher in the first.
    q : float, default 0.05
        False discovery rate at which a protein counts as different.
    most : int, default 24
        Most proteins that are named.

    Returns
    -------
    Figure, str
        With the alternative text.
    """
    rows = table.dropna(subset=["log2_fold_change", "p_value", "q_value"])
    effect = rows["log2_fold_change"].to_numpy(dtype=float)
    height = -np.log10(np.maximum(rows["p_value"].to_numpy(dtype=float), _SMALLEST_P))
    found = (rows["q_value"] <= q).to_numpy()
    up, down = found & (effect > 0), found & (effect <= 0)
    with styled():
        figure, axes = one_axes(7.2, 4.6)
        axes.scatter(effect[~found], height[~found], s=12, color=GREY, lw=0, label="not shown to differ")
        axes.scatter(effect[up], height[up], s=24, color=ORANGE, marker="^", lw=0, label="higher")
        axes.scatter(effect[down], height[down], s=24, color=BLUE, marker="v", lw=0, label="lower")
        axes.axvline(0, color=INK, lw=0.6)
        if found.any():
            axes.axhline(height[found].min(), color=INK, lw=0.8, ls="--")
        reach = max(float(np.abs(effect).max(initial=0.0)), 0.1) * 1.08
        axes.set(xlim=(-reach, reach), ylim=(0, max(float(height.max(initial=1.0)), 1.0) * 1.06))
        axes.set_xlabel(f"log2 fold change, {short(title, 56)}")
        axes.set_title("evidence, -log10 p (upward)", fontsize=10)
        axes.tick_params(axis="y", direction="in", pad=-18)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3, fontsize=9)
        named = np.lexsort((-height, rows["q_value"]))[: min(most, int(found.sum()))]
        label_points(axes, effect[named], height[named], rows["protein"].iloc[named].astype(str).tolist())
    alt = f"Volcano of {title}: {int(up.sum())} proteins higher and {int(down.sum())} lower"
    alt += f" at q {q:g} of {len(rows)}"
    first = rows["protein"].iloc[named[:3]].astype(str).tolist()
    return figure, f"{alt}{'; strongest ' + ', '.join(first) if first else ''}."

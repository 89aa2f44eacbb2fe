"""Forest: estimates with intervals, one row each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.reporting.canvas import BLUE, INK, ORANGE, Drawing, one_axes, short, styled


def draw_forest(table: pd.DataFrame, label: str, *, nothing: float = 0.0) -> Drawing:
    """Draw one row an estimate, in the order of the table.

    Parameters
    ----------
    table : DataFrame
        Columns ``name``, ``estimate``, ``low``, ``high`` and ``n``; with a column ``pooled`` that gives the
        estimate after partial pooling, it is drawn beside.
    label : str
        What is estimated, with its unit.
    nothing : float, default 0
        Value that means no association.

    Returns
    -------
    Figure, str
        With the alternative text.
    """
    rows = table.dropna(subset=["estimate", "low", "high"]).reset_index(drop=True)
    place = np.arange(len(rows))[::-1].astype(float)
    with styled():
        figure, axes = one_axes(6.4, 1.3 + 0.32 * max(len(rows), 1))
        clear = ((rows["low"] > nothing) | (rows["high"] < nothing)).to_numpy(dtype=bool)
        axes.hlines(place, rows["low"], rows["high"], color=np.where(clear, INK, "#8a8a8a"), lw=1.6)
        axes.scatter(rows["estimate"], place, s=34, color=BLUE, marker="s", zorder=3, label="estimate")
        if "pooled" in rows:
            axes.scatter(
                rows["pooled"], place - 0.22, s=26, color=ORANGE, marker="D", label="partially pooled"
            )
            axes.legend(loc="upper left", bbox_to_anchor=(0, -0.2), ncols=2, fontsize=8.5)
        axes.axvline(nothing, color=INK, lw=0.8, ls=":")
        axes.set_yticks(
            place, [f"{short(name)} (n {n})" for name, n in zip(rows["name"], rows["n"], strict=True)]
        )
        axes.set(xlabel=f"{label}, 95% interval", ylim=(-0.7, max(len(rows), 1) - 0.3))
    told = [
        f"{row.name_} {row.estimate:.2f} ({row.low:.2f} to {row.high:.2f})"
        for row in rows.rename(columns={"name": "name_"}).itertuples()
    ]
    return figure, f"{label}: {'; '.join(told) or 'nothing to show'}."

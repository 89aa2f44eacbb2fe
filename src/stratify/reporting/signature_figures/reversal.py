"""Which drug signatures run against a disease signature, with what evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.reporting.canvas import BLUE, GREY, INK, Drawing, one_axes, short, styled

NOTHING = "no drug shares a protein"
_HALF = 0.5


def draw_reversal(table: pd.DataFrame, title: str) -> Drawing:
    """Draw the share of shared proteins that each drug moves against the disease.

    Parameters
    ----------
    table : DataFrame
        As `stratify reverse` writes it: ``drug``, ``n_shared``, ``fraction_reversed``, ``p_value``,
        ``evidence``; with ``fraction_low`` and ``fraction_high`` their intervals are drawn.
    title : str
        The contrast.

    Returns
    -------
    Figure, str
        With the alternative text. Grey where one half, as chance gives, lies within the interval.
    """
    rows = table.dropna(subset=["fraction_reversed"]).reset_index(drop=True)
    place = np.arange(len(rows))[::-1].astype(float)
    share = rows["fraction_reversed"].to_numpy(dtype=float)
    low = rows.get("fraction_low", rows["fraction_reversed"]).to_numpy(dtype=float)
    high = rows.get("fraction_high", rows["fraction_reversed"]).to_numpy(dtype=float)
    with styled():
        figure, axes = one_axes(7.6, 1.4 + 0.34 * max(len(rows), 1))
        axes.hlines(place, low, high, color=INK, lw=1.4)
        size = 24 + 6 * np.sqrt(rows["n_shared"].to_numpy(dtype=float))
        colours = np.where(low > _HALF, BLUE, GREY)
        axes.scatter(share, place, s=size, color=colours, edgecolor=INK, lw=0.8, zorder=3)
        axes.axvline(_HALF, color=INK, lw=0.8, ls=":")
        axes.set_yticks(place, [short(name) for name in rows["drug"]])
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.7, max(len(rows), 1) - 0.3))
        axes.set(xlabel=f"share of shared proteins that the drug moves against {title}")
        if not len(rows):
            axes.text(0.5, 0, NOTHING, ha="center", va="center", style="italic")
        for n, p, evidence, at in zip(
            rows["n_shared"], rows["p_value"], rows["evidence"], place, strict=True
        ):
            told = f"{n} shared, p {_written(p)}, {evidence}"
            axes.annotate(told, (1.02, at), xycoords=("axes fraction", "data"), va="center", fontsize=8)
    alt = [f"{row.drug} {row.fraction_reversed:.2f} of {row.n_shared}" for row in rows.itertuples()]
    return figure, f"Share reversed of {title} by drug: {'; '.join(alt) or NOTHING}."


def _written(p: float) -> str:
    return "not computed" if pd.isna(p) else f"{p:.3f}"

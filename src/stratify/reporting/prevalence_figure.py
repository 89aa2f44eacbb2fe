"""Prevalence over relative size as a picture: a band and no line through it."""

from __future__ import annotations

import pandas as pd

from stratify.reporting.canvas import BLUE, GREY, INK, ORANGE, Drawing, one_axes, styled


def draw_prevalence(table: pd.DataFrame, everyone: tuple[float, float]) -> Drawing:
    """Draw the intervals of `prevalence_curve` over relative size, with the rival.

    Parameters
    ----------
    table : DataFrame
        As from `prevalence_curve`.
    everyone : (float, float)
        Relative sizes at which all people could lie if nobody were skewed.

    Returns
    -------
    Figure, str
        With the alternative text. There is no line of estimates: none of them is one.
    """
    sizes = table["relative_size"]
    with styled():
        figure, axes = one_axes(6.4, 4.2)
        for low, high, colour, name in (
            ("band_low", "band_high", GREY, "with what a leak may have done"),
            ("low", "high", BLUE, "95% interval at that size"),
        ):
            axes.fill_between(sizes, table[low], table[high], color=colour, alpha=0.35, lw=0, label=name)
            axes.vlines(sizes, table[low], table[high], color=colour, lw=1.2)
        left, right = max(everyone[0], 0.0), max(everyone[1], 0.0)
        axes.hlines(1.0, left, right, color=ORANGE, lw=5, label="rival: everyone at one size, nobody skewed")
        axes.set(
            xlabel="assumed relative size of the skew",
            ylabel="share of the people who are skewed",
            xlim=(0, float(sizes.max()) * 1.05),
            ylim=(0, 1.04),
        )
        axes.set_title("How many, if how far: not identified apart", loc="left", fontsize=10, color=INK)
        figure.legend(loc="outside lower left", fontsize=8, ncols=1)
    last = table.iloc[-1]
    band = f"{last['band_low']:.0%} to {last['band_high']:.0%}"
    rival = f"if nobody is skewed, all lie at {everyone[0]:+.2f} to {everyone[1]:+.2f}"
    return figure, f"Prevalence by relative size: at {last['relative_size']:g} {band}; {rival}."

"""One patient: pathways against healthy people, and the proteins that lie outside their range."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stratify.reporting.canvas import BLUE, GREY, INK, ORANGE, Drawing, short, styled

NOT_FARTHER = "together no farther out than healthy people are"
_HEALTHY = 1.645  # the middle nine tenths


def draw_patient(pathways: pd.Series, proteins: pd.DataFrame, name: str, *, most: int = 15) -> Drawing:
    """Draw a patient's pathway scores beside the proteins that deviate most.

    Parameters
    ----------
    pathways : Series of shape (pathways,)
        Scores in healthy SDs, by name.
    proteins : DataFrame
        Columns ``protein`` and ``deviation`` (healthy SDs, shrunken), the abnormal ones only; with a column
        ``moved_by`` the drugs that would move each towards normal.
    name : str
        Sample id; the only thing about the person that is written beside the scores.
    most : int, default 15
        Most proteins that are drawn.

    Returns
    -------
    Figure, str
        With the alternative text.
    """
    shown = proteins.reindex(proteins["deviation"].abs().sort_values(ascending=False, kind="stable").index)
    shown = shown.head(most).reset_index(drop=True)
    rows = max(len(pathways), len(shown), 3)
    with styled():
        figure = Figure(figsize=(10.8, 1.6 + 0.3 * rows), layout="constrained")
        left, right = figure.subplots(1, 2)
        _lollipops(left, [str(word) for word in pathways.index], pathways.to_numpy(dtype=float))
        left.set_title(f"{name}: pathways", loc="left", fontsize=10)
        names = shown["protein"].astype(str)
        if "moved_by" in shown:
            drugs = shown["moved_by"].fillna("").astype(str)
            names = names.where(drugs == "", names + " (" + drugs + ")")
        _lollipops(right, names.tolist(), shown["deviation"].to_numpy(dtype=float))
        right.set_title("proteins outside the healthy range", loc="left", fontsize=10)
        if len(shown) and not shown["deviation"].any():
            right.text(
                0.03, 0.01, NOT_FARTHER, transform=right.transAxes, fontsize=9, style="italic", wrap=True
            )
        for axes in (left, right):
            axes.set_xlabel("healthy SDs (shaded: nine tenths)")
    top = pathways.dropna().abs().nlargest(1)
    alt = f"Sample {name}: {len(proteins)} proteins outside the healthy range"
    if len(top):
        alt += f"; largest pathway score {top.index[0]} {pathways[top.index[0]]:.1f} healthy SDs"
    return figure, f"{alt}."


def _lollipops(axes: Axes, names: list[str], values: np.ndarray) -> None:
    place = np.arange(len(names))[::-1].astype(float)
    axes.axvspan(-_HEALTHY, _HEALTHY, color="#e8e8e8", lw=0, zorder=0)
    axes.hlines(place, 0, values, color=INK, lw=1.2)
    for rows, marker, colour in (
        (values > 0, "^", ORANGE),
        (values < 0, "v", BLUE),
        (values == 0, "o", GREY),
    ):
        axes.scatter(values[rows], place[rows], s=36, marker=marker, color=colour, zorder=3)
    axes.axvline(0, color=INK, lw=0.6)
    axes.set_yticks(place, [short(name, 48) for name in names])
    reach = max(3.0, float(np.nanmax(np.abs(values), initial=0.0)) * 1.1)
    axes.set(xlim=(-reach, reach), ylim=(-0.7, max(len(names), 1) - 0.3))

"""Figures of what carries a score: SHAP values by protein and by pathway."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stratify.learning.frozen import FrozenModel
from stratify.reporting.canvas import BLUE, GREY, INK, ORANGE, Drawing, one_axes, short, swarm_offsets
from stratify.reporting.explain import Explanation, refit_shares
from stratify.reporting.explanation_facts import REFIT_RANGE

Array = NDArray[np.float64]

N_PROTEINS, N_DEPENDENCE = 15, 4
MOST_PEOPLE = 400


def explanation_drawings(explanation: Explanation, model: FrozenModel) -> dict[str, Callable[[], Drawing]]:
    """Name the figures of an explanation, each with what draws it.

    Parameters
    ----------
    explanation : Explanation
        Of the final model.
    model : FrozenModel
        The model, with those of its folds.

    Returns
    -------
    dict of str to callable
    """
    return {
        "shap-proteins": lambda: draw_shares(explanation, model),
        "shap-beeswarm": lambda: draw_beeswarm(explanation),
        "shap-dependence": lambda: draw_dependence(explanation),
        "shap-pathways": lambda: draw_pathway_shares(explanation),
        "shap-pathways-beeswarm": lambda: draw_pathway_beeswarm(explanation),
    }


def draw_dependence(explanation: Explanation) -> Drawing:
    """Draw the SHAP value of the leading proteins over their level."""
    leading = explanation.leading().head(N_DEPENDENCE)
    place = explanation.proteins.index.get_indexer(leading.index)
    rows = _drawn(explanation)
    figure = Figure(figsize=(5.8, 4.6), layout="constrained")
    panels = np.ravel(figure.subplots(2, 2))
    for axes, column, name in zip(panels, place, leading["protein"], strict=False):
        axes.plot(
            explanation.filled[rows, column],
            explanation.values[rows, column],
            "o",
            color=BLUE,
            ms=3.5,
            mec="white",
            mew=0.3,
        )
        axes.axhline(0, color=GREY, lw=0.8)
        axes.set_title(short(name), fontsize=10)
    for unused in panels[len(leading) :]:
        unused.set_visible(False)
    figure.supxlabel("level of the protein")
    figure.supylabel("SHAP value")
    return figure, f"SHAP value over the level of {', '.join(leading['protein'])}, one dot a person."


def draw_shares(explanation: Explanation, model: FrozenModel) -> Drawing:
    """Draw the leading proteins by their share of the mean absolute SHAP value, and its range over refits."""
    table = explanation.leading().head(N_PROTEINS)
    labels = [f"{short(row.protein)} ({row.pathway})" for row in table.itertuples()]
    figure, axes = one_axes(5.8, 4.6)
    raises = (table["direction"] >= 0).to_numpy()
    _bars(axes, labels, table["share"].to_numpy(), raises)
    place = explanation.proteins.index.get_indexer(table.index)
    low, high = 100 * np.quantile(refit_shares(explanation, model), REFIT_RANGE, axis=0)[:, place]
    axes.hlines(np.arange(len(labels))[::-1], low, high, color=INK, lw=1.2)
    axes.set_xlabel("share of mean |SHAP|, %\nline: 5th to 95th percentile of the refits")
    return figure, _shares_alt("Leading proteins", table["protein"].tolist(), table["share"].tolist())


def draw_pathway_shares(explanation: Explanation) -> Drawing:
    """Draw the pathways by their share of the mean absolute SHAP value."""
    shares = explanation.leading_pathways()
    figure, axes = one_axes(5.8, 3.8)
    _bars(axes, list(shares.index), shares.to_numpy(), None)
    axes.set_xlabel("share of mean |SHAP| summed by pathway, %")
    return figure, _shares_alt("Pathways", list(shares.index), shares.tolist())


def draw_beeswarm(explanation: Explanation) -> Drawing:
    """Draw each person's SHAP values of the leading proteins, coloured by the protein's level."""
    place = explanation.proteins.index.get_indexer(explanation.leading().head(N_PROTEINS).index)
    names = explanation.proteins["protein"].to_numpy()[place].tolist()
    rows = _drawn(explanation)
    values, level = explanation.values[rows][:, place], explanation.profiles[rows][:, place]
    return _swarm(
        names, values, level, "level of the protein"
    ), f"SHAP values of {len(rows)} people for {', '.join(names[:5])} and {len(names) - 5} more."


def draw_pathway_beeswarm(explanation: Explanation) -> Drawing:
    """Draw each person's SHAP values summed by pathway, coloured by the pathway's mean level."""
    names = list(explanation.leading_pathways().index)
    rows = _drawn(explanation)
    values = explanation.by_pathway[names].to_numpy()[rows]
    pathway = explanation.proteins["pathway"].to_numpy()
    level = np.stack([explanation.profiles[rows][:, pathway == name].mean(axis=1) for name in names], axis=1)
    return _swarm(
        names, values, level, "mean level of the pathway"
    ), f"SHAP values of {len(rows)} people summed by pathway: {', '.join(names)}."


def _drawn(explanation: Explanation) -> NDArray[np.int64]:
    """Rows of the learned people, every k-th where there are too many to see."""
    rows = np.flatnonzero(explanation.learned)
    return rows[:: -(-len(rows) // MOST_PEOPLE) or 1]


def _bars(axes: Axes, labels: list[str], shares: Array, raises: NDArray[np.bool_] | None) -> None:
    place = np.arange(len(labels))[::-1]
    if raises is None:
        axes.barh(place, 100 * shares, color=BLUE)
    else:
        axes.barh(place[raises], 100 * shares[raises], color=BLUE, label="more of it raises the score")
        axes.barh(
            place[~raises],
            100 * shares[~raises],
            color="white",
            edgecolor=ORANGE,
            hatch="////",
            label="more of it lowers the score",
        )
        axes.legend(loc="lower right", fontsize=9)
    axes.set_yticks(place, labels)
    axes.set_ylim(-0.6, len(labels) - 0.4)


def _swarm(names: list[str], values: Array, level: Array, meaning: str) -> Figure:
    figure, axes = one_axes(5.8, 0.9 + 0.28 * len(names))
    ranks = pd.DataFrame(level).rank(pct=True).to_numpy()
    for column in range(len(names)):
        row = len(names) - 1 - column
        height = row + 0.8 * swarm_offsets(values[:, column])
        dots = axes.scatter(
            values[:, column],
            height,
            c=ranks[:, column],
            cmap="cividis_r",
            vmin=0,
            vmax=1,
            s=13,
            edgecolors=INK,
            linewidths=0.25,
        )
    axes.axvline(0, color=GREY, lw=1)
    axes.set_yticks(range(len(names)), [short(name) for name in names[::-1]])
    axes.set_ylim(-0.7, len(names) - 0.3)
    axes.set_xlabel("SHAP value, units of the score")
    bar = figure.colorbar(dots, ax=axes, ticks=[0, 1], aspect=30, pad=0.02)
    bar.ax.set_yticklabels(["low", "high"])
    bar.set_label(meaning, labelpad=-12)
    bar.outline.set_visible(False)
    return figure


def _shares_alt(what: str, names: list[str], shares: list[float]) -> str:
    parts = [f"{name} {100 * share:.1f}%" for name, share in zip(names, shares, strict=True)]
    return f"{what} by share of the mean absolute SHAP value: {', '.join(parts[:10])}."

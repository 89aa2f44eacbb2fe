"""Two contrasts against each other, with the error that they share."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse

from stratify.reporting.canvas import GREY, INK, ORANGE, Drawing, one_axes, short, styled
from stratify.reporting.signature_figures.side_labels import label_points

_NEEDED = ["log2_fold_change", "q_value"]


def draw_effects(
    first: pd.DataFrame,
    second: pd.DataFrame,
    names: tuple[str, str],
    *,
    errors: tuple[float, float],
    shared: float,
    q: float = 0.05,
    most: int = 20,
) -> Drawing:
    """Draw the fold changes of one contrast against those of another.

    Parameters
    ----------
    first, second : DataFrame
        Contrast tables with ``protein``, ``assay_id``, ``log2_fold_change`` and ``q_value``.
    names : tuple of str
        What the contrasts are called, such as ``("AD - HC", "MDD - HC")``.
    errors : tuple of float
        Median standard error of either fold change, log2.
    shared : float
        Correlation of the two errors of one protein; above 0 where the contrasts share a control group.
    q : float, default 0.05
        False discovery rate for a protein that differs in both.
    most : int, default 20
        Most proteins that are named.

    Returns
    -------
    Figure, str
        With the alternative text. The ellipse holds 95% of proteins that differ in neither contrast.
    """
    both = first.merge(second, on=["assay_id", "protein"], suffixes=("_1", "_2"))
    both = both.dropna(subset=[f"{name}_{k}" for name in _NEEDED for k in (1, 2)])
    x, y = (both[f"log2_fold_change_{k}"].to_numpy(dtype=float) for k in (1, 2))
    found = ((both["q_value_1"] <= q) & (both["q_value_2"] <= q)).to_numpy()
    same = found & (x * y > 0)
    with styled():
        figure, axes = one_axes(6.6, 5.2)
        axes.scatter(x[~found], y[~found], s=12, color=GREY, lw=0, label="not in both")
        axes.scatter(x[same], y[same], s=26, color=ORANGE, lw=0, label="in both, one direction")
        axes.scatter(
            x[found & ~same], y[found & ~same], s=30, color=INK, marker="x", label="in both, opposed"
        )
        axes.axhline(0, color=INK, lw=0.6)
        axes.axvline(0, color=INK, lw=0.6)
        _error_ellipse(axes, errors, shared)
        reach = max(float(np.abs(np.r_[x, y]).max(initial=0.0)), 0.1) * 1.08
        axes.set(
            xlim=(-reach, reach), ylim=(-reach, reach), xlabel=f"log2 fold change, {short(names[0], 44)}"
        )
        axes.set_title(f"log2 fold change, {short(names[1], 36)} (upward)", fontsize=10)
        axes.tick_params(axis="y", direction="in", pad=-26)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.11), ncols=2, fontsize=8.5)
        strength = np.where(found, np.minimum(np.abs(x) / errors[0], np.abs(y) / errors[1]), -1.0)
        named = np.argsort(-strength, kind="stable")[: min(most, int(found.sum()))]
        label_points(axes, x[named], y[named], both["protein"].iloc[named].astype(str).tolist())
    alt = f"Fold changes of {names[1]} against {names[0]}, {len(both)} proteins: {int(same.sum())} differ in"
    alt += f" both in one direction, {int((found & ~same).sum())} in opposite ones at q {q:g}"
    return figure, f"{alt}; errors of one protein correlate {shared:.2f}."


def _error_ellipse(axes: Axes, errors: tuple[float, float], shared: float) -> None:
    """Draw where 95% of proteins without any difference lie."""
    covariance = np.array([[errors[0] ** 2, shared * errors[0] * errors[1]], [0.0, errors[1] ** 2]])
    values, vectors = np.linalg.eigh(covariance, UPLO="U")
    reach = 2 * np.sqrt(-2 * np.log(0.05) * np.maximum(values, 0.0))
    angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
    label = "95% of proteins without difference"
    axes.add_patch(
        Ellipse((0, 0), reach[1], reach[0], angle=angle, fill=False, color=INK, ls="--", lw=1, label=label)
    )

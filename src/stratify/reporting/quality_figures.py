"""Figures of a data set: detection, distributions, components, handling and probes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stratify.reporting.canvas import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    Drawing,
    one_axes,
    styled,
    swarm_offsets,
    to_svg,
)
from stratify.reporting.overview import Overview
from stratify.reporting.quality import DataQuality

_STYLES = tuple(zip("os^Dv<>", (BLUE, ORANGE, GREEN, INK, "#cc79a7", "#56b4e9", "#d55e00"), strict=True))
_MOST_BARS = 240
_COLOURED_BY = ("plate", "site", "group")


def draw_quality(quality: DataQuality) -> dict[str, str]:
    """Draw every figure for which there are data.

    Parameters
    ----------
    quality : DataQuality
        Facts of a data set.

    Returns
    -------
    dict of str
        Name to SVG text with a title that describes it; the same facts give the same bytes.
    """
    figures = {}
    with styled():
        for name, draw in _drawings(quality):
            figure, alt = draw()
            figures[name] = to_svg(figure, name, alt)
    return figures


def _drawings(quality: DataQuality) -> Iterator[tuple[str, Callable[[], Drawing]]]:
    view = quality.overview
    if view.proteins["detectability"].notna().any():
        yield "detectability", partial(draw_detectability, view)
    if view.samples["median"].notna().any():
        yield "distributions", partial(draw_distributions, view)
    if len(view.components):
        by = dict.fromkeys([*_COLOURED_BY, *(name for name in [quality.probes.label] if name)])
        shown = [name for name in by if name in view.samples and view.samples[name].nunique() > 1]
        for name in shown or [""]:
            yield f"components-{name or 'all'}", partial(draw_components, view, name)
    label = quality.probes.label
    if label in view.samples and quality.handling.notna().any(axis=None):
        yield "handling", partial(draw_handling, quality.handling, view.samples[str(label)], str(label))
    if quality.probes.probes:
        yield "probes", partial(draw_probes, quality)


def draw_detectability(view: Overview) -> Drawing:
    """Count proteins by the share of samples in which they lie above their limit of detection."""
    figure, axes = one_axes(5.6, 3.0)
    share = view.proteins["detectability"].dropna().to_numpy()
    counts, edges = np.histogram(share, bins=np.linspace(0, 1, 21))
    axes.bar(edges[:-1], counts, width=0.05, align="edge", color=BLUE, edgecolor="white", lw=0.6)
    axes.axvline(0.5, color=INK, lw=1.2, ls="--")
    axes.set(xlabel="share of samples above the limit of detection", ylabel="proteins", xlim=(0, 1))
    hidden = int((share < 0.5).sum())
    return figure, (
        f"Of {len(share)} assays with a known limit of detection {hidden} lie above it in fewer than half of "
        f"the samples, {int((share > 0.95).sum())} in more than 95%."
    )


def draw_distributions(view: Overview) -> Drawing:
    """Draw each sample's median and quartiles, plate by plate."""
    figure, axes = one_axes(7.6, 3.2)
    table = view.samples[view.samples["median"].notna()]
    if len(table) > _MOST_BARS:
        table = table.iloc[np.linspace(0, len(table) - 1, _MOST_BARS).astype(int)]
    plate = table["plate"] if "plate" in table else pd.Series("", table.index)
    table = table.assign(plate=plate).sort_values(["plate", "type"], kind="stable")
    place = np.arange(len(table))
    for i, (_, rows) in enumerate(table.groupby("plate", sort=True)):
        x, colour = place[(table["plate"] == rows["plate"].iloc[0]).to_numpy()], (BLUE, ORANGE)[i % 2]
        axes.vlines(x, rows["lower"], rows["upper"], color=colour, lw=1, alpha=0.6)
        axes.plot(x, rows["median"], ".", color=colour, ms=4)
    controls = (table["type"] != "sample").to_numpy()
    if controls.any():
        axes.plot(place[controls], table["median"][controls], "x", color=INK, ms=5, label="control or bridge")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=9)
    _plate_ticks(axes, table["plate"])
    axes.set(ylabel="level, median and quartiles", xlabel="samples, by plate" if plate.any() else "samples")
    medians = table.loc[~controls].groupby("plate")["median"].median()
    told = "; ".join(f"{name or 'no plate stated'} {value:.2f}" for name, value in medians.head(8).items())
    return figure, f"Median and quartiles of {len(table)} samples; middle of the medians by plate: {told}."


def _plate_ticks(axes: Axes, plates: pd.Series) -> None:
    """Name the plates that are wide enough for a name."""
    share = plates.value_counts(normalize=True)
    names = [name for name in plates.unique() if share[name] >= 0.08]
    middle = [float(np.flatnonzero((plates == name).to_numpy()).mean()) for name in names]
    axes.set_xticks(middle, [_short(str(name), 16) for name in names], fontsize=9)
    axes.tick_params(axis="x", length=0)


def _short(name: str, most: int) -> str:
    """Leave out the middle of a long name, because plates differ at the end."""
    return name if len(name) <= most else f"{name[: most // 2 - 2]}...{name[-(most // 2) :]}"


def draw_components(view: Overview, by: str = "") -> Drawing:
    """Draw the first two principal components of patients' samples, coloured by a column."""
    figure, axes = one_axes(4.8, 4.2)
    points = view.components
    values = view.samples.loc[points.index, by] if by else pd.Series("", points.index)
    told = []
    for name, (marker, colour) in zip(_largest(values), _STYLES, strict=False):
        rows = points[(values == name).to_numpy()]
        label = f"{_short(name or 'not stated', 24)} (n {len(rows)})" if by else f"samples (n {len(rows)})"
        axes.plot(
            rows["pc1"],
            rows["pc2"],
            marker,
            color=colour,
            ms=4.5,
            mec="white",
            mew=0.4,
            alpha=0.8,
            label=label,
        )
        told.append(f"{label} around {rows['pc1'].median():.1f} and {rows['pc2'].median():.1f}")
    rest = points[~values.isin(_largest(values)).to_numpy()]
    if len(rest):
        axes.plot(rest["pc1"], rest["pc2"], ".", color=GREY, ms=4, label=f"others (n {len(rest)})", zorder=0)
    axes.set(
        xlabel=f"component 1, {view.explained[0]:.0%} of the variance",
        ylabel=f"component 2, {view.explained[1]:.0%}",
    )
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=8.5, handletextpad=0.2, title=by
    )
    return figure, f"First two principal components by {by or 'sample'}, medians: {'; '.join(told)}."


def _largest(values: pd.Series) -> list[str]:
    """Names of the largest classes, as many as can be told apart, in the order of the alphabet."""
    return sorted(map(str, values.value_counts(sort=True).index[: len(_STYLES)]))


def draw_handling(scores: pd.DataFrame, groups: pd.Series, label: str) -> Drawing:
    """Draw the handling scores of drawn samples, by group."""
    kinds = [str(name) for name in scores if scores[name].notna().any()]
    figure = Figure(figsize=(7.2, 0.9 + 0.42 * len(kinds) * max(groups.nunique(), 2)), layout="constrained")
    panels = figure.subplots(len(kinds), 1, sharex=True, squeeze=False)[:, 0]
    names, told = _largest(groups[groups != ""]), []
    for axes, kind in zip(panels, kinds, strict=True):
        values = scores[kind].reindex(groups.index)
        for row, (name, (marker, colour)) in enumerate(zip(names, _STYLES, strict=False)):
            one = values[(groups == name).to_numpy()].dropna().to_numpy()
            if not len(one):
                continue
            axes.plot(one, row + 0.6 * swarm_offsets(one), marker, color=colour, ms=3.5, alpha=0.7, mew=0)
            axes.plot([np.median(one)] * 2, [row - 0.4, row + 0.4], color=INK, lw=2)
            told.append(f"{kind} in {name} {np.median(one):.2f}")
        axes.set_yticks(range(len(names)), names, fontsize=9)
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.set_title(kind, loc="left", fontsize=10)
        axes.axvline(0, color=GREY, lw=1, ls=":")
    panels[-1].set_xlabel("handling score, robust SDs")
    return figure, f"Handling scores by {label}, medians: {'; '.join(told)}."


def draw_probes(quality: DataQuality) -> Drawing:
    """Draw how well each column is predicted from the levels."""
    probes = quality.probes.probes
    figure, axes = one_axes(6.4, 1.3 + 0.36 * len(probes))
    told = []
    for row, one in enumerate(reversed(probes)):
        found, colour = one.found, BLUE if one.role == "batch" else ORANGE
        value, low, high = (
            x if found.measure == "AUC" else (1 + x) / 2 for x in (found.value, found.low, found.high)
        )
        axes.plot([low, high], [row, row], color=colour, lw=1.6)
        axes.plot(value, row, "o" if one.role == "batch" else "s", color=colour, ms=6)
        told.append(f"{one.column} {found.measure} {found.value:.2f} ({found.low:.2f} to {found.high:.2f})")
    axes.axvline(0.5, color=GREY, lw=1, ls=":")
    axes.set_yticks(range(len(probes)), [one.column for one in reversed(probes)])
    axes.set(
        xlim=(-0.02, 1.02),
        ylim=(-0.7, len(probes) - 0.3),
        xlabel="AUC, or (1 + rank correlation) / 2; .5 is chance",
    )
    for role, marker, colour in (("batch", "o", BLUE), ("covariate", "s", ORANGE)):
        axes.plot([], [], marker, color=colour, label=role)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=9)
    return figure, f"How well columns are predicted from the levels: {'; '.join(reversed(told))}."

"""Figures of a training: discrimination, out-of-fold scores, calibration, magnitude."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from stratify.learning.performance import net_benefit_at
from stratify.reporting.canvas import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    Drawing,
    one_axes,
    short,
    styled,
    swarm_offsets,
    to_svg,
)
from stratify.reporting.detectability_figure import draw_detectability
from stratify.reporting.performance import crossed_probability, mean_roc, reliability
from stratify.reporting.raw_facts import RawFacts
from stratify.reporting.record import BASELINE
from stratify.reporting.shap_plots import explanation_drawings

Array = NDArray[np.float64]


def draw_figures(raw: RawFacts) -> dict[str, str]:
    """Draw every figure of a card.

    Parameters
    ----------
    raw : RawFacts
        Of a training, or stored.

    Returns
    -------
    dict of str
        Name to SVG text with a title that describes it; the same facts give the same bytes. Those of an
        explanation are missing where a stored model keeps nobody.
    """
    figures = {}
    with styled():
        for name, draw in drawings_of(raw).items():
            figure, alt = draw()
            figures[name] = to_svg(figure, name, alt)
    return figures


def figure_alts(raw: RawFacts) -> dict[str, str]:
    """Say in words what each figure shows, without a picture.

    Parameters
    ----------
    raw : RawFacts
        Of a training, or stored.

    Returns
    -------
    dict of str
    """
    with styled():
        return {name: draw()[1] for name, draw in sorted(drawings_of(raw).items())}


def drawings_of(raw: RawFacts) -> dict[str, Callable[[], Drawing]]:
    """Name the figures of a card, each with what draws it."""
    drawings: dict[str, Callable[[], Drawing]] = {
        "roc": lambda: draw_roc(raw),
        "scores": lambda: draw_scores(raw),
        "calibration": lambda: draw_calibration(raw),
        "decision": lambda: draw_decision(raw),
    }
    if raw.explanation is not None:
        drawings |= explanation_drawings(raw.explanation, raw.model)
    if raw.model.healthy.known and len(raw.target_scores):
        drawings["magnitude"] = lambda: draw_magnitude(raw)
    found = raw.found
    if found is not None:
        people = f"{int(found['studies'].iloc[0])} healthy people of the training"
        drawings["detectability"] = lambda: draw_detectability(found, people)
    return drawings


def draw_roc(training: RawFacts) -> Drawing:
    """Draw the mean ROC curve of the chosen family with its repeats, beside the baseline's."""
    figure, axes = one_axes(4.6, 4.4)
    grid = np.linspace(0, 1, 101)
    evaluation, chosen = training.evaluation, training.family
    curves = mean_roc(evaluation.of(chosen), grid)
    for curve in curves:
        axes.plot(grid, curve, color=BLUE, lw=0.6, alpha=0.35)
    label = f"{chosen}, AUC {evaluation.auc(chosen):.2f}"
    axes.plot(grid, curves.mean(axis=0), color=BLUE, lw=2.2, label=label)
    alt = f"ROC curves from out-of-fold scores: {label}"
    if BASELINE in evaluation.families and chosen != BASELINE:
        label = f"{BASELINE}, AUC {evaluation.auc(BASELINE):.2f}"
        mean = mean_roc(evaluation.of(BASELINE), grid).mean(axis=0)
        axes.plot(grid, mean, color=ORANGE, lw=2, ls="--", label=label)
        alt += f"; {label}"
    axes.plot([0, 1], [0, 1], color=GREY, lw=1, ls=":", label="chance, AUC 0.50")
    axes.set(
        xlabel="1 - specificity", ylabel="sensitivity", xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), aspect="equal"
    )
    axes.legend(loc="lower right", fontsize=9)
    return figure, f"{alt}."


def draw_scores(training: RawFacts) -> Drawing:
    """Draw each person's mean out-of-fold score by group, with the healthy bound."""
    figure, axes = one_axes(5.6, 3.2)
    groups = out_of_fold_groups(training)
    _strips(axes, groups)
    alt = "Out-of-fold scores by group, medians: "
    alt += ", ".join(f"{name} {np.median(values):.2f} (n {len(values)})" for name, values in groups.items())
    bound = healthy_bound(training)
    if bound is not None:
        axes.axvline(bound, color=INK, lw=1.2, ls="--")
        axes.annotate(
            "healthy bound",
            (bound, 1.0),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=9,
        )
        alt += f"; healthy bound {bound:.2f}"
    axes.set_xlabel("out-of-fold score, mean over repeats")
    return figure, f"{alt}."


def draw_magnitude(training: RawFacts) -> Drawing:
    """Draw the magnitude of the target people against the healthy people's."""
    figure, axes = one_axes(5.6, 3.2)
    healthy = training.model.healthy
    groups = {
        name: (values - healthy.mean) / healthy.sd for name, values in out_of_fold_groups(training).items()
    }
    target = (training.target_scores - healthy.mean) / healthy.sd
    groups["target people"] = target
    _strips(axes, groups)
    tail = training.model.rule.healthy_tail
    bound = healthy.reach(tail)
    relevant = healthy.in_sds(training.model.rule.smallest_relevant_size)
    for value, style, text in ((bound, "--", "healthy bound"), (relevant, ":", "smallest relevant size")):
        axes.axvline(value, color=INK, lw=1.2, ls=style, label=text)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=9)
    axes.set_xlabel("magnitude, SDs of the healthy people's scores")
    beyond = int((target > bound).sum())
    return figure, (
        f"Magnitude of {len(target)} target people, who were never labelled, beside the others' out-of-fold "
        f"magnitude: {beyond} of {len(target)} lie beyond the healthy bound of {bound:.2f} SDs."
    )


def draw_calibration(training: RawFacts) -> Drawing:
    """Draw the share with the reference disease against the out-of-fold probability."""
    figure, axes = one_axes(4.6, 4.4)
    bins = reliability(training.evaluation.of(training.family))
    size = "-".join(map(str, sorted({bins["n"].min(), bins["n"].max()})))
    axes.plot([0, 1], [0, 1], color=GREY, lw=1, ls=":", label="perfect")
    axes.vlines(bins["expected"], bins["low"], bins["high"], color=BLUE, lw=1.4)
    axes.plot(
        bins["expected"], bins["observed"], "o-", color=BLUE, lw=1, ms=6, label=f"bins of {size} people"
    )
    positive = training.model.positive
    axes.set(
        xlabel="probability at the reference mix",
        ylabel=f"share with {short(positive)}",
        xlim=(-0.02, 1.05),
        ylim=(-0.02, 1.02),
        aspect="equal",
    )
    axes.legend(loc="upper left", fontsize=9)
    points = "; ".join(f"{row['expected']:.2f}: {row['observed']:.2f}" for _, row in bins.iterrows())
    return (
        figure,
        f"Calibration of out-of-fold probabilities, expected: observed share with {positive}: {points}.",
    )


def draw_decision(training: RawFacts) -> Drawing:
    """Draw the net benefit of the model, of flagging everybody and of flagging nobody by threshold."""
    figure, axes = one_axes(5.6, 3.4)
    crossed = crossed_probability(training.evaluation.of(training.family))
    y, probability = crossed["label"].to_numpy(), crossed["probability"].to_numpy()
    bounds = np.linspace(0.05, 0.6, 56)
    benefit = np.array([net_benefit_at(y, probability, float(bound)) for bound in bounds])
    axes.plot(bounds, benefit[:, 0], color=BLUE, lw=2.2, label=f"the model ({training.family})")
    axes.plot(bounds, benefit[:, 1], color=ORANGE, lw=2, ls="--", label="flag everybody")
    axes.axhline(0, color=GREY, lw=1.2, ls=":", label="flag nobody")
    axes.set(xlabel="threshold probability", ylabel="net benefit", xlim=(0.05, 0.6))
    axes.set_ylim(min(-0.05, float(benefit[:, 0].min())) - 0.02, float(benefit.max()) + 0.05)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9)
    worth = bounds[benefit[:, 0] > np.maximum(benefit[:, 1], 0) + 1e-9]
    told = f"from {worth.min():.2f} to {worth.max():.2f}" if len(worth) else "nowhere"
    return figure, (
        "Decision curve from crossed out-of-fold probabilities, thresholds 0.05 to 0.60: the model is worth "
        f"more than flagging everybody and than flagging nobody at some thresholds, {told}."
    )


def healthy_bound(training: RawFacts) -> float | None:
    """Score beyond which a magnitude is beyond healthy; None without healthy people."""
    healthy = training.model.healthy
    if not healthy.known:
        return None
    return healthy.mean + healthy.reach(training.model.rule.healthy_tail) * healthy.sd


def out_of_fold_groups(training: RawFacts) -> dict[str, Array]:
    """Mean out-of-fold score a person, by group.

    Parameters
    ----------
    training : RawFacts
        Of a training, or stored.

    Returns
    -------
    dict of array
        From the top of a figure to its bottom: the healthy reference, other people without the
        reference disease, the reference disease; groups without people are left out.
    """
    people = training.evaluation.of(training.family).groupby("sample_id", sort=True)
    table = people[["label", "reference", "score"]].mean()
    reference, label = table["reference"] > 0.5, table["label"]
    masks = {
        training.model.positive: label == 1,
        f"other, not {training.model.positive}": (label == 0) & ~reference,
        "healthy reference": reference,
    }
    return {name: table.loc[mask, "score"].to_numpy() for name, mask in masks.items() if mask.any()}


def _strips(axes: Axes, groups: dict[str, Array]) -> None:
    styles = (("o", BLUE), ("s", ORANGE), ("^", GREEN), ("D", INK))
    for row, values in enumerate(groups.values()):
        marker, colour = styles[row % len(styles)]
        axes.boxplot(
            values,
            positions=[row],
            orientation="horizontal",
            widths=0.5,
            showfliers=False,
            medianprops={"color": INK, "lw": 1.6},
            manage_ticks=False,
        )
        axes.plot(
            values,
            row + 0.5 * swarm_offsets(values),
            marker,
            color=colour,
            ms=4.5,
            mec="white",
            mew=0.4,
            alpha=0.85,
        )
    axes.set_yticks(
        range(len(groups)), [f"{short(name)}\nn {len(values)}" for name, values in groups.items()]
    )
    axes.set_ylim(-0.6, len(groups) - 0.4)

"""The detectability map as a picture: what a flag finds, what it costs, what it is worth."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from stratify.reporting.canvas import BLUE, GREEN, GREY, INK, ORANGE, Drawing, styled

_COLOURS, _MARKERS, _LINES = (BLUE, ORANGE, GREEN, INK, GREY), "os^Dv", ("-", "--", ":", "-.")
_PANELS = (
    ("sensitivity", "skewed patients who are flagged"),
    ("false_flags", "other patients who are flagged"),
    ("ppv", "flags that are right"),
)
_DIALS = {
    "handling_offset": "leak {:g}",
    "batch_offset_sd": "batch offset SD {:g}",
    "bridges": "{:g} bridges",
}


def draw_detectability(table: pd.DataFrame, people: str) -> Drawing:
    """Draw sensitivity, false flags and positive predictive value over relative size.

    Parameters
    ----------
    table : DataFrame
        As from `detectability_map`. One line a circumstance; in the last panel one a prevalence, without
        handling and batch offset where the table has such a row.
    people : str
        Over whom the rates are averaged, for the alternative text.

    Returns
    -------
    Figure, str
        With the alternative text. Bars are Monte Carlo standard errors.
    """
    varied = [name for name in _DIALS if table[name].nunique() > 1]
    once = table[table["prevalence"] == table["prevalence"].iloc[0]]
    quiet = table[(table[list(_DIALS)] == table[list(_DIALS)].iloc[0]).all(axis=1)]
    with styled():
        figure = Figure(figsize=(10.4, 4.2), layout="constrained")
        for axes, (name, label) in zip(figure.subplots(1, 3), _PANELS, strict=True):
            by = varied if name != "ppv" else ["prevalence"]
            rows = once if name != "ppv" else quiet
            groups = rows.groupby(by, sort=True) if by else [((), rows)]
            for place, (key, part) in enumerate(groups):
                axes.errorbar(
                    part["relative_size"],
                    part[name],
                    yerr=part[f"{name}_error"],
                    color=_COLOURS[place % len(_COLOURS)],
                    marker=_MARKERS[place % len(_MARKERS)],
                    ls=_LINES[place % len(_LINES)],
                    capsize=2,
                    label=_named(by, key),
                )
            axes.set(xlabel="relative size of the skew", ylim=(0, None))
            axes.set_title(label, loc="left", fontsize=10)
            if any(_named(by, key) for key, _ in groups):
                axes.legend(fontsize=8)
    first = once.iloc[-1]
    told = f"at relative size {first['relative_size']:g} {first['sensitivity']:.2f} of the skewed are flagged"
    alt = f"Detectability over relative size, {people}: {told} and"
    return figure, f"{alt} {first['false_flags']:.3f} of the others."


def _named(by: list[str], key: object) -> str:
    values = key if isinstance(key, tuple) else (key,)
    words = {**_DIALS, "prevalence": "prevalence {:g}"}
    return ", ".join(words[name].format(value) for name, value in zip(by, values, strict=True))

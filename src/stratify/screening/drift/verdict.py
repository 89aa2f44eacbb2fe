"""From the figures of several runs to one level each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stratify.assays.proteins.matching import display_names
from stratify.learning.frozen import FrozenModel
from stratify.reporting.bundle import load_model
from stratify.screening.anchoring import read_offset
from stratify.screening.drift.levels import Found, compare_levels, named_directions
from stratify.screening.drift.runs import Reference, Run, accepted, read_run, trained_on
from stratify.screening.drift.table_figures import compare_table, flagged

IN_CONTROL, LOOK, OFF = "in control", "look", "off"
LOOK_BELOW, OFF_BELOW = 0.05, 0.01  # bounds of p-values that allow for all runs and figures
DRAWS_A_RUN = 2000


@dataclass(frozen=True)
class Kind:
    """A figure that is watched.

    Parameters
    ----------
    title, unit : str
        What it is.
    relevant : float
        Size from which a run is off; a smaller one asks for a look only.
    do : str
        What to do.
    """

    title: str
    unit: str
    relevant: float
    do: str


REPEAT = "do not use the calls; ask the laboratory, and measure bridge samples beside these people"
DRAW = "ask how the tubes were handled; draw the blood again before anybody is randomised"
KINDS = {
    "levels": Kind("Levels of all proteins together", "SD", 0.2, REPEAT),
    "proteins": Kind(
        "The protein that lies furthest off", "SD", 0.5, "ask the laboratory about these assays"
    ),
    "spread": Kind("Spread between people", "log ratio of variances", 0.4, REPEAT),
    "leak": Kind("Leak of blood cells", "units", 0.3, DRAW),
    "tube": Kind("Another tube (EDTA plasma, not serum)", "share of that difference", 0.3, DRAW),
    "score": Kind("Scores", "healthy SDs beyond what is expected", 0.25, REPEAT),
    "below": Kind("Below detection limits", "share of the weight", 0.05, "ask the laboratory for the limits"),
    "missing": Kind("People with gaps", "share of people", 0.1, "ask for the panels that are missing"),
    "handling": Kind("People with suspect handling", "share of people", 0.1, DRAW),
    "unlike": Kind("People unlike the training", "share of people", 0.1, REPEAT),
    "quality": Kind("Samples that the laboratory warns of", "share of people", 0.1, "ask the laboratory"),
}


@dataclass(frozen=True, eq=False)
class Drift:
    """What was found of recent runs.

    Parameters
    ----------
    model : str
        Name and version.
    reference : str
        Whom they were compared with.
    table : DataFrame
        ``run, figure, n, value, unit, p_value, adjusted_p, level, detail``.
    runs : DataFrame
        ``run, level, anchored, compared, persons, flagged, share, low, high``; the last
        row is all runs together.
    """

    model: str
    reference: str
    table: pd.DataFrame
    runs: pd.DataFrame

    @property
    def level(self) -> str:
        """The worst level of any run."""
        return _worst(self.table["level"].tolist() + self.runs["level"].tolist())

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON can hold it; what was not judged is null."""
        tables = {"runs": self.runs, "figures": self.table}
        plain = {
            name: [
                {key: None if value != value else value for key, value in row.items()}
                for row in table.to_dict("records")
            ]
            for name, table in tables.items()
        }
        return {"model": self.model, "reference": self.reference, "level": self.level, **plain}


def drift(
    model_folder: str | Path,
    runs: Sequence[str | Path],
    *,
    reference: str | Path | None = None,
    offset: str | Path | None = None,
) -> Drift:
    """Ask of recent runs whether the model may go on.

    Parameters
    ----------
    model_folder : str or Path
        ``models/<name>-<version>``.
    runs : sequence of path
        Laboratory files, or folders of screenings, which hold results and no levels.
    reference : str or Path, optional
        An earlier run that was accepted; the people of the training if left out.
    offset : str or Path, optional
        Offset of this laboratory (`read_offset`).

    Returns
    -------
    Drift

    Raises
    ------
    ModelError, AssayFileError, ScreeningError
        As `screen`.
    """
    loaded = load_model(model_folder)
    declared = None if offset is None else read_offset(offset, loaded.model)
    others = (
        trained_on(loaded.model)
        if reference is None
        else accepted(read_run(reference, loaded, declared=declared))
    )
    read = [read_run(path, loaded, declared=declared) for path in runs]
    return judge(loaded.model, read, others)


def judge(model: FrozenModel, runs: Sequence[Run], reference: Reference) -> Drift:
    """Compare runs that are in memory.

    Parameters
    ----------
    model : FrozenModel
        The model at work.
    runs : sequence of Run
        Recent runs.
    reference : Reference
        Whom they are compared with.

    Returns
    -------
    Drift
        With p-values by Holm's method over all figures of all runs.
    """
    rows = []
    for run in runs:
        found = _figures(model, run, reference, draws=DRAWS_A_RUN * len(runs) - 1)
        rows += [
            (run.name, name, len(run.table), one.value, KINDS[name].unit, one.p, one.detail)
            for name, one in found.items()
        ]
    names = ["run", "figure", "n", "value", "unit", "p_value", "detail"]
    table = pd.DataFrame(rows, columns=names)
    table.insert(6, "adjusted_p", holm(table["p_value"].to_numpy(dtype=float)))
    table.insert(7, "level", [_level(*row) for row in table[["figure", "value", "adjusted_p"]].to_numpy()])
    return Drift(f"{model.name}-{model.version}", reference.says, table, _summary(model, runs, table))


def _figures(model: FrozenModel, run: Run, reference: Reference, *, draws: int) -> dict[str, Found]:
    found = compare_table(run, reference, model)
    if run.levels is None or run.offset_error is None or not len(reference.levels):
        return found
    levels = compare_levels(
        run.levels,
        reference.levels,
        error=run.offset_error,
        directions=named_directions(model),
        draws=draws,
        names=display_names(model.assays),
    )
    return levels | found


def holm(p: np.ndarray) -> np.ndarray:
    """Adjust p-values so that the chance of any false alarm stays below a bound.

    Parameters
    ----------
    p : array of shape (n,)
        P-values, dependent in any way.

    Returns
    -------
    array of shape (n,)

    References
    ----------
    Holm, Scand J Stat 1979, 6:65-70.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.5])).tolist()
    [0.03, 0.08, 0.5]
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(np.minimum(1.0, p[order] * (len(p) - np.arange(len(p)))))
    return adjusted


def _level(figure: str, value: float, adjusted: float) -> str:
    if adjusted <= OFF_BELOW and value >= KINDS[figure].relevant:
        return OFF
    return LOOK if adjusted <= LOOK_BELOW else IN_CONTROL


def _worst(levels: Sequence[str]) -> str:
    return max(levels, key=(IN_CONTROL, LOOK, OFF).index)


def _summary(model: FrozenModel, runs: Sequence[Run], table: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, str | float]] = []
    for run in runs:
        anchored = sorted(set(run.table["anchored"]))
        levels = table.loc[table["run"] == run.name, "level"].tolist()
        levels.append(LOOK if "none" in anchored else IN_CONTROL)
        told = {"run": run.name, "level": _worst(levels), "anchored": ", ".join(anchored)}
        watched = set(table.loc[table["run"] == run.name, "figure"])
        told["compared"] = "levels and results" if "levels" in watched else "results only"
        rows.append(told | flagged(run.table, model))
    if len(runs) > 1:
        everybody = pd.concat([run.table for run in runs])
        worst = _worst([str(row["level"]) for row in rows])
        told = {"run": "all", "level": worst, "anchored": "", "compared": ""}
        rows.append(told | flagged(everybody, model))
    return pd.DataFrame(rows)

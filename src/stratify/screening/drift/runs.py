"""Recent runs, and the people beside whom they are laid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.reader import read_assays
from stratify.errors import ScreeningError
from stratify.learning.domain import judge_biology, judge_handling, residuals
from stratify.learning.frozen import Array, FrozenModel
from stratify.learning.score_error import batch_error
from stratify.learning.scores import complete
from stratify.reporting.bundle import LoadedModel
from stratify.screening.alignment import align
from stratify.screening.anchoring import Anchor, batches
from stratify.screening.delivery import RESULTS
from stratify.screening.score import screen_cohort

MUCH_MISSING = 0.05  # share of the score's weight


@dataclass(frozen=True, eq=False)
class Run:
    """One file or one screening.

    Parameters
    ----------
    name : str
        Of the file or folder.
    table : DataFrame
        One row a person: columns of the results.
    levels : array of shape (n, n_proteins) or None
        Standardised profiles, the batch offset and all that tells groups apart taken out (`residuals`);
        None for a folder, which holds no levels.
    offset_error : array of shape (n_proteins,) or None
        Standard error of the batch offset of the mean person, in the unit of `levels`.
    """

    name: str
    table: pd.DataFrame
    levels: Array | None = None
    offset_error: Array | None = None

    @property
    def marks(self) -> pd.DataFrame:
        """Whether each person (rows) has what should be rare (columns)."""
        return pd.DataFrame(
            {
                "missing": self.table["weight_covered"] < 1 - MUCH_MISSING,
                "handling": self.table["handling"] == "suspect",
                "unlike": self.table["known_biology"] == "unusual",
                "quality": self.table["quality"] != "ok",
            }
        )


@dataclass(frozen=True, eq=False)
class Reference:
    """Whom runs are compared with.

    Parameters
    ----------
    says : str
        Who they are.
    levels : array of shape (n, n_proteins)
        As in `Run`; no rows where nobody is kept.
    magnitude : array of shape (n_known,)
        Magnitudes in healthy SDs.
    same_kind : bool
        Whether they are such people as are screened; else healthy people, who may lie lower.
    marks : DataFrame of shape (n, n_marks)
        As `Run.marks`, without what is not known of them.
    below_lod : float
        Mean share of the score's weight below the detection limits.
    """

    says: str
    levels: Array
    magnitude: Array
    same_kind: bool
    marks: pd.DataFrame
    below_lod: float


def read_run(path: str | Path, loaded: LoadedModel, *, declared: Anchor | None = None) -> Run:
    """Read a laboratory's file and screen it, or read what a screening wrote.

    Parameters
    ----------
    path : str or Path
        File of protein levels, or folder with ``results.csv``.
    loaded : LoadedModel
        The model at work.
    declared : Anchor, optional
        Offset of this laboratory.

    Returns
    -------
    Run

    Raises
    ------
    AssayFileError, ScreeningError
        What cannot be screened, or the results of another model.
    """
    path = Path(path)
    if path.is_dir():
        return Run(path.resolve().name, _written(path, loaded))
    return run_of(path.name, read_assays(path), loaded, declared=declared)


def run_of(name: str, cohort: AnnData, loaded: LoadedModel, *, declared: Anchor | None = None) -> Run:
    """Screen people that are in memory.

    Parameters
    ----------
    name : str
        What the run is called.
    cohort : AnnData of shape (samples, assays)
        As from `read_assays`, with control and bridge rows.
    loaded : LoadedModel
        The model at work.
    declared : Anchor, optional
        Offset of this laboratory.

    Returns
    -------
    Run
    """
    screening = screen_cohort(loaded, cohort, declared=declared)
    table = screening.table if screening.patients is None else screening.patients
    aligned = align(loaded.model, cohort)
    p = len(loaded.model.assays)
    levels, variance = np.full((cohort.n_obs, p), np.nan), np.zeros(p)
    plates = batches(loaded.model, aligned, declared)
    people = sum(len(rows) for rows, _ in plates)
    for rows, batch in plates:
        levels[rows] = _levels(loaded.model, complete(loaded.model, batch.profiles, batch.limits))
        variance += (len(rows) / people * batch_error(batch)) ** 2
    place = aligned.obs_names.astype(str).get_indexer(pd.Index(table["sample_id"]))
    unit = loaded.model.scorer.scale * loaded.model.biology.sd
    return Run(name, table, levels[place], np.sqrt(variance) / unit)


def _written(folder: Path, loaded: LoadedModel) -> pd.DataFrame:
    path = folder / "patients.csv"
    path = path if path.is_file() else folder / RESULTS
    if not path.is_file():
        raise ScreeningError(
            "a laboratory's file, or the folder of a screening",
            f"{folder.name!r} without {RESULTS}",
            "name the file, or the folder that `stratify screen` wrote",
        )
    table = pd.read_csv(path, dtype={"sample_id": str, "model_digest": str})
    if set(table["model_digest"]) - {loaded.digest}:
        raise ScreeningError(
            f"results of {loaded.model.name}-{loaded.model.version}, as it is now",
            f"results of another model in {folder.name!r}",
            "name the model that wrote them",
        )
    return table


def _levels(model: FrozenModel, filled: Array) -> Array:
    return residuals(model.biology, model.scorer.standardise(filled))


def trained_on(model: FrozenModel) -> Reference:
    """Take the people whom the model keeps.

    Parameters
    ----------
    model : FrozenModel
        The model at work.

    Returns
    -------
    Reference
        All of them for levels, because what tells groups apart is taken out; the healthy for the magnitude.
    """
    people, healthy = model.held_out, model.healthy
    magnitude = (healthy.scores - healthy.mean) / healthy.sd if healthy.known else np.zeros(0)
    below = float((model.scorer.importance() * (1.0 - model.detectability)).sum())
    if not people.known:
        return Reference(
            "the healthy people of the training (it keeps no profiles)",
            np.zeros((0, len(model.assays))),
            magnitude,
            False,
            pd.DataFrame(),
            below,
        )
    once = np.unique(people.patient, return_index=True)[1]
    profiles = people.profiles[once]
    filled = complete(model, profiles)
    measured = np.isfinite(profiles)
    z = model.scorer.standardise(filled)
    marks = pd.DataFrame(
        {
            "missing": (measured * model.scorer.importance()).sum(axis=1) < 1 - MUCH_MISSING,
            "handling": np.array(judge_handling(model.handling, z, measured)[1]) == "suspect",
            "unlike": np.array(judge_biology(model.biology, z)[1]) == "unusual",
        }
    )
    says = f"{len(once)} people of the training (magnitude: {healthy.n} healthy)"
    return Reference(says, _levels(model, filled), magnitude, False, marks, below)


def accepted(run: Run) -> Reference:
    """Take the people of an earlier run that was accepted.

    Parameters
    ----------
    run : Run
        Such people as are screened.

    Returns
    -------
    Reference
    """
    none = np.zeros((0, 0))
    return Reference(
        f"{len(run.table)} people of {run.name}",
        none if run.levels is None else run.levels,
        run.table["magnitude_z"].dropna().to_numpy(dtype=float),
        True,
        run.marks,
        float(run.table["weight_below_lod"].mean()),
    )

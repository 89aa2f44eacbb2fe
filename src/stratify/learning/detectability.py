"""The detectability map: which skewed patients a study of this size could flag, and at what price."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.harmonise.control_offsets import control_offsets
from stratify.assays.sample_names import patient_rows
from stratify.errors import ExperimentError
from stratify.learning.decision import INDETERMINATE
from stratify.learning.frozen import Batch
from stratify.learning.planned_study import PlannedStudy, learn_planned_study
from stratify.learning.scores import score_batch
from stratify.simulation.cohort import fresh_mdd
from stratify.simulation.design import StudyDesign

RATES = ("sensitivity", "false_flags", "cleared_skewed", "cleared_others", "indeterminate")
CIRCUMSTANCES = ("relative_size", "handling_offset", "batch_offset_sd", "bridges")


@dataclass(frozen=True)
class Circumstance:
    """How new patients differ from the people of the study, and how their batch is tied to it.

    Parameters
    ----------
    relative_size : float
        Mean size of the skew of skewed patients, in units of the AD direction.
    handling_offset : float, default 0
        Units of leak of every new patient beyond those of the study.
    batch_offset_sd : float, default 0
        Spread over assays of the new batch's offset, NPX.
    bridges : int, default 4
        Bridge samples that the study and the new batch both measured; with 0 there are no controls either.
    """

    relative_size: float
    handling_offset: float = 0.0
    batch_offset_sd: float = 0.0
    bridges: int = 4

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not (np.isfinite(value) and value >= 0):
                raise ExperimentError(f"{name} of 0 or more", f"{value}", f"change {name}")


def circumstances(
    sizes: Sequence[float],
    *,
    handling: Sequence[float] = (0.0,),
    batch: Sequence[float] = (0.0,),
    bridges: Sequence[int] = (4,),
) -> list[Circumstance]:
    """Cross all dials; a value that is given twice counts once.

    Parameters
    ----------
    sizes, handling, batch, bridges : sequences of numbers
        As in `Circumstance`.

    Returns
    -------
    list of Circumstance

    Examples
    --------
    >>> [c.handling_offset for c in circumstances([0.5], handling=[0, 1])]
    [0, 1]
    """
    return [Circumstance(*dials) for dials in dict.fromkeys(product(sizes, handling, batch, bridges))]


def study_rates(
    study: PlannedStudy, circumstance: Circumstance, *, patients: int = 500, seed: int = 0
) -> dict[str, float]:
    """Call new patients of one study.

    Parameters
    ----------
    study : PlannedStudy
        Whose model calls; it has measured at least as many bridge samples (`with_bridges`).
    circumstance : Circumstance
        Of the new patients.
    patients : int, default 500
        How many; about half of them are skewed.
    seed : int, default 0
        Of the new patients: with the same seed they are the same people under all circumstances.

    Returns
    -------
    dict
        `RATES`: shares of the skewed who are flagged, of the others who are, of either who are called "not",
        and of all who are called neither. Whoever is indeterminate counts as not flagged.
    """
    people, truth = fresh_mdd(
        study.world,
        patients,
        seed=seed,
        prevalence=0.5,
        relative_size=circumstance.relative_size,
        leak_offset=circumstance.handling_offset,
        batch_offset_sd=circumstance.batch_offset_sd,
        controls=circumstance.bridges > 0,
    )
    skewed = truth["skewed"].to_numpy(dtype=bool)
    decisions = score_batch(study.model, batch_of(study, people, bridges=circumstance.bridges)).decisions
    calls = np.array([decision.call for decision in decisions])
    rule = study.model.rule
    flagged, cleared = calls == rule.positive_call, calls == rule.negative_call
    return {
        "sensitivity": _share(flagged[skewed]),
        "false_flags": _share(flagged[~skewed]),
        "cleared_skewed": _share(cleared[skewed]),
        "cleared_others": _share(cleared[~skewed]),
        "indeterminate": _share(calls == INDETERMINATE),
    }


def _kept(obs: pd.DataFrame, bridges: int) -> NDArray[np.bool_]:
    """All rows but the bridge samples after the first few."""
    bridge = (obs["sample_type"] == "bridge").to_numpy()
    return ~bridge | (np.cumsum(bridge) <= bridges)


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean()) if len(hits) else float("nan")


def batch_of(study: PlannedStudy, people: AnnData, *, bridges: int = 4) -> Batch:
    """Take the batch offset of new people of a study off.

    Parameters
    ----------
    study : PlannedStudy
        With the expected values of its bridge samples.
    people : AnnData of shape (samples, assays)
        Patients, bridge samples and controls, as from `fresh_mdd`.
    bridges : int, default 4
        Bridge samples that are used.

    Returns
    -------
    Batch
        Of the patients.
    """
    people = people[_kept(people.obs, bridges)]
    offset, error, anchored = control_offsets(people, study.expected)
    profiles = np.asarray(people.X)[patient_rows(people)] - offset
    below = np.zeros(profiles.shape, dtype=bool)
    adjustment = study.model.adjustment
    known = adjustment.coded(people.obs[patient_rows(people)]) if adjustment.asked else None
    return Batch(profiles, below, ["ok"] * len(profiles), anchored, error, covariates=known)


def detectability_rows(
    design: StudyDesign,
    asked: Sequence[Circumstance],
    *,
    seeds: Sequence[int],
    patients: int = 500,
    trials: int = 0,
    tell: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """Simulate studies, learn from each once, and call new patients under each circumstance.

    Parameters
    ----------
    design : StudyDesign
        Of the studies.
    asked : sequence of Circumstance
        Of the new patients.
    seeds : sequence of int
        One study each.
    patients : int, default 500
        New patients a study and circumstance.
    trials : int, default 0
        Settings tried inside each fold.
    tell : callable
        Receives lines of progress.

    Returns
    -------
    DataFrame
        One row a study and circumstance: ``seed``, the dials, `RATES`.
    """
    design = with_bridges(design, asked)
    rows = []
    for place, seed in enumerate(seeds, 1):
        study = learn_planned_study(design, seed, trials=trials)
        for one in asked:
            rates = study_rates(study, one, patients=patients, seed=seed)
            rows.append({"seed": seed, **asdict(one), **rates})
        tell(f"study {place} of {len(seeds)}")
    return pd.DataFrame(rows)


def with_bridges(design: StudyDesign, asked: Sequence[Circumstance]) -> StudyDesign:
    """Let a study measure as many bridge samples as any new batch will.

    Parameters
    ----------
    design : StudyDesign
        Of the study.
    asked : sequence of Circumstance
        Of the new patients.

    Returns
    -------
    StudyDesign
    """
    return replace(design, n_bridge=max(design.n_bridge, *(one.bridges for one in asked)))


def detectability_map(rows: pd.DataFrame, prevalences: Sequence[float]) -> pd.DataFrame:
    r"""Average over studies, and say what a flag would be worth where skew is rare or common.

    .. math:: \mathrm{PPV} = \frac{\pi s}{\pi s + (1 - \pi) f}, \qquad
        \text{screened a true flag} = \frac{1}{\pi s}

    with prevalence :math:`\pi`, sensitivity s and false flags f, each averaged over studies.

    Parameters
    ----------
    rows : DataFrame
        As from `detectability_rows`.
    prevalences : sequence of float
        Shares of skewed patients among those who are screened.

    Returns
    -------
    DataFrame
        One row a circumstance and prevalence: the dials, ``prevalence``, ``studies``, each of `RATES` with
        its Monte Carlo error ``<rate>_error``, ``ppv``, ``ppv_error`` (jackknife over studies; empty where
        nobody is flagged) and ``screened_per_true_flag``. Errors are of the average over worlds; how far one
        study lies from it is in the rows.

    Raises
    ------
    ExperimentError
        A prevalence that is no share between 0 and 1, or a single study.
    """
    prevalences = require_shares(prevalences)
    if rows["seed"].nunique() < 2:
        raise ExperimentError("at least 2 studies", f"{rows['seed'].nunique()}", "simulate more studies")
    table = []
    for _, part in rows.groupby(list(CIRCUMSTANCES), sort=True):
        told = {name: float(part[name].iloc[0]) for name in CIRCUMSTANCES}
        n = len(part)
        for name in RATES:
            told[name] = float(part[name].mean())
            told[f"{name}_error"] = float(part[name].std(ddof=1) / np.sqrt(n))
        for share in prevalences:
            table.append({**told, "prevalence": share, "studies": n, **_worth(part, share)})
    first = [*CIRCUMSTANCES, "prevalence", "studies"]
    frame = pd.DataFrame(table)
    return frame[[*first, *(name for name in frame if name not in first)]]


def require_shares(prevalences: Sequence[float]) -> Sequence[float]:
    """Refuse prevalences that are no shares between 0 and 1; one that is given twice counts once.

    Parameters
    ----------
    prevalences : sequence of float
        As given.

    Returns
    -------
    sequence of float
        Each once.

    Raises
    ------
    ExperimentError
        When one of them is 0 or less, or 1 or more.
    """
    if wrong := [share for share in prevalences if not 0 < share < 1]:
        raise ExperimentError("prevalences between 0 and 1", f"{wrong[0]}", "give shares, such as 0.25")
    return list(dict.fromkeys(prevalences))


def _worth(part: pd.DataFrame, prevalence: float) -> dict[str, float]:
    true = prevalence * part["sensitivity"].to_numpy()
    false, n = (1 - prevalence) * part["false_flags"].to_numpy(), len(part)
    left = np.array([_ratio(np.delete(true, i).sum(), np.delete(false, i).sum()) for i in range(n)])
    error = float(np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum()))
    flags = float(true.mean())
    return {
        "ppv": _ratio(true.sum(), false.sum()),
        "ppv_error": error,
        "screened_per_true_flag": 1 / flags if flags > 0 else float("nan"),
    }


def _ratio(true: float, false: float) -> float:
    return float(true / (true + false)) if true + false > 0 else float("nan")

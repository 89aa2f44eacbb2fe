"""Repeated samples of the same persons, screened: how well scores and calls repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stratify.assays.cohort_reading import read_cohort
from stratify.errors import ScreeningError
from stratify.learning.reliability import Reliability, reliability
from stratify.reporting.bundle import load_model
from stratify.screening.score import screen_cohort

SHOWN = ("sample_id", "patient_id", "visit", "call", "magnitude_z")


@dataclass(frozen=True, eq=False)
class Repeats:
    """What repeated samples say of a model.

    Parameters
    ----------
    table : DataFrame
        One row a sample of the persons who have several: `SHOWN` and ``chance_to_cross``, the chance that
        the magnitude of another sample lies on the other side of the healthy bound.
    magnitude : Reliability
        Of ``magnitude_z``.
    bound : float
        Healthy bound, in healthy SDs.
    pairs : int
        Pairs of samples of one person.
    same_call : float
        Share of the pairs with the same call.
    flagged_again : float
        Of ordered pairs whose first sample is flagged, the share whose second is too; NaN without a flag.
    """

    table: pd.DataFrame
    magnitude: Reliability
    bound: float
    pairs: int
    same_call: float
    flagged_again: float

    def as_dict(self) -> dict[str, Any]:
        """Everything but the table, as JSON can hold it."""
        return {
            "magnitude_z": asdict(self.magnitude)
            | {"smallest_real_change": self.magnitude.smallest_real_change},
            "healthy_bound": self.bound,
            "pairs": self.pairs,
            "same_call": self.same_call,
            "flagged_again": None if np.isnan(self.flagged_again) else self.flagged_again,
        }


def repeats(
    model_folder: str | Path,
    files: Sequence[str | Path],
    *,
    clinical: str | Path | None = None,
    patient: str = "patient_id",
) -> Repeats:
    """Screen persons who were measured more than once.

    What differs between the samples of a person is measurement and whatever changed in between: with
    technical repeats of one tube the first alone.

    Parameters
    ----------
    model_folder : str or Path
        ``models/<name>-<version>``.
    files : sequence of path
        Protein levels, in any format that `read_assays` reads.
    clinical : str or Path, optional
        Clinical table, one row a sample.
    patient : str, default "patient_id"
        Column that names the person.

    Returns
    -------
    Repeats

    Raises
    ------
    ModelError, AssayFileError, ClinicalTableError, ScreeningError
        As `screen`; or a model without healthy people, or no column that names the person.
    CohortError
        Too few persons with two scored samples.
    """
    loaded = load_model(model_folder)
    rule, healthy = loaded.model.rule, loaded.model.healthy
    if not healthy.known:
        raise ScreeningError(
            "a model that learned from healthy people",
            "none, so that there is no magnitude",
            "use another model",
        )
    cohort, _ = read_cohort(files, clinical)
    if patient not in cohort.obs:
        raise ScreeningError(
            f"a column {patient} that names the person of each sample",
            "no such column",
            "add it to the clinical table",
        )
    screened = screen_cohort(loaded, cohort).table
    people = cohort.obs[patient].astype(object).where(cohort.obs[patient].notna(), "").astype(str)
    table = screened.assign(patient_id=people.reindex(screened["sample_id"]).to_numpy())
    table = table[(table["patient_id"] != "") & table.duplicated("patient_id", keep=False)]
    values = table["magnitude_z"].to_numpy(dtype=float)
    found = reliability(values, table["patient_id"].to_numpy(dtype=object))
    bound = healthy.reach(rule.healthy_tail)
    calls = [part["call"].tolist() for _, part in table.groupby("patient_id", sort=True)]
    pairs = [pair for own in calls for pair in combinations(own, 2)]
    return Repeats(
        table=table[[*SHOWN]].assign(chance_to_cross=found.chance_to_cross(values, bound)),
        magnitude=found,
        bound=bound,
        pairs=len(pairs),
        same_call=float(np.mean([one == other for one, other in pairs])),
        flagged_again=_again(pairs, rule.positive_call),
    )


def _again(pairs: Sequence[tuple[str, ...]], flag: str) -> float:
    after = [other == flag for pair in pairs for one, other in (pair, pair[::-1]) if one == flag]
    return float(np.mean(after)) if after else float("nan")

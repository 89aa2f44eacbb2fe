"""Scores of target people by the models of the folds, with their results: one row a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.clinical import require_columns
from stratify.assays.cohort_reading import read_cohort
from stratify.errors import ScreeningError, listed
from stratify.learning.score_error import batch_error, offset_variance
from stratify.learning.scores import complete, covariates_of, member_scores, score_batch
from stratify.reporting.bundle import LoadedModel, load_model
from stratify.screening.alignment import align
from stratify.screening.anchoring import batches, read_offset
from stratify.screening.score import screen_cohort


@dataclass(frozen=True, eq=False)
class TargetScores:
    """Of the people of one file.

    Parameters
    ----------
    loaded : LoadedModel
        What scored.
    table : DataFrame
        Results of `screen`, one row a person.
    score, leak : arrays of shape (n,)
        Score of the final model, and leak score.
    by_member : array of shape (n_members, n)
        Scores that the models of the folds give.
    batch_error : float
        Root mean square error of the score from the offset of the batch.
    """

    loaded: LoadedModel
    table: pd.DataFrame
    score: np.ndarray
    leak: np.ndarray
    by_member: np.ndarray
    batch_error: float


def target_scores(
    model_folder: str | Path,
    files: Sequence[str | Path],
    *,
    clinical: str | Path | None = None,
    group: str = "group",
    target: Sequence[str] = (),
    offset: str | Path | None = None,
) -> TargetScores:
    """Score the people of a cohort who are in question.

    Parameters
    ----------
    model_folder : str or Path
        ``models/<name>-<version>``.
    files : sequence of path
        Protein levels, in any format that `read_assays` reads.
    clinical : str or Path, optional
        Clinical table, one row a sample.
    group : str, default "group"
        Column of the groups.
    target : sequence of str
        Its values who are in question; everybody in the file if left out.
    offset : str or Path, optional
        Offset of this laboratory (`read_offset`).

    Returns
    -------
    TargetScores
        Without samples that the laboratory failed or that lack too much of the score's weight.

    Raises
    ------
    ModelError, AssayFileError, ClinicalTableError, ScreeningError
        As `screen`; or a group that nobody belongs to.
    """
    loaded = load_model(model_folder)
    declared = None if offset is None else read_offset(offset, loaded.model)
    cohort, _ = read_cohort(files, clinical)
    cohort = _in_question(cohort, group, target)
    screened = screen_cohort(loaded, cohort, declared=declared)
    table = screened.table if screened.patients is None else screened.patients
    usable = (table["quality"] != "fail") & table["probability"].notna()
    table = table[usable].reset_index(drop=True)
    people = (cohort.obs["sample_type"] == "sample").to_numpy()
    place = pd.Index(cohort.obs_names[people].astype(str)).get_indexer(pd.Index(table["sample_id"]))
    leak = np.full(cohort.n_obs, np.nan)
    by_member, variance = np.full((len(loaded.model.members), cohort.n_obs), np.nan), leak.copy()
    for rows, batch in batches(loaded.model, align(loaded.model, cohort), declared):
        found = score_batch(loaded.model, batch)
        leak[rows] = found.leak
        variance[rows] = offset_variance(loaded.model, batch_error(batch), found.filled, found.score)
        filled = complete(loaded.model, batch.profiles, batch.limits)
        by_member[:, rows] = member_scores(loaded.model, filled, covariates_of(loaded.model, batch))
    chosen = np.flatnonzero(people)[place]
    return TargetScores(
        loaded,
        table,
        pd.Series(screened.scores, screened.table["sample_id"]).reindex(table["sample_id"]).to_numpy(),
        leak[chosen],
        by_member[:, chosen],
        float(np.sqrt(variance[chosen].mean())) if len(chosen) else float("nan"),
    )


def _in_question(cohort: AnnData, group: str, target: Sequence[str]) -> AnnData:
    """Keep a group, and the controls and bridge samples that anchor its batch."""
    if not target:
        return cohort
    words = cohort.obs[require_columns(cohort.obs, [group])[0]].astype(object)
    words = words.where(words.notna(), "").astype(str).to_numpy()
    people = (cohort.obs["sample_type"] == "sample").to_numpy()
    if absent := [name for name in target if name not in set(words[people])]:
        known = listed(sorted(set(words[people]) - {""}))
        raise ScreeningError(
            f"people of the group {listed(target)}",
            f"nobody in {listed(absent)}",
            f"known: {known}" if known else "add a clinical table with groups",
        )
    return cohort[~people | np.isin(words, list(target))].copy()

"""From a cohort and the name of an outcome to associations, with all that a reader must know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.clinical import require_columns
from stratify.assays.schema import as_text
from stratify.errors import CohortError, listed
from stratify.signatures.association import associate_scores
from stratify.signatures.association_result import Association
from stratify.signatures.covariate_columns import covariate_columns
from stratify.signatures.frozen_scores import pathway_scores
from stratify.signatures.outcomes import FEWEST_PERSONS, Outcome, read_outcome, require_variation
from stratify.signatures.pathways import HANDLING

AVERAGED = "the outcome of nobody changes between visits: the visits of each person are averaged"
CAUTION = "an association in the people at hand; it says nothing of cause, nor of what a drug would do"


@dataclass(frozen=True, eq=False)
class CohortAssociation:
    """Associations in a cohort.

    Parameters
    ----------
    association : Association
        The numbers.
    outcome : Outcome
        As it was read.
    group : tuple of str
        Groups that were kept; empty for everybody.
    covariates : tuple of str
        Columns that were adjusted for.
    warnings : tuple of str
        What a reader must know.
    """

    association: Association
    outcome: Outcome
    group: tuple[str, ...]
    covariates: tuple[str, ...]
    warnings: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """One row a score, as `Association.table`."""
        return self.association.table()

    def facts(self) -> dict[str, Any]:
        """Give the question, how it was answered and the warnings, as JSON can hold them."""
        found = self.association
        error = "robust within persons (CR2)" if found.repeated else "ordinary"
        return {
            "question": f"what goes with {self.outcome.name}",
            "caution": CAUTION,
            "outcome": self.outcome.name,
            "column": self.outcome.column,
            "steps": list(self.outcome.steps),
            "groups": list(self.group),
            "covariates": list(self.covariates),
            "samples": int(found.n_samples.max()),
            "persons": int(found.n_persons.max()),
            "repeated": found.repeated,
            "errors": error,
            "smallest_correlation_with_power_80": round(found.detectable, 3),
            "pooling": f"errors of the scores {'correlated' if found.pooled.correlated else 'independent'}",
            "warnings": list(self.warnings),
        }


def associate(
    people: AnnData,
    outcome: str,
    *,
    group: Sequence[str] = (),
    covariates: Sequence[str] = (),
    proteins: bool = False,
    steps: Sequence[str] = (),
    reference: Sequence[str] = ("HC",),
) -> CohortAssociation:
    """Associate pathway scores, or single proteins, with an outcome.

    Samples of one person (column ``patient_id``) are never taken as independent.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Patients' samples with clinical columns, as `open_cohort` gives them.
    outcome : str
        A severity scale in any usual spelling, or a column with numbers or ordinal words.
    group : sequence of str
        Groups to look within; everybody if left out.
    covariates : sequence of str
        Columns to adjust for; samples without one of them are left out and counted.
    proteins : bool, default False
        Single proteins in place of pathways.
    steps : sequence of str
        Words of an ordinal outcome, lowest first.
    reference : sequence of str, default HC
        Healthy groups that standardise the pathway scores.

    Returns
    -------
    CohortAssociation

    Raises
    ------
    ClinicalTableError
        A column that is not there, or an outcome with other text.
    CohortError
        Nobody in the group, too few people, an outcome that does not vary, or no score of enough people.
    """
    read = read_outcome(people.obs, outcome, steps=steps)
    chosen, group_notes = _chosen(people.obs, group, read, covariates)
    _, known, names = covariate_columns(people.obs[chosen], covariates)
    told = read.values[chosen].notna().to_numpy()
    own = np.flatnonzero(chosen)[told & known]
    persons, person_notes = _persons(people.obs.iloc[own])
    require_variation(read.column, read.values.to_numpy()[own], persons)
    scores, score_notes = _protein_levels(people) if proteins else pathway_scores(people, reference=reference)
    _require_scores(scores.iloc[own], persons, read.column)
    adjusted = covariate_columns(people.obs.iloc[own], covariates)[0]
    result = associate_scores(scores.iloc[own], read.values.iloc[own], covariates=adjusted, persons=persons)
    averaged = [AVERAGED] if result.averaged else []
    notes = [*read.notes, *group_notes, *_gaps(told, known), *person_notes, *averaged, *score_notes]
    notes += _handling(result)
    return CohortAssociation(result, read, tuple(group), tuple(names), tuple(notes))


def _chosen(
    obs: pd.DataFrame, group: Sequence[str], outcome: Outcome, covariates: Sequence[str]
) -> tuple[NDArray[np.bool_], list[str]]:
    if not group:
        return np.ones(len(obs), dtype=bool), _mixed(obs, outcome, covariates)
    (column,) = require_columns(obs, ["group"])
    words = obs[column].map(as_text)
    if unknown := sorted(set(group) - set(words)):
        raise CohortError(
            f"groups that occur in {column!r}",
            listed(unknown),
            f"name one of {listed(sorted(set(words) - {''}))}",
        )
    return words.isin(list(group)).to_numpy(), []


def _mixed(obs: pd.DataFrame, outcome: Outcome, covariates: Sequence[str]) -> list[str]:
    if "group" not in obs or (covariates and "group" in require_columns(obs, covariates)):
        return []
    words = obs.loc[outcome.values.notna(), "group"].map(as_text)
    kinds = sorted(set(words) - {""})
    if len(kinds) < 2 or outcome.column == "group":
        return []
    return [
        f"people of {listed(kinds)} together: how the groups differ is part of every number; "
        "look within one group, or adjust for the group"
    ]


def _persons(obs: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Name the person of each sample; one without a known person stands alone."""
    if "patient_id" not in obs:
        return list(obs.index), ["no column of persons: each sample counts as a person of its own"]
    words = obs["patient_id"].map(as_text)
    alone = int((words == "").sum())
    persons = [word or f"sample {name}" for name, word in words.items()]
    return persons, [f"{alone} samples without a person count as persons of their own"] if alone else []


def _require_scores(scores: pd.DataFrame, persons: Sequence[str], column: str) -> None:
    known = scores.notna().groupby(np.asarray(persons)).any().sum()
    most = int(known.max()) if len(known) else 0
    if most < FEWEST_PERSONS:
        raise CohortError(
            f"a pathway or protein with a level in at least {FEWEST_PERSONS} persons who have {column!r}",
            f"{most} at most",
            "name the file that holds the levels of these people",
        )


def _gaps(told: NDArray[np.bool_], known: NDArray[np.bool_]) -> list[str]:
    notes = []
    if without := int((~told).sum()):
        most = ": most of them, who may differ from the others" if without > len(told) / 2 else ""
        notes.append(f"{without} of {len(told)} samples without the outcome are left out{most}")
    if without := int((told & ~known).sum()):
        notes.append(f"{without} samples with the outcome but without a covariate are left out")
    return notes


def _protein_levels(people: AnnData) -> tuple[pd.DataFrame, list[str]]:
    genes = people.var["gene"].map(as_text) if "gene" in people.var else pd.Series("", people.var_names)
    plain = [gene or str(name) for name, gene in genes.items()]
    twice = {gene for gene in plain if plain.count(gene) > 1}
    names = [f"{g} ({i})" if g in twice else g for g, i in zip(plain, people.var_names, strict=True)]
    return pd.DataFrame(np.asarray(people.X, dtype=float), index=people.obs_names, columns=names), []


def _handling(result: Association) -> list[str]:
    if HANDLING not in result.scores:
        return []
    p = float(result.rank_p[result.scores.index(HANDLING)])
    if not p <= 0.05:
        return []
    return [
        f"the outcome follows {HANDLING} too (p {p:.2g}): how blood was handled may stand behind the others"
    ]

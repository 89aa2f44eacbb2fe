"""Which proteins and pathways carry the score: exact Shapley values of the chosen family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.proteins.matching import display_names
from stratify.learning.frozen import FrozenModel
from stratify.learning.scores import complete
from stratify.learning.training import Training
from stratify.signatures.gaps import fill_gaps

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Explanation:
    """Shapley values of the score, in units of the score.

    Parameters
    ----------
    sample_ids : string array of shape (n,)
        In the order of all other rows.
    learned : boolean array of shape (n,)
        Who was learned from; the others are target people.
    proteins : DataFrame
        One row an assay: ``protein`` (made unique by its panel or id) and ``pathway``.
    profiles : array of shape (n, n_proteins)
        Standardised profiles without gaps.
    values : array of shape (n, n_proteins)
        ``base + values.sum(axis=1)`` is the score.
    base : float
        Score where every contribution is zero.
    filled : array of shape (n, n_proteins)
        The profiles in the unit of the levels.
    """

    sample_ids: NDArray[np.str_]
    learned: NDArray[np.bool_]
    proteins: pd.DataFrame
    profiles: Array
    values: Array
    base: float
    filled: Array

    @property
    def scores(self) -> Array:
        """Scores (n,) that the contributions add up to."""
        return self.base + self.values.sum(axis=1)

    @property
    def by_pathway(self) -> pd.DataFrame:
        """Contributions (n, n_pathways) summed over the proteins of each pathway."""
        table = pd.DataFrame(self.values.T, columns=self.sample_ids)
        return table.groupby(self.proteins["pathway"].to_numpy(), sort=True).sum().T

    def leading(self) -> pd.DataFrame:
        """Proteins by their share of the mean absolute contribution among the learned, largest first.

        Returns
        -------
        DataFrame
            Columns ``protein``, ``pathway``, ``share`` and ``direction`` (1 where more of the
            protein raises the score, -1 where it lowers it, 0 where it does nothing).
        """
        table = self.proteins.assign(
            share=_shares(self.values[self.learned]),
            direction=_directions(self.profiles[self.learned], self.values[self.learned]),
        )
        return table.sort_values("share", ascending=False, kind="stable")

    def leading_pathways(self) -> pd.Series:
        """Share of the mean absolute contribution that each pathway has as a whole, largest first."""
        grouped = self.by_pathway.loc[self.learned]
        shares = pd.Series(_shares(grouped.to_numpy()), index=grouped.columns)
        return shares.sort_values(ascending=False, kind="stable")


def explain(training: Training) -> Explanation:
    """Explain the final model on everybody who was learned from and on the target people.

    Values of a linear score are exact for independent proteins, against the mean profile of the
    labelled people (interventional); values of boosted trees follow the paths of the trees, so that no
    profile is asked about that the trees never saw (path-dependent).

    Parameters
    ----------
    training : Training
        A finished training.

    Returns
    -------
    Explanation

    References
    ----------
    Lundberg & Lee, NeurIPS 2017, arXiv:1705.07874;
    Lundberg et al., Nat Mach Intell 2020, doi:10.1038/s42256-019-0138-9 (trees).
    """
    problem, model = training.problem, training.model
    learned = np.zeros(len(problem.y), dtype=bool)
    learned[problem.learned] = True
    rows = np.flatnonzero(learned | problem.target)
    filled = complete(model, problem.profiles[rows], problem.limits_of(rows))
    filled = model.scorer.adjusted(filled, problem.covariates_of(rows))
    return _explained(model, filled, problem.samples[rows], learned[rows])


def explain_kept(model: FrozenModel, sample_ids: NDArray[np.str_]) -> Explanation | None:
    """Explain a model on the people whom it keeps.

    Parameters
    ----------
    model : FrozenModel
        As trained, or as read from a bundle.
    sample_ids : string array of shape (n,)
        Of the kept people: those of its out-of-fold scores, in the order in which they first occur.

    Returns
    -------
    Explanation or None
        None where it keeps nobody. Values are those of `explain`.
    """
    kept = model.held_out
    if not kept.known:
        return None
    filled = model.scorer.adjusted(fill_gaps(model.gaps, kept.profiles), kept.covariates)
    return _explained(model, filled, np.asarray(sample_ids), np.ones(len(filled), dtype=bool))


def _explained(
    model: FrozenModel, filled: Array, sample_ids: NDArray[np.str_], learned: NDArray[np.bool_]
) -> Explanation:
    values = model.scorer.contributions(filled, model.background)
    return Explanation(
        sample_ids=sample_ids,
        learned=learned,
        proteins=model.assays[["pathway"]].astype(str).assign(protein=display_names(model.assays)),
        profiles=model.scorer.standardise(filled),
        values=values,
        base=float(np.mean(model.scorer.score(filled) - values.sum(axis=1))),
        filled=filled,
    )


def refit_shares(explanation: Explanation, model: FrozenModel) -> Array:
    """Share of the mean absolute contribution by refit, for the same people.

    Parameters
    ----------
    explanation : Explanation
        Of the final model.
    model : FrozenModel
        With a model for each fold and repeat.

    Returns
    -------
    array of shape (n_members, n_proteins)
        Each refit against the mean of these people.
    """
    rows = explanation.filled[explanation.learned]
    found = []
    for member in model.members:
        background = member.scorer.standardise(rows).mean(axis=0)
        found.append(_shares(member.scorer.contributions(rows, background)))
    return np.array(found)


def _shares(values: Array) -> Array:
    size = np.abs(values).mean(axis=0)
    total = size.sum()
    return size / total if total > 0 else size


def _directions(profiles: Array, values: Array) -> NDArray[np.int64]:
    together = ((profiles - profiles.mean(axis=0)) * (values - values.mean(axis=0))).sum(axis=0)
    return np.sign(np.where(np.abs(together) > 1e-12, together, 0.0)).astype(np.int64)

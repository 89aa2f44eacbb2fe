"""Samples whose sex-linked proteins contradict the recorded sex."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from statistics import NormalDist

import numpy as np
import pandas as pd

from stratify.assays.checks.patients import Patients
from stratify.assays.finding import Finding
from stratify.assays.proteins.identity import accessions

_FEWEST = 15  # samples of each sex from which the difference is learned
_FEWEST_LINKED = 3  # sex-linked proteins without which nothing is said
_RIDGE = 0.3  # penalty, in units of a mean squared feature
_SEPARATED = 2.5  # SDs between the two sexes' scores below which nobody is named
_FALSE_ALARM = 0.05  # chance that anybody of a table is named without cause
_SURE = 4.6  # log likelihood ratio: 100 to 1


def contradicted_sex(people: Patients) -> list[Finding]:
    r"""Find samples whose proteins look like the other sex.

    Parameters
    ----------
    people : Patients
        The table, with ``sex``.

    Returns
    -------
    list of Finding
        ``sex-mismatch``; empty where the table's proteins do not separate the sexes well enough.

    Notes
    -----
    A ridge regression of the recorded sex on robust z gives each sample a score that was learned without
    it (closed-form leave-one-out), both sexes weighing the same. Proteins known to be sex-linked
    (``data/sex_proteins.csv``) have a weaker penalty, so that a few strong ones are not drowned. With the
    scores' median and robust SD in each sex, a sample is named when it lies further from its own sex than
    chance allows in a table of this size, and the other sex is a hundred times as likely. Nobody is named
    when the sexes' medians lie less than 2.5 SDs apart. The samples of a patient are not left out together:
    a wrong record of a repeated patient is found less surely.
    """
    sex = people.column("sex")
    woman = np.where(sex == "F", 1.0, np.where(sex == "M", -1.0, 0.0))
    known = np.flatnonzero((woman != 0) & people.standard.any(axis=1))
    linked = _linked(people)
    if min((woman[known] > 0).sum(), (woman[known] < 0).sum()) < _FEWEST or linked.sum() < _FEWEST_LINKED:
        return []
    weight = np.sqrt(1 / len(linked) + linked / linked.sum())
    score = _left_out_scores(people.standard[known] * weight, woman[known])
    odd = np.zeros(people.n, dtype=bool)
    odd[known] = _unlike_own(score, woman[known] > 0)
    remedy = "sex-linked proteins contradict the recorded sex: look for swapped tubes or a wrong entry"
    return [Finding("sex-mismatch", "warning", people.named(odd), remedy)]


@lru_cache(maxsize=1)
def sex_linked_proteins() -> frozenset[str]:
    """List the accessions of proteins whose levels differ between the sexes.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> "P07288" in sex_linked_proteins()  # prostate-specific antigen
    True
    """
    with files("stratify").joinpath("data", "sex_proteins.csv").open(encoding="utf-8") as handle:
        return frozenset(pd.read_csv(handle, dtype=str)["uniprot"])


def _linked(people: Patients) -> np.ndarray:
    """Mark assays of sex-linked proteins, as a member of a protein group too."""
    groups = [accessions(words) for words in people.described("uniprot")]
    return np.array([not sex_linked_proteins().isdisjoint(group) for group in groups], dtype=bool)


def _left_out_scores(features: np.ndarray, woman: np.ndarray) -> np.ndarray:
    """Score each sample by a ridge regression on the others; on whichever side is smaller."""
    n = len(features)
    design = np.column_stack([features, np.ones(n)])
    inverse_weight = np.where(woman > 0, (woman > 0).mean(), (woman < 0).mean()) * 2
    if n <= design.shape[1]:
        inverse = np.linalg.inv(design @ design.T + _RIDGE * np.diag(inverse_weight))
        return woman - (inverse @ woman) / np.diag(inverse)
    weighted = design / inverse_weight[:, None]
    inverse = np.linalg.inv(design.T @ weighted + _RIDGE * np.eye(design.shape[1]))
    leverage = np.einsum("ij,ij->i", design @ inverse, weighted)
    fitted = design @ (inverse @ (weighted.T @ woman))
    score: np.ndarray = (fitted - leverage * woman) / (1 - leverage)
    return score


def _unlike_own(score: np.ndarray, woman: np.ndarray) -> np.ndarray:
    """Mark samples that lie with the other class."""
    middle, spread = _normals(score, woman)
    if middle[1] - middle[0] < _SEPARATED * np.sqrt((spread**2).mean()):
        return np.zeros(len(score), dtype=bool)
    own, other = woman.astype(int), 1 - woman.astype(int)
    z_own, z_other = (np.abs(score - middle[c]) / spread[c] for c in (own, other))
    evidence = (z_own**2 - z_other**2) / 2 + np.log(spread[own] / spread[other])
    limit = -NormalDist().inv_cdf(_FALSE_ALARM / len(score))
    toward_other = (score - middle[own]) * (middle[other] - middle[own]) > 0
    odd: np.ndarray = toward_other & (z_own > limit) & (evidence > _SURE)
    return odd


def _normals(score: np.ndarray, woman: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median and robust SD of the scores of men and of women."""
    middle = np.array([np.median(score[woman == c]) for c in (False, True)])
    spread = [np.median(np.abs(score[woman == c] - m)) for c, m in zip((False, True), middle, strict=True)]
    return middle, np.maximum(1.4826 * np.array(spread), 1e-9)

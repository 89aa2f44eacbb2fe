"""All pairs of groups at once, from one fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.clinical import require_columns
from stratify.signatures.assay_names import assay_names
from stratify.signatures.compared_samples import compared_samples, plain_words
from stratify.signatures.contrast_fitting import fit_contrasts
from stratify.signatures.contrast_result import Contrast, ContrastOptions
from stratify.signatures.differential import separation_warnings
from stratify.signatures.fold_change_tests import STUDY_FDR, STUDY_FOLD_CHANGE, study_rule
from stratify.signatures.multiplicity import adjusted

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairwiseContrasts:
    """Contrasts of all pairs of groups, of one fit; p assays, c pairs.

    Parameters
    ----------
    contrasts : tuple of Contrast
        One a pair, all over the same assays.
    q_across : array of shape (p, c)
        Adjusted over all assays and pairs together.
    """

    contrasts: tuple[Contrast, ...]
    q_across: Array

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know, each once."""
        return tuple(dict.fromkeys(line for one in self.contrasts for line in one.warnings))

    def passes_study_rule(
        self, *, fold_change: float = STUDY_FOLD_CHANGE, fdr: float = STUDY_FDR
    ) -> NDArray[np.bool_]:
        """Apply the rule of the base study: fold change and FDR in any pair of groups.

        Parameters
        ----------
        fold_change : float, default 1.5
            The estimate must exceed it, up or down.
        fdr : float, default 0.05
            The p-value adjusted within the pair must be below it.

        Returns
        -------
        bool array of shape (p,)
        """
        effects = np.stack([one.effect for one in self.contrasts], axis=1)
        q = np.stack([one.q_value for one in self.contrasts], axis=1)
        return study_rule(effects, q, fold_change=fold_change, fdr=fdr)

    def table(self) -> pd.DataFrame:
        """Write one row an assay and pair.

        Returns
        -------
        DataFrame
            The columns of `Contrast.table` after ``contrast``, and at the end ``q_across`` and
            ``study_rule`` (whether the assay passes the rule of the base study, in any pair).
        """
        passed = self.passes_study_rule()
        parts = []
        for j, one in enumerate(self.contrasts):
            part = one.table().assign(q_across=self.q_across[:, j], study_rule=passed)
            part.insert(0, "contrast", one.name)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def summary(self) -> dict[str, Any]:
        """Say in a few numbers what came out, for JSON."""
        with np.errstate(invalid="ignore"):
            across = (self.q_across < self.contrasts[0].options.fdr).sum(axis=0)
        pairs = [
            one.summary() | {"found_across": int(n)} for one, n in zip(self.contrasts, across, strict=True)
        ]
        return {
            "contrasts": pairs,
            "study_rule": {
                "fold_change": STUDY_FOLD_CHANGE,
                "fdr": STUDY_FDR,
                "passed": int(self.passes_study_rule().sum()),
            },
            "warnings": list(self.warnings),
        }


def pairwise_contrasts(
    people: AnnData,
    *,
    group: str = "group",
    groups: Sequence[str] | None = None,
    covariates: Sequence[str] = (),
    formula: str | None = None,
    block: str | None = None,
    options: ContrastOptions | None = None,
) -> PairwiseContrasts:
    """Compare each two groups, with one variance an assay over all groups.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Patients' samples on a log2 scale.
    group : str, default "group"
        Column of the groups.
    groups : sequence of str, optional
        Groups in order; of each pair the later one is the case. All groups, sorted, if left out.
    covariates : sequence of str
        Columns that are adjusted for.
    formula : str, optional
        Right side of a formula that contains the groups, in place of the covariates.
    block : str, optional
        Column of the patients; needed when they have several samples.
    options : ContrastOptions, optional
        Trend, robustness, thresholds.

    Returns
    -------
    PairwiseContrasts

    Raises
    ------
    CohortError
        As `stratify.signatures.differential.contrast`.

    Notes
    -----
    Pairs that share a group are not independent: a group of few people pulls all its pairs the same way.

    Examples
    --------
    >>> levels = np.random.default_rng(0).normal(5, 1, (30, 20))
    >>> obs = pd.DataFrame({"group": ["HC"] * 10 + ["AD"] * 10 + ["MDD"] * 10}, [str(i) for i in range(30)])
    >>> pairs = pairwise_contrasts(AnnData(levels, obs=obs), groups=["HC", "AD", "MDD"])
    >>> [one.name for one in pairs.contrasts]
    ['AD - HC', 'MDD - HC', 'MDD - AD']
    """
    options = options or ContrastOptions()
    if groups is None:
        (column,) = require_columns(people.obs, [group])
        groups = sorted(set(plain_words(people.obs[column])) - {""})
    samples = compared_samples(
        people, groups, group=group, covariates=covariates, formula=formula, block=block
    )
    answers = fit_contrasts(
        samples,
        assay_names(people.var),
        [(case, control) for control, case in combinations(groups, 2)],
        groups=groups,
        formula=formula,
        blocked=block is not None,
        options=options,
    )
    warned = [
        replace(
            one,
            warnings=(
                *one.warnings,
                *separation_warnings(one, samples, formula=formula, blocked=block is not None),
            ),
        )
        for one in answers
    ]
    p = np.stack([one.result.p_value[:, 0] for one in warned], axis=1)
    return PairwiseContrasts(tuple(warned), adjusted(p))

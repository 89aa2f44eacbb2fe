"""What must hold before anything is learned: no leak of the label, a measured definition, enough patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np
import pandas as pd

from stratify.errors import CohortError, ExperimentError, LeakageError, listed, nearest
from stratify.learning.problem import Problem
from stratify.subtyping.axis_rule import refuse_unmeasured
from stratify.subtyping.definition import Definition


def require_answerable(problem: Problem, definition: Definition, *, allow: Sequence[str] = ()) -> None:
    """Refuse a question that a training can not answer honestly.

    Parameters
    ----------
    problem : Problem
        People, proteins, roles, and what made the labels.
    definition : Definition
        What a call will mean.
    allow : sequence of str
        Axes whose proteins may be learned from although they made the label.

    Raises
    ------
    LeakageError
        Proteins that made the label are among the features, and are not allowed by name.
    CohortError
        Too few negative patients for the definition's bound, or an axis of which nothing was measured.
    ExperimentError
        An allowed name that made no label.
    """
    made_from = problem.source.made_from if problem.source else {}
    refuse_label_proteins(problem.assays, made_from, allow=allow)
    refuse_unmeasured(definition, problem.assays)
    refuse_few_negatives(problem, definition.alpha)


def refuse_label_proteins(
    assays: pd.DataFrame, made_from: Mapping[str, Sequence[str]], *, allow: Sequence[str] = ()
) -> None:
    """Refuse to learn from proteins that made the label.

    Parameters
    ----------
    assays : DataFrame
        The features: index assay id, column ``gene``.
    made_from : mapping of str to sequence of str
        Axis or column to the assays that made the label.
    allow : sequence of str
        Names among these whose proteins may stay.

    Raises
    ------
    LeakageError
        Naming the axes and their proteins.
    ExperimentError
        An allowed name that made no label.
    """
    for name in allow:
        if name not in made_from:
            raise ExperimentError(
                "axes that made the label in allow_label_proteins",
                f"{name!r}",
                nearest(name, list(made_from)) if made_from else "leave it out: no protein made this label",
            )
    inside = label_proteins_among(assays, {name: ids for name, ids in made_from.items() if name not in allow})
    if inside:
        genes = dict.fromkeys(assays.loc[[id for ids in inside.values() for id in ids], "gene"])
        raise LeakageError(
            "features that did not make the label",
            f"{len(genes)} proteins of {listed(inside)} made it and would be learned from: {listed(genes)}",
            "set drop_label_proteins = true in [labels] to leave them out, or name the axes in "
            "allow_label_proteins; the card then says so in red",
        )


def label_proteins_among(
    assays: pd.DataFrame, made_from: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Which label proteins are features.

    Parameters
    ----------
    assays : DataFrame
        The features: index assay id.
    made_from : mapping of str to sequence of str
        Axis or column to the assays that made the label.

    Returns
    -------
    dict of str to tuple of str
        Axis or column to those of its assays that are features; names without any are left out.
    """
    present = set(assays.index.astype(str))
    inside = {name: tuple(id for id in ids if id in present) for name, ids in made_from.items()}
    return {name: ids for name, ids in inside.items() if ids}


def refuse_few_negatives(problem: Problem, alpha: float) -> None:
    """Refuse a bound on the conformal p-value that so few negative patients can never reach.

    Parameters
    ----------
    problem : Problem
        People and labels.
    alpha : float
        Bound; with n negatives the smallest p-value is 1 / (n + 1).

    Raises
    ------
    CohortError
        Saying how many are needed.

    References
    ----------
    Vovk, Ann Math Artif Intell 2015, doi:10.1007/s10472-013-9368-4.
    """
    needed = ceil(1 / alpha - 1 - 1e-9)
    count = len(np.unique(problem.patients[problem.y == 0]))
    if count < needed:
        raise CohortError(
            f"at least {needed} patients in the negative class for the bound alpha = {alpha:g}",
            f"{count}: no p-value is below {1 / (count + 1):.3f}, so nobody could be flagged",
            f"add {needed - count} negative patients, or raise alpha in a new version of the definition",
        )

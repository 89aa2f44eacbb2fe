"""A definition's axis rule, applied to the people of a cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.detectability import detectability
from stratify.subtyping.agreement import Agreement, agreement
from stratify.subtyping.axis_rule import AxisRule, axis_rule, label_proteins
from stratify.subtyping.clusters import ClusterRule
from stratify.subtyping.definition import Definition
from stratify.subtyping.label_source import Relabelling, patient_means
from stratify.subtyping.labels import patient_ids, refuse_absent_groups


def relabelling_by_rule(
    definition: Definition,
    people: AnnData,
    *,
    labelled: NDArray[np.bool_],
    reference: NDArray[np.bool_],
    clusters: tuple[int, int, int] | None = None,
) -> Relabelling:
    """Make ready the axis rule of a definition, or clusters of its axis scores.

    Parameters
    ----------
    definition : Definition
        With a lead among its axes.
    people : AnnData of shape (n, assays)
        Patients' samples.
    labelled, reference : boolean arrays of shape (n,)
        Who may get a label, and who is healthy; of both only those with enough of every axis measured count.
    clusters : tuple of int, optional
        Number of clusters, resamples and seed, in place of the rule.

    Returns
    -------
    Relabelling

    Raises
    ------
    CohortError
        A definition without a lead, or with an axis of which nothing was measured.
    """
    used, scorer = label_proteins(definition, people.var, detectability(people))
    rule: AxisRule | ClusterRule = axis_rule(definition, scorer)
    if clusters:
        n_clusters, resamples, seed = clusters
        rule = ClusterRule(scorer, rule.lead, n_clusters, resamples, seed)
    profiles = patient_means(np.asarray(people.X, dtype=float)[:, used], patient_ids(people.obs))
    covered = scorer.covered(profiles, definition.least_weight_covered)
    return Relabelling(rule, profiles, reference & covered, labelled & covered)


def compare_definitions(
    first: Definition, second: Definition, people: AnnData, *, groups: pd.Series, reference: tuple[str, ...]
) -> Agreement:
    """Label everybody by the axis rules of two definitions and say where they differ.

    Each rule is fitted to the reference people of the cohort.

    Parameters
    ----------
    first, second : Definition
        Each with a lead among its axes.
    people : AnnData of shape (n, assays)
        Patients' samples.
    groups : Series of str
        Group of each sample.
    reference : tuple of str
        Healthy groups.

    Returns
    -------
    Agreement
        Named after the definitions; of two with the same title the second has "(other)" behind it.

    Raises
    ------
    CohortError
        An absent group, too few reference people, or a definition that labels nobody.
    """
    refuse_absent_groups(groups, reference)
    healthy = groups.astype(str).isin(reference).to_numpy()
    everybody = np.arange(len(healthy))
    labels = [
        relabelling_by_rule(
            definition, people, labelled=np.ones(len(healthy), dtype=bool), reference=healthy
        ).fitted_to(everybody)
        for definition in (first, second)
    ]
    other = second.title + (" (other)" if second.title == first.title else "")
    return agreement(
        labels[0],
        labels[1],
        names=(first.title, other),
        samples=people.obs_names.to_numpy(dtype=str),
        patients=patient_ids(people.obs),
    )

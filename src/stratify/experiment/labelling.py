"""Labels of an experiment's people, from the source that its file names."""

from __future__ import annotations

from dataclasses import dataclass

import anndata
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.clinical import require_columns
from stratify.errors import CohortError, listed
from stratify.experiment.config import ExperimentConfig
from stratify.experiment.label_settings import REFERENCE_DISEASE
from stratify.subtyping.axis_rule import made_from_axes
from stratify.subtyping.clusters import cluster_stability
from stratify.subtyping.definition import Definition, read_definition
from stratify.subtyping.label_source import LabelSource, Relabelling
from stratify.subtyping.labels import (
    SMALLEST_CLASS,
    UNLABELLED,
    Labels,
    patient_ids,
    reference_disease,
    refuse_absent_groups,
    refuse_small_class,
)
from stratify.subtyping.outside_label import OutsideLabel, measured_as
from stratify.subtyping.rule_labels import relabelling_by_rule

DIAGNOSIS = "The label is a clinical diagnosis, never a protein."
IN_FOLDS = "Scores and bounds are learned in each fold from its training people, and for the final model from"
AT_ONCE = "Scores and bounds are learned at once from"


@dataclass(frozen=True)
class Roles:
    """Who is who, before anybody is labelled.

    Parameters
    ----------
    groups : Series of str
        Diagnosis a sample.
    labelled, reference, target : boolean arrays of shape (n,)
        Groups that get a label, healthy people, and people who are scored and never labelled.
    patients : string array of shape (n,)
        Patient of each sample.
    comparing : bool
        Whether labels are only compared: then a class may be small, and a rule sees everybody at once.
    """

    groups: pd.Series
    labelled: NDArray[np.bool_]
    reference: NDArray[np.bool_]
    target: NDArray[np.bool_]
    patients: NDArray[np.str_]
    comparing: bool

    @property
    def smallest(self) -> int:
        """Fewest patients that a class needs."""
        return 1 if self.comparing else SMALLEST_CLASS


def label_people(
    config: ExperimentConfig, people: anndata.AnnData, *, source: str = "", everybody: bool = False
) -> LabelSource:
    """Label the people of an experiment.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    people : AnnData
        Patients' samples, with ``patient_id`` where it is known.
    source : str, optional
        In place of the one that the experiment names.
    everybody : bool, default False
        Label also the target people, to compare sources; never to learn.

    Returns
    -------
    LabelSource

    Raises
    ------
    CohortError
        Groups, people or proteins with which the source can not label.
    """
    make = {"axis-rule": _by_rule, "clusters": _by_clusters, "outside": _by_column}
    name = source or config.labels.source
    roles = _roles(config, people, everybody=everybody)
    if name != REFERENCE_DISEASE:
        return make[name](config, people, roles)
    data = config.data
    labels = reference_disease(
        roles.groups,
        positive=data.positive,
        negative=data.negative,
        reference=data.reference,
        target=data.target,
        patients=roles.patients,
        smallest=roles.smallest,
    )
    return LabelSource(REFERENCE_DISEASE, labels, DIAGNOSIS)


def without_label_proteins(people: anndata.AnnData, source: LabelSource) -> anndata.AnnData:
    """Leave out the assays that made the label.

    Parameters
    ----------
    people : AnnData
        Patients' samples.
    source : LabelSource
        Names the assays.

    Returns
    -------
    AnnData

    Raises
    ------
    CohortError
        When nothing is left.
    """
    made = {assay for ids in source.made_from.values() for assay in ids}
    kept = ~people.var_names.isin(list(made))
    if not kept.any():
        raise CohortError(
            "features that did not make the label", "every assay made it", "add proteins to learn from"
        )
    return people[:, kept].copy()


def _roles(config: ExperimentConfig, people: anndata.AnnData, *, everybody: bool) -> Roles:
    data = config.data
    groups = people.obs[require_columns(people.obs, [data.group])[0]]
    chosen = config.labels.people or (*data.positive, *data.negative)
    if everybody and not config.labels.people:
        chosen = (*chosen, *data.reference, *data.target)
    refuse_absent_groups(groups, [*chosen, *data.reference, *data.target])
    both = set(chosen) & set(data.target)
    if both and not everybody:
        raise CohortError(
            "target groups that get no label", f"{listed(sorted(both))} in both", "keep one role"
        )
    words = groups.astype(str)
    labelled, reference, target = (
        words.isin(names).to_numpy() for names in (chosen, data.reference, data.target)
    )
    known = words.where(groups.notna())
    return Roles(known, labelled, reference, target, patient_ids(people.obs), everybody)


def _definition(config: ExperimentConfig) -> Definition:
    return read_definition(config.labels.definition or config.definition)


def _by_rule(config: ExperimentConfig, people: anndata.AnnData, roles: Roles) -> LabelSource:
    definition = _definition(config)
    relabelling = relabelling_by_rule(definition, people, labelled=roles.labelled, reference=roles.reference)
    others = ", ".join(axis for axis in definition.axes if axis != definition.lead)
    bounds = f"above {100 * definition.axis_percentile:g}% of the reference people"
    bounds += f" and above {others}" if others else ""
    statement = (
        f"The label is a rule on proteins, no diagnosis: {definition.lead} {bounds}, by {definition.title}."
    )
    made_from = made_from_axes(definition.axis_sets, people.var)
    return _learned("axis-rule", statement, relabelling, roles, made_from)


def _by_clusters(config: ExperimentConfig, people: anndata.AnnData, roles: Roles) -> LabelSource:
    definition, settings = _definition(config), config.labels
    asked = (settings.clusters, settings.resamples, config.seed)
    relabelling = relabelling_by_rule(
        definition, people, labelled=roles.labelled, reference=roles.reference, clusters=asked
    )
    once = np.flatnonzero(relabelling.labelled | relabelling.reference)
    once = once[~pd.Series(roles.patients[once]).duplicated().to_numpy()]
    stable = cluster_stability(relabelling, once)
    statement = (
        f"The label is a cluster of people, no diagnosis: of {settings.clusters} consensus clusters of the "
        f"axis scores of {definition.title}, the one that is highest on {definition.lead}. Stability, which "
        f"is no accuracy: {stable.sentence()}."
    )
    made_from = made_from_axes(definition.axis_sets, people.var)
    return _learned("clusters", statement, relabelling, roles, made_from)


def _learned(
    name: str, statement: str, relabelling: Relabelling, roles: Roles, made_from: dict[str, tuple[str, ...]]
) -> LabelSource:
    rows = np.flatnonzero(relabelling.labelled | roles.reference)
    labels = Labels(relabelling.fitted_to(rows), roles.reference, roles.target & ~relabelling.labelled)
    refuse_small_class(labels.y, roles.patients, smallest=roles.smallest)
    people = f"all {len(rows)} people who take part ({int(roles.reference.sum())} of them reference)"
    told = f"{statement} {AT_ONCE if roles.comparing else IN_FOLDS} {people}."
    return LabelSource(name, labels, told, made_from, relabelling)


def _by_column(config: ExperimentConfig, people: anndata.AnnData, roles: Roles) -> LabelSource:
    settings = config.labels
    rule = OutsideLabel(
        settings.column, settings.cutoff, settings.side, settings.positive_values, settings.negative_values
    )
    y = rule.label(people.obs[require_columns(people.obs, [settings.column])[0]])
    y[~roles.labelled] = UNLABELLED
    refuse_small_class(y, roles.patients, smallest=roles.smallest)
    same = measured_as(settings.column, settings.proteins, people.var)
    made_from = {settings.column: tuple(people.var_names[same])} if same.any() else {}
    statement = f"The label is a clinical column, no diagnosis: {rule.statement()}. No value, no label."
    labels = Labels(y, roles.reference, roles.target & (y == UNLABELLED))
    return LabelSource("outside", labels, statement, made_from)

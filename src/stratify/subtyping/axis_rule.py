"""Labels by rule: the lead axis beyond the healthy range, and above the other axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.errors import CohortError, listed
from stratify.signatures.pathways import (
    AxisState,
    axis_scores,
    fit_axes,
    member_of_any,
    member_weights,
    members,
)
from stratify.signatures.preprocessing import FactorImputer, ReferenceScaler
from stratify.signatures.protein_set import Pathway, set_name
from stratify.subtyping.definition import Definition
from stratify.subtyping.definition_page import axis_proteins

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FittedAxes:
    """Axis scores, frozen on some people.

    Parameters
    ----------
    imputer : FactorImputer
        Fills single gaps from a person's other label proteins.
    scaler : ReferenceScaler
        Mean and SD of the reference people.
    state : AxisState
        Weights, mean and SD of the axes.
    """

    imputer: FactorImputer
    scaler: ReferenceScaler
    state: AxisState

    def scores(self, profiles: Array) -> Array:
        """Score axes (n, n_axes) in SDs of the reference people's own scores."""
        return axis_scores(self.state, self.scaler.transform(self.imputer.transform(profiles)))


@dataclass(frozen=True)
class AxisScorer:
    """How axis scores are learned: detectability-weighted mean z against the reference people.

    Parameters
    ----------
    axes : tuple of str or ProteinSet
        The axes of a definition.
    assays : DataFrame
        Label proteins: ``uniprot`` and ``gene``.
    detectability : array of shape (n_proteins,)
        Share of samples above the detection limit, as cleaning kept it for the whole file, not a fold.
    """

    axes: tuple[Pathway, ...]
    assays: pd.DataFrame
    detectability: Array

    def fit(self, profiles: Array, reference: NDArray[np.bool_]) -> FittedAxes:
        """Learn from profiles (n, n_proteins) and from who of them is reference (n,)."""
        imputer = FactorImputer().fit(profiles)
        filled = imputer.transform(profiles)
        scaler = ReferenceScaler().fit(filled, reference=reference)
        healthy = scaler.transform(filled[reference])
        return FittedAxes(imputer, scaler, fit_axes(self.axes, self.assays, healthy, self.detectability))

    def covered(self, profiles: Array, least: float) -> NDArray[np.bool_]:
        """Who (n,) has at least this share of the weight of every axis measured."""
        measured = np.isfinite(profiles)
        weights = [member_weights(axis, self.assays) * self.detectability for axis in self.axes]
        shares = [(measured * row).sum(axis=1) / row.sum() for row in weights]
        return np.all(np.array(shares) >= least - 1e-9, axis=0)


@dataclass(frozen=True)
class FittedAxisRule:
    """An axis rule with its cut-off.

    Parameters
    ----------
    axes : FittedAxes
        Of the definition.
    lead : int
        Place of the lead axis.
    cutoff : float
        Percentile of the reference people's lead score.
    """

    axes: FittedAxes
    lead: int
    cutoff: float

    def positive(self, profiles: Array) -> NDArray[np.bool_]:
        """Who (n,) is beyond the cut-off on the lead axis, and higher there than on every other axis."""
        scores = self.axes.scores(profiles)
        others = np.delete(scores, self.lead, axis=1)
        leads = scores[:, self.lead] > others.max(axis=1, initial=-np.inf)
        return (scores[:, self.lead] > self.cutoff) & leads


@dataclass(frozen=True)
class AxisRule:
    """The rule of a definition.

    Parameters
    ----------
    scorer : AxisScorer
        Of the definition's axes.
    lead : str
        The axis that must lead.
    percentile : float
        Share of the reference people whom it must exceed.
    """

    scorer: AxisScorer
    lead: str
    percentile: float

    def fit(self, profiles: Array, reference: NDArray[np.bool_]) -> FittedAxisRule:
        """Learn scores and cut-off.

        Parameters
        ----------
        profiles : array of shape (n, n_proteins)
            Label proteins, NaN where missing.
        reference : boolean array of shape (n,)
            Healthy people among them.

        Returns
        -------
        FittedAxisRule

        Raises
        ------
        CohortError
            Too few reference people to have such a percentile.
        """
        needed, n = ceil(1 / (1 - self.percentile) - 1 - 1e-9), int(reference.sum())
        if n < needed:
            raise CohortError(
                f"at least {needed} reference people for a percentile of {self.percentile:g}",
                f"{n} among those whom the rule may see",
                "add healthy people, or lower axis_percentile in a new version of the definition",
            )
        axes = self.scorer.fit(profiles, reference)
        lead = axes.state.names.index(self.lead)
        healthy = axes.scores(profiles[reference])[:, lead]
        return FittedAxisRule(axes, lead, float(np.quantile(healthy, self.percentile)))


def axis_rule(definition: Definition, scorer: AxisScorer) -> AxisRule:
    """Take the rule of a definition.

    Parameters
    ----------
    definition : Definition
        With a lead among its axes.
    scorer : AxisScorer
        Of these axes, from `label_proteins`.

    Returns
    -------
    AxisRule

    Raises
    ------
    CohortError
        A definition without a lead axis.
    """
    if definition.lead not in definition.axes:
        raise CohortError(
            "a definition whose lead is one of its axes, to label people by rule",
            f"{definition.title} with lead {definition.lead or 'of no name'}",
            "name a definition such as th2-v1",
        )
    return AxisRule(scorer, definition.lead, definition.axis_percentile)


def label_proteins(
    definition: Definition, assays: pd.DataFrame, detectability: Array
) -> tuple[NDArray[np.bool_], AxisScorer]:
    """Find the assays that a definition's axes are made of.

    Parameters
    ----------
    definition : Definition
        Names the axes.
    assays : DataFrame
        Columns ``uniprot`` and ``gene``.
    detectability : array of shape (n_assays,)
        Share of samples above the detection limit.

    Returns
    -------
    used : boolean array of shape (n_assays,)
        Members of at least one axis.
    scorer : AxisScorer
        Of these assays only.

    Raises
    ------
    CohortError
        An axis of which no protein was measured and detected; the proteins are named.
    """
    refuse_unmeasured(definition, assays, detectability)
    used = member_of_any(definition.axis_sets, assays)
    return used, AxisScorer(definition.axis_sets, assays[used], detectability[used])


def refuse_unmeasured(
    definition: Definition, assays: pd.DataFrame, detectability: Array | None = None
) -> None:
    """Refuse a definition that has an axis without a measured protein.

    Parameters
    ----------
    definition : Definition
        Names the axes.
    assays : DataFrame
        Columns ``uniprot`` and ``gene``.
    detectability : array of shape (n_assays,), optional
        A protein that nobody has above its limit counts as not measured.

    Raises
    ------
    CohortError
        Naming the axes, how many proteins they have, and the first of these.
    """
    seen = np.ones(len(assays)) if detectability is None else detectability
    empty = [axis for axis in definition.axis_sets if not (member_weights(axis, assays) * seen).sum() > 0]
    if empty:
        raise CohortError(
            f"at least one measured protein of each axis of {definition.title}",
            "; ".join(_absent(definition, axis) for axis in empty),
            "measure these proteins or keep their panel; where they made the label and were left out, let "
            "the experiment name a definition without axes, such as resemblance-v1",
        )


def _absent(definition: Definition, axis: Pathway) -> str:
    genes = axis_proteins(definition, set_name(axis))["gene"].tolist()
    return f"none of the {len(genes)} proteins of {set_name(axis)} ({listed(genes)})"


def made_from_axes(axes: Sequence[Pathway], assays: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """List the assays of each axis.

    Parameters
    ----------
    axes : sequence of str or ProteinSet
        Of a definition.
    assays : DataFrame
        Index assay id; columns ``uniprot`` and ``gene``.

    Returns
    -------
    dict of str to tuple of str
        Axis to assay ids.
    """
    return {set_name(axis): tuple(assays.index[members(axis, assays)].astype(str)) for axis in axes}

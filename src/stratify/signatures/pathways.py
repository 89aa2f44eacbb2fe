"""Named protein sets, and how active a set is in one patient against frozen healthy people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.proteins.identity import uniprot_key
from stratify.errors import ExperimentError, nearest
from stratify.signatures.protein_set import Pathway, set_name

Array = NDArray[np.float64]

HANDLING = "QC_preanalytical"


@cache
def pathway_table() -> pd.DataFrame:
    """Pathway members with UniProt, source and confidence, as shipped in ``data/pathways.csv``."""
    with resources.files("stratify.data").joinpath("pathways.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def pathway_names() -> list[str]:
    """Names of all pathways, sorted."""
    return sorted(pathway_table()["pathway"].unique())


def members(pathway: Pathway, assays: pd.DataFrame) -> NDArray[np.bool_]:
    """Which assays measure a protein of a pathway.

    Parameters
    ----------
    pathway : str or ProteinSet
        One of :func:`pathway_names`, or a set of one's own.
    assays : DataFrame
        One row an assay with columns ``uniprot`` and ``gene``.

    Returns
    -------
    boolean array of shape (n_assays,)

    Raises
    ------
    ExperimentError
        When no pathway has that name.

    Examples
    --------
    >>> assays = pd.DataFrame({"uniprot": ["Q92583", "P01579"], "gene": ["CCL17", "IFNG"]})
    >>> members("Th2", assays).tolist()
    [True, False]
    """
    return member_weights(pathway, assays) > 0


def member_weights(pathway: Pathway, assays: pd.DataFrame) -> Array:
    """Weight of each assay in a pathway: 1 for the members of a shipped one, 0 for all others.

    Parameters
    ----------
    pathway : str or ProteinSet
        One of :func:`pathway_names`, or a set of one's own.
    assays : DataFrame
        One row an assay with columns ``uniprot`` and ``gene``.

    Returns
    -------
    array of shape (n_assays,)

    Raises
    ------
    ExperimentError
        When no pathway has that name.
    """
    if isinstance(pathway, str):
        return measured_by(pathway_rows(pathway), assays).astype(float)
    weights = np.zeros(len(assays))
    for protein, weight in pathway.weights:
        row = pd.DataFrame({"uniprot": [protein], "gene": [protein]})
        weights[measured_by(row, assays)] = weight
    return weights


def pathway_rows(name: str) -> pd.DataFrame:
    """Rows of the shipped table for one pathway.

    Parameters
    ----------
    name : str
        One of :func:`pathway_names`.

    Returns
    -------
    DataFrame

    Raises
    ------
    ExperimentError
        When no pathway has that name.
    """
    table = pathway_table()
    rows = table[table["pathway"] == name]
    if rows.empty:
        raise ExperimentError(
            "the name of a pathway", f"{name!r}", f"name another; {nearest(name, pathway_names())}"
        )
    return rows


def measured_by(proteins: pd.DataFrame, assays: pd.DataFrame) -> NDArray[np.bool_]:
    """Which assays measure one of several proteins, by accession (also within a complex) or by gene.

    Parameters
    ----------
    proteins, assays : DataFrame
        Columns ``uniprot`` and ``gene``, "" where unknown.

    Returns
    -------
    boolean array of shape (n_assays,)
    """
    wanted = set(proteins["uniprot"]) - {""}
    by_uniprot = np.array(
        [not wanted.isdisjoint(uniprot_key(text).split(",")) for text in assays["uniprot"].astype(str)],
        dtype=bool,
    )
    by_gene = assays["gene"].astype(str).isin(set(proteins["gene"]) - {""}).to_numpy()
    return by_uniprot | by_gene


def member_of_any(pathways: Sequence[Pathway], assays: pd.DataFrame) -> NDArray[np.bool_]:
    """Which assays belong to at least one of several pathways."""
    found = np.zeros(len(assays), dtype=bool)
    for pathway in pathways:
        found |= members(pathway, assays)
    return found


def one_pathway_each(assays: pd.DataFrame, first: Sequence[Pathway] = ()) -> list[str]:
    """Give each assay one pathway, so that contributions summed by pathway stay additive.

    Parameters
    ----------
    assays : DataFrame
        One row an assay with columns ``uniprot`` and ``gene``.
    first : sequence of str or ProteinSet
        Pathways that claim their members before all others.

    Returns
    -------
    list of str
        ``"Other"`` where no pathway has the protein.
    """
    taken = {HANDLING, *map(set_name, first)}
    order = [*first, *(name for name in pathway_names() if name not in taken), HANDLING]
    chosen = np.full(len(assays), "Other", dtype=object)
    for pathway in reversed(order):
        chosen[members(pathway, assays)] = set_name(pathway)
    return chosen.tolist()


@dataclass(frozen=True)
class AxisState:
    """Frozen pathway scores.

    Parameters
    ----------
    names : tuple of str
        Pathways that have at least one measured and detectable member.
    weights : array of shape (n_axes, n_proteins)
        Each row sums to one over the pathway's members, in proportion to their detectability (and to their
        own weights, where a set brings them).
    mean, sd : arrays of shape (n_axes,)
        Of the weighted mean z among healthy people.
    """

    names: tuple[str, ...]
    weights: Array
    mean: Array
    sd: Array


def fit_axes(
    names: Sequence[Pathway], assays: pd.DataFrame, healthy: Array, detectability: Array
) -> AxisState:
    """Freeze detectability-weighted pathway scores.

    Parameters
    ----------
    names : sequence of str or ProteinSet
        Pathways; one without a measured member is left out.
    assays : DataFrame
        One row an assay with columns ``uniprot`` and ``gene``.
    healthy : array of shape (n_healthy, n_proteins)
        Their standardised profiles; with nobody, scores are left as weighted means.
    detectability : array of shape (n_proteins,)
        Share of samples above the detection limit.

    Returns
    -------
    AxisState
    """
    kept, rows = [], []
    for name in names:
        weight = member_weights(name, assays) * np.maximum(detectability, 0.0)
        if weight.sum() > 0:
            kept.append(set_name(name))
            rows.append(weight / weight.sum())
    weights = np.array(rows).reshape(len(kept), len(assays))
    raw = weighted_means(weights, healthy)
    mean = raw.mean(axis=0) if len(raw) else np.zeros(len(kept))
    sd = raw.std(axis=0, ddof=1) if len(raw) > 1 else np.ones(len(kept))
    return AxisState(tuple(kept), weights, mean, np.where(sd > 1e-9, sd, 1.0))


def weighted_means(weights: Array, z: Array) -> Array:
    """Weighted means (n, n_axes) of standardised profiles, each row reduced on its own."""
    columns = [(z * row).sum(axis=1) for row in weights]
    return np.stack(columns, axis=1) if columns else np.zeros((len(z), 0))


def axis_scores(state: AxisState, z: Array) -> Array:
    """Score axes (n, n_axes) in SDs of the healthy people's own axis scores."""
    return (weighted_means(state.weights, z) - state.mean) / state.sd


def leading_axis(state: AxisState, z: Array) -> list[str]:
    """Name the axis with the largest score; ``none`` where no axis is above the healthy mean."""
    scores = axis_scores(state, z)
    if not state.names:
        return ["none"] * len(z)
    best = scores.argmax(axis=1)
    top = scores.max(axis=1)
    return [state.names[i] if value > 0 else "none" for i, value in zip(best, top, strict=True)]


def contrast_proteins(assays: pd.DataFrame, contrast: str = "AD_vs_HC") -> NDArray[np.bool_]:
    """Which assays measure a protein that ``data/signatures.csv`` lists for a contrast.

    Parameters
    ----------
    assays : DataFrame
        With column ``gene``.
    contrast : str, default "AD_vs_HC"
        As the table's column ``contrast`` writes it.

    Returns
    -------
    boolean array of shape (n_assays,)
    """
    return assays["gene"].astype(str).isin(_contrast_genes(contrast)).to_numpy()


@cache
def _contrast_genes(contrast: str) -> frozenset[str]:
    with resources.files("stratify.data").joinpath("signatures.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    return frozenset(table.loc[table["contrast"] == contrast, "gene"])

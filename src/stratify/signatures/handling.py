"""Whether blood was handled alike: leak, haemolysis, platelets and clotting, by sample and by group."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray
from scipy.special import stdtrit

from stratify.assays.finding import Finding
from stratify.assays.sample_names import patient_rows
from stratify.signatures.group_differences import group_differences
from stratify.signatures.pathways import HANDLING, contrast_proteins, measured_by, member_of_any, members
from stratify.signatures.protein_set import Pathway

Array = NDArray[np.float64]

AXES = ("Th1", "Th2", "Th17")
FEWEST_PROTEINS = 3
FEWEST_PEOPLE = 10
FAMILY_ERROR = 0.05
SMALLEST_DIFFERENCE = 0.3  # healthy SDs on each protein
MAD_TO_SD, MAD_EFFICIENCY = 1.4826, 0.37


@cache
def handling_table() -> pd.DataFrame:
    """Kind, protein, direction, source and confidence of each marker, as in ``data/handling.csv``."""
    with resources.files("stratify.data").joinpath("handling.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"direction": int}, keep_default_na=False)


def handling_kinds() -> list[str]:
    """Name the kinds of handling in the order of the shipped table."""
    return list(dict.fromkeys(handling_table()["kind"]))


def speaks_of_disease(assays: pd.DataFrame, axes: Sequence[Pathway] = AXES) -> NDArray[np.bool_]:
    """Which assays belong to a T-helper axis or to the contrast of atopic dermatitis with health.

    They say nothing about a tube that they would not also say about the disease.

    Parameters
    ----------
    assays : DataFrame
        Columns ``uniprot`` and ``gene``.
    axes : sequence of str or ProteinSet
        Pathways.

    Returns
    -------
    boolean array of shape (n_assays,)
    """
    return contrast_proteins(assays) | member_of_any(axes, assays)


def handling_set(assays: pd.DataFrame, excluded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pre-analytical proteins that belong to no axis and to no known disease contrast."""
    return members(HANDLING, assays) & ~excluded


def handling_scores(adata: AnnData, reference: NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """Score each patient's sample for each kind of handling.

    The mean, over the kind's proteins, of the robust z of each protein: one unit is one SD of the reference
    people on every protein of the kind. Several assays of one protein count once. Proteins of a T-helper
    axis or of the contrast of atopic dermatitis with health are left out.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Levels on a log2 scale.
    reference : boolean array of shape (samples,), optional
        Rows whose median and spread are the yardstick, such as the healthy people; all patients' samples if
        left out.

    Returns
    -------
    DataFrame of shape (patients' samples, kinds)
        NaN where fewer than three of a kind's proteins were measured, or where fewer than ten people make
        the yardstick.

    References
    ----------
    Geyer et al., EMBO Mol Med 2019, doi:10.15252/emmm.201910427; Shen et al., Clin Chem Lab Med 2018,
    doi:10.1515/cclm-2017-0648; Huang et al., Mol Cell Proteomics 2021, doi:10.1016/j.mcpro.2021.100157.
    """
    people = patient_rows(adata)
    yardstick = people if reference is None else people & reference
    proteins, kind = _proteins(adata)
    z = (proteins - proteins[yardstick].median()) / _robust_sd(proteins[yardstick])
    scores = {name: _mean_of_enough(z.loc[:, kind == name]) for name in handling_kinds()}
    return pd.DataFrame(scores, index=adata.obs_names)[people]


def _proteins(adata: AnnData) -> tuple[pd.DataFrame, NDArray[np.str_]]:
    """Levels by protein with the sign of its kind, and the kind of each."""
    assays = pd.DataFrame(
        {
            name: adata.var.get(name, pd.Series("", adata.var_names)).astype(str)
            for name in ("uniprot", "gene")
        }
    )
    usable = ~speaks_of_disease(assays)
    levels, columns, kinds = np.asarray(adata.X), [], []
    table = handling_table()
    for i, (kind, direction) in enumerate(zip(table["kind"], table["direction"].tolist(), strict=True)):
        hits = np.flatnonzero(measured_by(table.iloc[[i]], assays) & usable)
        if len(hits):
            columns.append(direction * _row_means(levels[:, hits]))
            kinds.append(kind)
    proteins = np.array(columns, dtype=float).T.reshape(adata.n_obs, len(columns))
    return pd.DataFrame(proteins, index=adata.obs_names), np.array(kinds, dtype=str)


def _row_means(levels: Array) -> Array:
    count = np.isfinite(levels).sum(axis=1)
    total = np.where(np.isfinite(levels), levels, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _robust_sd(values: pd.DataFrame) -> pd.Series:
    spread = MAD_TO_SD * (values - values.median()).abs().median()
    return spread.where((values.notna().sum() >= FEWEST_PEOPLE) & (spread > 0))


def _mean_of_enough(z: pd.DataFrame) -> Array:
    enough = z.notna().sum(axis=1) >= FEWEST_PROTEINS
    return z.mean(axis=1).where(enough).to_numpy(dtype=float)


def handling_contrasts(
    adata: AnnData, by: str = "group", reference: NDArray[np.bool_] | None = None
) -> pd.DataFrame:
    """Compare the handling scores between groups of people.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Levels on a log2 scale.
    by : str, default "group"
        Column of ``obs``, such as ``group``, ``site`` or ``plate``.
    reference : boolean array of shape (samples,), optional
        As in `handling_scores`.

    Returns
    -------
    DataFrame
        As from `group_differences`, with the kind of handling as ``score``; no rows where the column is
        absent or holds fewer than two groups of three people.
    """
    scores = handling_scores(adata, reference)
    obs = adata.obs[patient_rows(adata)]
    groups = obs[by] if by in obs else pd.Series("", obs.index)
    patients = obs["patient_id"].astype(object) if "patient_id" in obs else pd.Series("", obs.index)
    persons = patients.where(patients.notna() & (patients != ""), obs.index.to_series())
    return group_differences(scores, groups, persons)


def handling_findings(
    adata: AnnData,
    by: Sequence[str] = ("group", "site"),
    reference: NDArray[np.bool_] | None = None,
) -> list[Finding]:
    """Name samples that were handled unlike the others, and groups that were handled unlike each other.

    A sample is far out where a score lies above the median by more robust SDs than the largest of as many
    normal scores would with probability 5%: leak itself varies between people, so that one unit more is
    seen in groups and seldom in one sample. Groups differ where the adjusted p-value is below 5% and the
    difference is at least 0.3 SD on each protein.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Levels on a log2 scale.
    by : sequence of str
        Columns of ``obs`` whose groups are compared; an absent one is passed over. Plates differ by their
        own offset as well: compare them after centring.
    reference : boolean array of shape (samples,), optional
        As in `handling_scores`.

    Returns
    -------
    list of Finding
        ``handling-suspect`` (samples), and one ``handling-differs`` a column (differences, largest first);
        only those with items.

    References
    ----------
    Rousseeuw & Croux, J Am Stat Assoc 1993, doi:10.1080/01621459.1993.10476408 (efficiency of the MAD).
    """
    scores = handling_scores(adata, reference)
    far = _far_out(scores)
    kinds = [str(name) for name in scores if far[name].any()]
    found = [
        Finding(
            "handling-suspect",
            "warning",
            tuple(str(name) for name in scores.index[far.any(axis=1)]),
            f"{' and '.join(kinds)} far above the others: look at the draw, the spin and the tube",
        )
    ]
    found += [_differing(handling_contrasts(adata, name, reference), name) for name in by]
    return [finding for finding in found if finding.items]


def _far_out(scores: pd.DataFrame) -> pd.DataFrame:
    """Mark scores that the largest of as many normal ones would pass with probability 5%."""
    count = scores.notna().sum()
    freedom = np.maximum(MAD_EFFICIENCY * (count - 1), 1.0)  # what the spread itself is known with
    reach = -stdtrit(freedom, FAMILY_ERROR / max(int(count.sum()), 1))
    return scores > scores.median() + reach * _robust_sd(scores)


def _differing(contrasts: pd.DataFrame, by: str) -> Finding:
    clear = contrasts[(contrasts["q"] < FAMILY_ERROR) & (contrasts["difference"] >= SMALLEST_DIFFERENCE)]
    items = tuple(
        f"{row.score}: {row.higher} above {row.lower} "
        f"by {row.difference:.1f} SD ({row.low:.1f} to {row.high:.1f})"
        for row in clear.sort_values("difference", ascending=False).itertuples()
    )
    remedy = (
        f"groups of column {by} were handled unlike each other: their contrasts may be tubes, not biology; "
        "compare the draw and the spin, and repeat contrasts without these markers"
    )
    return Finding("handling-differs", "warning", items, remedy, "table")

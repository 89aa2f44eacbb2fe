"""The true direction of a disease over the assays, drawn apart from what a model is told beforehand."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

UP_SHARE = 0.85
SIZE_CV = 0.4


@cache
def _table(name: str) -> pd.DataFrame:
    with (files("stratify") / "data" / name).open(encoding="utf-8") as handle:
        return pd.read_csv(handle)


def study_assays() -> pd.DataFrame:
    """List the 363 assays of the simulated study.

    Returns
    -------
    pandas.DataFrame
        Indexed by assay id (``uniprot@panel``), with ``uniprot``, ``gene``, ``panel``, ``assay``.

    Examples
    --------
    >>> len(study_assays())
    363
    """
    table = _table("target96.csv")
    table = table[table["in_study"] == "yes"]
    index = pd.Index(table["uniprot"] + "@" + table["panel"], name="assay_id")
    return table[["uniprot", "gene", "panel", "assay"]].set_axis(index)


def pathway_members(assays: pd.DataFrame, *pathways: str) -> np.ndarray:
    """Mark the assays of the proteins of some pathways.

    Parameters
    ----------
    assays : pandas.DataFrame
        With column ``uniprot``; a complex names its subunits with commas.
    *pathways : str
        Names in the package's table, such as ``Th2``.

    Returns
    -------
    numpy.ndarray of bool, shape (n_assays,)
        True where any subunit is a member.

    Examples
    --------
    >>> int(pathway_members(study_assays(), "Th2").sum())
    17
    """
    table = _table("pathways.csv")
    members = set(table.loc[table["pathway"].isin(pathways), "uniprot"])
    return np.array([not members.isdisjoint(names.split(",")) for names in assays["uniprot"]], dtype=bool)


def draw_signature(
    assays: pd.DataFrame,
    rng: np.random.Generator,
    *,
    n_signal: int,
    prior: np.ndarray,
    prior_overlap: float,
    keep: pd.Series | None = None,
    keep_share: float = 0.0,
) -> pd.Series:
    """Draw a sparse direction: few proteins, mostly up, of varying size.

    The draw knows of the prior only through the dial. With the same generator state, turning the dial up
    keeps the prior proteins that were in already.

    Parameters
    ----------
    assays : pandas.DataFrame
        With column ``uniprot``; assays of one protein move together.
    rng : numpy.random.Generator
        Source of randomness.
    n_signal : int
        Proteins that move.
    prior : numpy.ndarray of bool, shape (n_assays,)
        Proteins that a model may be told of.
    prior_overlap : float
        Share of the moving proteins taken from the prior, as far as there are any.
    keep : pandas.Series, optional
        Another direction, of which a random `keep_share` of the proteins is taken over, with its sizes; the
        other moving proteins are then drawn from those that `keep` leaves alone.
    keep_share : float, default 0
        Share of `keep` that is taken over, 0 to 1.

    Returns
    -------
    pandas.Series
        By assay: the shift relative to a mean size of 1.
    """
    codes, proteins = pd.factorize(assays["uniprot"])
    is_prior = np.zeros(len(proteins), dtype=bool)
    is_prior[codes[prior]] = True
    order = rng.permutation(len(proteins))
    size = rng.gamma(SIZE_CV**-2, SIZE_CV**2, len(proteins))
    sign = np.where(rng.random(len(proteins)) < UP_SHARE, 1.0, -1.0)
    effect = np.zeros(len(proteins))
    taken = np.zeros(len(proteins), dtype=bool)
    if keep is not None:
        taken[codes[keep.to_numpy() != 0]] = True
        shared = [i for i in order if taken[i]][: round(keep_share * taken.sum())]
        value = np.zeros(len(proteins))
        value[codes] = keep.to_numpy()
        effect[shared] = value[shared]
        n_signal -= len(shared)
    free = [i for i in order if not taken[i]]
    wanted = [i for i in free if is_prior[i]][: round(prior_overlap * n_signal)]
    others = [i for i in free if not is_prior[i]][: max(n_signal - len(wanted), 0)]
    chosen = np.array(wanted + others, dtype=int)
    effect[chosen] = (sign * size)[chosen]
    return pd.Series(effect[codes], index=assays.index)


def literature_signature(assays: pd.DataFrame, sd: pd.Series, contrast: str) -> pd.Series:
    """Take a direction from the package's table; its sizes are assumptions, not results.

    Parameters
    ----------
    assays : pandas.DataFrame
        With column ``gene``.
    sd : pandas.Series
        Healthy SD of each assay, NPX.
    contrast : str
        Name of the contrast, such as ``AD_vs_HC``.

    Returns
    -------
    pandas.Series
        By assay: assumed shift in healthy SDs, 0 where the table has none.
    """
    table = _table("signatures.csv")
    sizes = table[table["contrast"].eq(contrast) & table["log2fc"].notna()]
    fold = sizes.drop_duplicates("gene", keep="last").set_index("gene")["log2fc"]
    return assays["gene"].map(fold).fillna(0.0) / sd

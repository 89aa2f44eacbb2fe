"""Which assay of one file is the same as which assay of another, and which of several a model takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from stratify.assays.proteins.identity import accessions, identify, protein_key, proteins_named
from stratify.assays.proteins.panels import canonical_panel

PREFERRED_PANELS = (
    "Inflammation",
    "Cardiovascular II",
    "Cardiovascular III",
    "Neurology",
    "Cardiometabolic",
    "Immuno-Oncology",
    "Immune Response",
    "Oncology II",
    "Oncology III",
    "Organ Damage",
    "Development",
    "Metabolism",
    "Cell Regulation",
    "Neuro Exploratory",
    "Explore Inflammation",
    "Explore Cardiometabolic",
    "Explore Neurology",
    "Explore Oncology",
    "Explore Inflammation II",
    "Explore Cardiometabolic II",
    "Explore Neurology II",
    "Explore Oncology II",
    "Explore HT",
)
_RANK = {panel: rank for rank, panel in enumerate(PREFERRED_PANELS)}
_UNRANKED = len(PREFERRED_PANELS)


def display_names(assays: pd.DataFrame) -> list[str]:
    """Name each assay for a reader: its gene, with the panel, else the assay id, where genes repeat.

    Parameters
    ----------
    assays : DataFrame
        Index assay id, columns ``gene`` and ``panel``.

    Returns
    -------
    list of str
        The assay id where no gene is known.

    Examples
    --------
    >>> columns = {"gene": ["IL6", "IL6", "TNF", ""], "panel": ["Inflammation", "Cardiometabolic", "", ""]}
    >>> display_names(pd.DataFrame(columns, ["a", "b", "c", "d"]))
    ['IL6 [Inflammation]', 'IL6 [Cardiometabolic]', 'TNF', 'd']
    """
    ids = assays.index.to_series().astype(str)
    genes = assays["gene"].astype(str).where(assays["gene"].astype(str) != "", ids)
    names = genes
    for detail in (assays["panel"].astype(str), ids):
        names = names.where(~names.duplicated(keep=False), genes + " [" + detail + "]")
    return names.tolist()


def overlapping(assays: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Find proteins that more than one assay measures.

    Parameters
    ----------
    assays : DataFrame
        As ``AnnData.var``: index assay id, columns ``uniprot``, ``panel`` and ``assay`` where they exist.

    Returns
    -------
    dict of str to tuple of str
        Accession to the ids of its assays, in the order of the table.

    Examples
    --------
    >>> columns = {"uniprot": ["P05231", "P01375", "P05231"], "panel": ["Inflammation", "", "CVD2"]}
    >>> overlapping(pd.DataFrame(columns, ["a", "b", "c"]))
    {'P05231': ('a', 'c')}
    """
    found: dict[str, list[str]] = {}
    for key, assay in zip(_identities(assays)["protein"], assays.index.astype(str), strict=True):
        found.setdefault(key, []).append(assay)
    return {key: tuple(ids) for key, ids in found.items() if key and len(ids) > 1}


def preferred_assays(assays: pd.DataFrame) -> np.ndarray:
    """Choose one assay of each protein by a fixed order of panels.

    The order (`PREFERRED_PANELS`) is a rule, never learned from data, so that a model and a later file choose
    alike: Inflammation first, because its published detection limits are the lowest wherever it shares a
    protein with the other panels of the study, then the other panels as listed, then those that are not
    listed. Assays that stand equally in the order (several aptamers, two assays without a panel) cannot be
    chosen between and are all kept.

    Parameters
    ----------
    assays : DataFrame
        As ``AnnData.var``: index assay id, columns ``uniprot``, ``panel`` and ``assay`` where they exist.

    Returns
    -------
    ndarray of bool, shape (len(assays),)
        True for every assay of an unknown protein.

    Examples
    --------
    >>> columns = {"uniprot": ["P05231", "P01375", "P05231"], "panel": ["CVD2", "", "Inflammation"]}
    >>> preferred_assays(pd.DataFrame(columns, ["a", "b", "c"])).tolist()
    [False, True, True]
    """
    identities = _identities(assays)
    return _first_in_order(identities["protein"], identities["panel"])


def _first_in_order(keys: Sequence[str], panels: Sequence[str]) -> np.ndarray:
    rank = [_RANK.get(panel, _UNRANKED) for panel in panels]
    best: dict[str, int] = {}
    for key, place in zip(keys, rank, strict=True):
        best[key] = min(place, best.get(key, _UNRANKED))
    return np.array([not key or place == best[key] for key, place in zip(keys, rank, strict=True)], bool)


def match_assays(wanted: pd.DataFrame, have: pd.DataFrame, *, prefer: bool = False) -> np.ndarray:
    """Find each wanted assay among those of another file.

    Three rules, the stricter first; an assay that is taken is not given again:

    1. the same assay id (index);
    2. the same protein on the same panel, both known; among several, the same isoform;
    3. the same protein, then the same gene, where the panel is unknown ("") on either side and the protein is
       measured once on both sides; with `prefer`, of several assays that of `preferred_assays` stands for it.

    A protein on two different panels is two assays with different levels and is never matched across.
    NT-proBNP and BNP are two proteins. A gene that is only a name with two meanings (TF) matches nothing.

    Parameters
    ----------
    wanted, have : DataFrame
        As ``AnnData.var``: index assay id, columns ``uniprot``, ``gene``, ``panel`` ("" where unknown) and,
        where it exists, ``assay``.
    prefer : bool, default False
        Whether a model asks: it takes one of several assays where the panel is not known. Tables that are
        only put together keep them apart.

    Returns
    -------
    ndarray of int, shape (len(wanted),)
        Position in `have`, or -1. The order of rows on either side changes nothing.

    Examples
    --------
    >>> columns = ["uniprot", "gene", "panel"]
    >>> wanted = pd.DataFrame([["P05231", "IL6", "Inflammation"]], ["OID00482"], columns)
    >>> have = pd.DataFrame([["", "TNF", ""], ["P05231", "IL6", ""]], ["TNF", "IL6"], columns)
    >>> match_assays(wanted, have)
    array([1])
    """
    left, right = _identities(wanted), _identities(have)
    position = np.full(len(wanted), -1)
    _take(position, wanted.index.tolist(), have.index.tolist())
    for column in ("isoform", "protein"):
        _take(position, _with_panel(left, column), _with_panel(right, column))
    for column in ("protein", "gene"):
        sides = [_standing(side, column) if prefer else side[column] for side in (left, right)]
        _take(position, *sides, panels=(left["panel"], right["panel"]))
    return position


def _identities(var: pd.DataFrame) -> dict[str, list[str]]:
    """Say what each assay measures, as keys that are equal where two files mean the same."""

    def texts(column: str) -> list[str]:
        return var[column].fillna("").astype(str).tolist() if column in var else [""] * len(var)

    uniprot, gene, assay = texts("uniprot"), texts("gene"), texts("assay")
    panel = [canonical_panel(name) for name in texts("panel")]
    protein = [protein_key(u, a or g, p) for u, g, a, p in zip(uniprot, gene, assay, panel, strict=True)]
    return {
        "isoform": [u if "-" in u and accessions(u) else "" for u in uniprot],
        "protein": protein,
        "gene": [_gene_key(g, u, p) for g, u, p in zip(gene, protein, panel, strict=True)],
        "panel": panel,
    }


def _gene_key(gene: str, protein: str, panel: str) -> str:
    """Gene, with the fragment's name if the protein has one; "" if only an ambiguous name is known."""
    if not protein and proteins_named(gene, panel) and not identify(gene, panel)[1]:
        return ""
    _, _, fragment = protein.partition(" ")
    return f"{gene} {fragment}".strip().upper()


def _with_panel(side: dict[str, list[str]], column: str) -> list[object]:
    return [(key, p) if key and p else None for key, p in zip(side[column], side["panel"], strict=True)]


def _standing(side: dict[str, list[str]], column: str) -> list[str]:
    """Keys of the assays that stand for their protein; "" for the others."""
    chosen = _first_in_order(side[column], side["panel"])
    return [key if first else "" for key, first in zip(side[column], chosen, strict=True)]


def _take(
    position: np.ndarray,
    wanted: Sequence[object],
    have: Sequence[object],
    *,
    panels: tuple[Sequence[str], Sequence[str]] | None = None,
) -> None:
    """Fill `position` where a key occurs once on both sides (and, with panels, one of the two is unknown)."""
    once, place = _occurring_once(wanted), {key: j for j, key in enumerate(have)}
    also_once, taken = _occurring_once(have), set(position[position >= 0].tolist())
    for i, key in enumerate(wanted):
        if position[i] >= 0 or key not in once or key not in also_once or place[key] in taken:
            continue
        if panels is None or not (panels[0][i] and panels[1][place[key]]):
            position[i] = place[key]


def _occurring_once(keys: Iterable[object]) -> set[object]:
    return {key for key, count in Counter(keys).items() if count == 1 and key}

"""Protein identity: which assay of one file is the same as which assay of another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
import pandas as pd

_PANEL_SPELLINGS = {
    "Inflammation": ("in", "inf", "inf1", "infi", "inflammation", "inflammationi"),
    "Cardiovascular II": ("cvd2", "cvdii", "cardiovascular2", "cardiovascularii"),
    "Cardiovascular III": ("cvd3", "cvdiii", "cardiovascular3", "cardiovasculariii"),
    "Neurology": ("neu", "neuro", "neurology", "neui", "neurologyi"),
    "Cardiometabolic": ("cm", "cam", "cdm", "cardiometabolic"),
    "Immune Response": ("ir", "ire", "immuneresponse"),
    "Development": ("dev", "development"),
    "Metabolism": ("met", "metabolism"),
    "Organ Damage": ("oda", "organdamage"),
    "Cell Regulation": ("cre", "cellregulation"),
    "Immuno-Oncology": ("imo", "io", "immunooncology"),
    "Neuro Exploratory": ("nex", "neuroexploratory"),
    "Oncology II": ("onc2", "oncii", "oncology2", "oncologyii"),
    "Oncology III": ("onc3", "onciii", "oncology3", "oncologyiii"),
}
_PANEL_OF = {word: panel for panel, words in _PANEL_SPELLINGS.items() for word in words}
_VENDOR_WORDS = re.compile(r"\(v\.?\s*\d+\)|\bolink\b|\btarget\s*96\b|®", re.IGNORECASE)
_ASSAY_CODE = re.compile(
    r"^(OID\d{5}|\d{4,5}-\d{1,3}|"
    r"([OPQ]\d[A-Z\d]{3}\d|[A-NR-Z]\d([A-Z][A-Z\d]{2}\d){1,2})(-\d+)?([,;_ ].*)?)$"
)


@lru_cache(maxsize=1)
def _target96() -> pd.DataFrame:
    source = files("stratify").joinpath("data", "target96.csv")
    with source.open(encoding="utf-8") as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False)


def target96() -> pd.DataFrame:
    """Assays of the four Olink Target 96 panels of the depression study.

    Returns
    -------
    DataFrame of shape (368, 5)
        Columns ``panel``, ``gene``, ``uniprot``, ``assay`` (the vendor's short name) and ``in_study`` (yes,
        no).

    Examples
    --------
    >>> target96()["panel"].value_counts().tolist()
    [92, 92, 92, 92]
    """
    return _target96().copy()


def canonical_panel(name: str) -> str:
    """Name a panel in one way, whatever the file calls it.

    Parameters
    ----------
    name : str
        A panel as a file or a paper writes it, with or without vendor, product and version.

    Returns
    -------
    str
        The canonical name, or the given one without vendor words where the panel is not known.

    Examples
    --------
    >>> canonical_panel("Olink Target 96 Cardiovascular II(v.5006)"), canonical_panel("CVD2")
    ('Cardiovascular II', 'Cardiovascular II')
    """
    bare = " ".join(_VENDOR_WORDS.sub(" ", name).split())
    return _PANEL_OF.get(re.sub(r"[^a-z0-9]", "", bare.lower()), bare)


def uniprot_key(accession: str) -> str:
    """Write the accessions of a protein complex in one order.

    Parameters
    ----------
    accession : str
        One UniProt accession, or several of a complex with any separator.

    Returns
    -------
    str
        Accessions in alphabetical order, joined by a comma; "" where there is none.

    Examples
    --------
    >>> uniprot_key("Q8NEV9;Q14213"), uniprot_key("-")
    ('Q14213,Q8NEV9', '')
    """
    return ",".join(sorted(part for part in re.split(r"[,;_\s]+", accession) if part and part != "-"))


@lru_cache(maxsize=1)
def _identities() -> tuple[dict[str, str], dict[str, str]]:
    """Gene by accession, and accession by gene or vendor name (names of two proteins are left out)."""
    table = _target96()
    gene_of = {uniprot_key(u): g for u, g in zip(table["uniprot"], table["gene"], strict=True)}
    meanings: dict[str, set[str]] = {}
    for row in table.itertuples():
        for name in (row.gene, row.assay, row.uniprot):
            meanings.setdefault(_bare(str(name)), set()).add(uniprot_key(str(row.uniprot)))
    return gene_of, {name: keys.pop() for name, keys in meanings.items() if len(keys) == 1}


def _bare(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", name.upper())


def identify(name: str) -> tuple[str, str]:
    """Look up the protein that a column's name stands for.

    Parameters
    ----------
    name : str
        Gene symbol, vendor's assay name or UniProt accession.

    Returns
    -------
    uniprot, gene : str
        Both "" where the name is not on the panels of `target96`.

    Examples
    --------
    >>> identify("MCP-4"), identify("heart rate")
    (('Q99616', 'CCL13'), ('', ''))
    """
    gene_of, uniprot_of = _identities()
    uniprot = uniprot_of.get(_bare(name), "")
    return uniprot, gene_of.get(uniprot, "")


def gene_of(uniprot: str, otherwise: str = "") -> str:
    """Gene symbol of an accession, or the given word where the accession is not on the known panels.

    Parameters
    ----------
    uniprot : str
        One accession, or those of a complex.
    otherwise : str, default ""
        What to answer for a protein that is not known, usually the vendor's name of the assay.

    Returns
    -------
    str

    Examples
    --------
    >>> gene_of("P10145"), gene_of("P42785", "PRCP")
    ('CXCL8', 'PRCP')
    """
    return _identities()[0].get(uniprot_key(uniprot)) or otherwise


def is_protein_name(name: str) -> bool:
    """Say whether a word is a known gene, assay, OlinkID, SeqId or UniProt accession.

    Parameters
    ----------
    name : str
        Name of a column.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_protein_name("IL13"), is_protein_name("OID00471"), is_protein_name("Freezer_Time")
    (True, True, False)
    """
    return bool(identify(name)[0] or _ASSAY_CODE.match(name.strip()))


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


def match_assays(wanted: pd.DataFrame, have: pd.DataFrame) -> np.ndarray:
    """Find each wanted assay among those of another file.

    Three rules, the stricter first; an assay that is taken is not given again:

    1. the same assay id (index);
    2. the same protein on the same panel, both known;
    3. the same protein, then the same gene, where the panel is unknown ("") on either side and the protein is
       measured once on both sides.

    A protein on two different panels is two assays with different levels and is never matched across.

    Parameters
    ----------
    wanted, have : DataFrame
        As ``AnnData.var``: index assay id, columns ``uniprot``, ``gene``, ``panel`` ("" where unknown).

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
    left, right = _identity_columns(wanted), _identity_columns(have)
    position = np.full(len(wanted), -1)
    _take(position, wanted.index.tolist(), have.index.tolist())
    on_panel = [
        [(u, p) if u and p else None for u, p in zip(s["uniprot"], s["panel"], strict=True)]
        for s in (left, right)
    ]
    _take(position, *on_panel)
    for column in ("uniprot", "gene"):
        _take(position, left[column], right[column], panels=(left["panel"], right["panel"]))
    return position


def _identity_columns(var: pd.DataFrame) -> dict[str, list[str]]:
    def texts(column: str) -> list[str]:
        return var[column].fillna("").astype(str).tolist() if column in var else [""] * len(var)

    return {
        "uniprot": [uniprot_key(u) for u in texts("uniprot")],
        "gene": [gene.upper() for gene in texts("gene")],
        "panel": [canonical_panel(panel) for panel in texts("panel")],
    }


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

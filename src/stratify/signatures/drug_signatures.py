"""What drugs do to proteins: directions, sizes where they were measured, and how good the evidence is."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.proteins.identity import gene_of, identify
from stratify.errors import StratifyError, listed

Array = NDArray[np.float64]

SERUM, TISSUE, DIRECTIONS, ASSUMPTION = GRADES = (
    "measured in serum",
    "measured in tissue",
    "directions only",
    "assumption",
)
NEEDED = ("drug", "gene", "direction")
OPTIONAL = ("log2fc", "log2fc_low", "log2fc_high", "log2fc_basis", "confidence", "material", "pathway")
SIGNS = {"down": -1.0, "up": 1.0, "none": 0.0}
_MEASURED = ("converted", "measured")
_BLOOD = ("serum", "plasma", "blood")
_CHOICE = (SERUM, DIRECTIONS, TISSUE, ASSUMPTION)  # for one protein, the first that there is


@dataclass(frozen=True, eq=False)
class DrugSignature:
    """What one drug does; k proteins, sorted by gene.

    Parameters
    ----------
    drug, pathway : str
        Name, and the pathway that it acts on ("" where it is not known).
    genes : tuple of str
        Proteins whose direction is known.
    direction : array of shape (k,)
        -1 down, 1 up, 0 measured and not moved.
    size : array of shape (k,)
        Log2 fold change where it was measured in serum or plasma, else NaN.
    evidence : tuple of str
        Of each protein, one of `GRADES`.
    masked : frozenset of str
        Genes of the drug's own targets, their receptors, partners and ligands.
    targets_known : bool
        Whether a table says what the drug binds.
    conflicting : tuple of str
        Genes that equally good sources move both ways; they are left out.
    """

    drug: str
    pathway: str
    genes: tuple[str, ...]
    direction: Array
    size: Array
    evidence: tuple[str, ...]
    masked: frozenset[str]
    targets_known: bool
    conflicting: tuple[str, ...] = ()


def shipped_drugs() -> list[DrugSignature]:
    """Drugs of ``data/signatures.csv``, in the order of their names.

    Returns
    -------
    list of DrugSignature

    Examples
    --------
    >>> {drug.drug: len(drug.genes) for drug in shipped_drugs()}["dupilumab"]
    19
    """
    return drug_signatures(_shipped("signatures.csv"))


def read_drugs(path: str | Path, targets: str | Path | None = None) -> list[DrugSignature]:
    """Read a user's drugs.

    Parameters
    ----------
    path : str or Path
        CSV, one row a drug and protein, with the columns of :func:`drug_signatures`.
    targets : str or Path, optional
        CSV with columns ``drug`` and ``gene``, in addition to the shipped table.

    Returns
    -------
    list of DrugSignature

    Raises
    ------
    StratifyError
        A file that cannot be read, or lacks a column.
    """
    extra = None if targets is None else _read(targets, ("drug", "gene"))
    return drug_signatures(_read(path, ()), extra)


def drug_signatures(table: pd.DataFrame, targets: pd.DataFrame | None = None) -> list[DrugSignature]:
    """Make one signature a drug from a table of what was reported.

    Rows of one drug are put together; their order, and repeated rows, change nothing. For each protein the
    best evidence counts: serum with a size, serum, tissue. Rows from memory count only for a drug that has
    no other, and no size of theirs is ever used. Sizes count where they were measured in serum or plasma:
    ``confidence`` is ``verified``, ``log2fc_basis`` begins with ``converted`` or ``measured``, ``material``
    is blood. A size that is known as a range counts with its middle.

    Parameters
    ----------
    table : DataFrame
        Columns ``drug`` (or ``contrast``, as ``data/drugs.csv`` names it), ``gene`` (symbol, alias or UniProt
        accession) and ``direction`` (``up``, ``down``, ``none``; other words are left out); where they
        exist ``log2fc, log2fc_low, log2fc_high, log2fc_basis, confidence, material, pathway``.
    targets : DataFrame, optional
        Columns ``drug`` and ``gene``, in addition to ``data/drug_targets.csv``.

    Returns
    -------
    list of DrugSignature
        By name; drugs without any direction are left out.

    Raises
    ------
    StratifyError
        Columns that are missing, or no drug at all.

    Examples
    --------
    >>> rows = {"drug": ["a", "A "], "gene": ["TARC", "IL6"], "direction": ["down", "up"]}
    >>> drug_signatures(pd.DataFrame(rows))[0].genes
    ('CCL17', 'IL6')
    """
    rows = _tidy(table)
    known = pd.concat(
        [part[["drug", "gene"]] for part in (_shipped("drug_targets.csv"), targets) if part is not None]
    )
    bound: dict[str, set[str]] = {}
    for name, gene in zip(known["drug"], known["gene"], strict=True):
        bound.setdefault(_key(name), set()).add(gene_key(str(gene)))
    found = [_one(part, bound.get(str(key))) for key, part in rows.groupby("key", sort=True)]
    drugs = sorted((drug for drug in found if drug.genes or drug.conflicting), key=lambda one: one.drug)
    if not drugs:
        raise StratifyError(
            "at least one drug with a protein that it moves up or down",
            "none",
            "write up, down or none in the column direction",
        )
    return drugs


def gene_key(name: str) -> str:
    """Gene symbol of a name, alias or accession; the name itself, in capitals, where it is not known.

    Parameters
    ----------
    name : str
        As a source writes it.

    Returns
    -------
    str

    Examples
    --------
    >>> gene_key("TARC"), gene_key("Q99616"), gene_key("unheard")
    ('CCL17', 'CCL13', 'UNHEARD')
    """
    return identify(name.strip())[1] or name.strip().upper()


def assay_genes(assays: pd.DataFrame) -> list[str]:
    """Gene of each assay, as :func:`gene_key` writes it.

    Parameters
    ----------
    assays : DataFrame
        With ``gene`` or ``protein`` (symbol, perhaps with panel or assay id in brackets), and ``uniprot``
        where it exists.

    Returns
    -------
    list of str
    """
    column = "gene" if "gene" in assays else "protein"
    symbols = assays[column].fillna("").astype(str).str.replace(r" [\[(].*[\])]$", "", regex=True)
    accessions = (
        assays["uniprot"].fillna("").astype(str) if "uniprot" in assays else symbols.map(lambda _: "")
    )
    return [
        gene_key(symbol) if symbol.strip() else gene_of(uniprot, uniprot).upper()
        for symbol, uniprot in zip(symbols, accessions, strict=True)
    ]


@cache
def _shipped_frame(name: str) -> pd.DataFrame:
    with resources.files("stratify.data").joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def _shipped(name: str) -> pd.DataFrame:
    return _shipped_frame(name).copy()


def _read(path: str | Path, needed: Iterable[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise StratifyError(
            "a CSV table of drugs", f"{Path(path).name!r} is none", "save it as CSV (UTF-8)"
        ) from error
    if absent := [name for name in needed if name not in table]:
        raise StratifyError(f"columns {listed(needed)}", f"no {listed(absent)}", "add them")
    return table


def _key(name: object) -> str:
    return " ".join(str(name).split()).casefold()


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.rename(columns=lambda name: str(name).strip().lower())
    if "contrast" in rows and "drug" not in rows:
        rows = rows.drop(columns=["pathway", "material"], errors="ignore")
        rows = rows.merge(_shipped("drugs.csv"), on="contrast", how="inner")
    if absent := [name for name in NEEDED if name not in rows]:
        raise StratifyError(
            f"columns {listed(NEEDED)}",
            f"no {listed(absent)}; there are {listed(rows.columns, 12)}",
            "add them; docs: data/README.md of the package",
        )
    rows = rows.reindex(columns=[*NEEDED, *OPTIONAL])
    for name in (*NEEDED, "log2fc_basis", "confidence", "material", "pathway"):
        rows[name] = rows[name].fillna("").astype(str).str.strip()
    for name in ("log2fc", "log2fc_low", "log2fc_high"):
        rows[name] = pd.to_numeric(rows[name], errors="coerce").replace([np.inf, -np.inf], np.nan)
    rows = rows[(rows["drug"] != "") & (rows["gene"] != "")].drop_duplicates()
    return rows.assign(
        key=rows["drug"].map(_key),
        gene=rows["gene"].map(gene_key),
        sign=rows["direction"].str.lower().map(SIGNS),
        grade=[_grade(row) for row in rows.to_dict("records")],
    )


def _size(row: Mapping[Hashable, object]) -> float:
    size, low, high = (float(str(row[name])) for name in ("log2fc", "log2fc_low", "log2fc_high"))
    return size if np.isfinite(size) else (low + high) / 2


def _grade(row: Mapping[Hashable, object]) -> str:
    basis = str(row["log2fc_basis"]).lower()
    if str(row["confidence"]).lower() != "verified" or basis == "prior_guess":
        return ASSUMPTION
    material = str(row["material"]).lower()
    if material and not material.startswith(_BLOOD):
        return TISSUE
    measured = material.startswith(_BLOOD) and basis.startswith(_MEASURED) and np.isfinite(_size(row))
    return SERUM if measured else DIRECTIONS


def _one(rows: pd.DataFrame, bound: set[str] | None) -> DrugSignature:
    known = rows[rows["sign"].notna()]
    if (known["grade"] != ASSUMPTION).any():
        known = known[known["grade"] != ASSUMPTION]
    by_gene: dict[str, list[Mapping[Hashable, object]]] = {}
    for row in known.sort_values("gene", kind="stable").to_dict("records"):
        by_gene.setdefault(str(row["gene"]), []).append(row)
    kept: dict[str, tuple[float, float, str]] = {}
    conflicting = []
    for gene, told in by_gene.items():
        grade = min((str(row["grade"]) for row in told), key=_CHOICE.index)
        best = [row for row in told if row["grade"] == grade]
        sizes = [_size(row) for row in best] if grade == SERUM else []
        signs = {float(str(row["sign"])) for row in best}
        if signs != {0.0}:  # what was measured as not moved still has a size, on one side of zero
            signs |= {float(np.sign(size)) for size in sizes}
        if len(signs) > 1:
            conflicting.append(gene)
        else:
            kept[gene] = (signs.pop(), float(np.mean(sorted(sizes))) if sizes else np.nan, grade)
    values = np.array([entry[:2] for entry in kept.values()], dtype=float).reshape(-1, 2)
    pathways = sorted({name for name in rows["pathway"] if name})
    return DrugSignature(
        min(" ".join(name.split()) for name in rows["drug"]),
        "; ".join(pathways),
        tuple(kept),
        values[:, 0],
        values[:, 1],
        tuple(entry[2] for entry in kept.values()),
        frozenset(bound or ()),
        bound is not None,
        tuple(conflicting),
    )

"""Sets of proteins: those that are shipped, and a user's own in the GMT layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.proteins.identity import Protein, proteins_named, uniprot_key
from stratify.errors import AssayFileError, listed
from stratify.signatures.handling import handling_set, speaks_of_disease
from stratify.signatures.pathways import HANDLING, pathway_table

SHIPPED = "data/pathways.csv"
RESERVED = "sample_id"


class Member(NamedTuple):
    """A protein of a set.

    Parameters
    ----------
    uniprot, gene : str
        "" where unknown.
    confidence : str
        ``verified``, ``memory``, or "" where the set does not say where its members come from.
    """

    uniprot: str
    gene: str
    confidence: str


@dataclass(frozen=True, eq=False)
class GeneSet:
    """A named set of proteins.

    Parameters
    ----------
    name : str
        Of the set.
    proteins : tuple of Member
        Each once.
    source : str
        File or table from which it was read.
    unknown : tuple of str
        Words of the file that name no protein that is known, or several; they are members by symbol only.
    """

    name: str
    proteins: tuple[Member, ...]
    source: str
    unknown: tuple[str, ...] = ()


def shipped_sets() -> list[GeneSet]:
    """List the pathways of ``data/pathways.csv``, in alphabetical order.

    Returns
    -------
    list of GeneSet

    Examples
    --------
    >>> [(s.name, len(s.proteins)) for s in shipped_sets()][:2]
    [('Apoptosis', 11), ('Innate_general', 43)]
    """
    return [
        GeneSet(
            str(name),
            tuple(map(Member, rows["uniprot"], rows["gene"], rows["confidence"])),
            SHIPPED,
        )
        for name, rows in pathway_table().groupby("pathway", sort=True)
    ]


def read_gene_sets(path: str | Path) -> list[GeneSet]:
    """Read gene sets: a line a set, its name, a remark, and its members separated by tabs.

    Parameters
    ----------
    path : str or Path
        GMT file; members are gene symbols, UniProt accessions or any name that a laboratory uses.

    Returns
    -------
    list of GeneSet
        In the order of the file; a line without members is an empty set.

    Raises
    ------
    AssayFileError
        A file that is no text, a line without a name and a remark, or two sets of one name.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise _refuse(path, "bytes that are no text") from None
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines if line.strip()]
    if wrong := [number for number, row in enumerate(rows, 1) if len(row) < 2 or not row[0]]:
        raise _refuse(path, f"no name and remark in line {listed(wrong)}")
    count = Counter(row[0] for row in rows)
    if bad := [name for name, times in count.items() if times > 1 or name == RESERVED] or not rows:
        raise _refuse(path, "no set" if bad is True else f"names that repeat or are taken: {listed(bad)}")
    return [named_set(row[0], [word for word in row[2:] if word], path.name) for row in rows]


def _refuse(path: Path, found: str) -> AssayFileError:
    return AssayFileError(
        "gene sets: a line a set, with a name of its own, a remark and its members, separated by tabs",
        f"{path.name}: {found}",
        "correct the file, or export it again in the GMT layout",
    )


def named_set(name: str, words: Sequence[str], source: str) -> GeneSet:
    """Look up the members of a set.

    Parameters
    ----------
    name : str
        Of the set.
    words : sequence of str
        Gene symbols, accessions or other names; repeats count once. A symbol that is also an older name of
        another gene (TF) means the gene that is called so today.
    source : str
        Where the set comes from.

    Returns
    -------
    GeneSet

    Examples
    --------
    >>> named_set("mine", ["TARC", "P01579", "NOGENE1"], "here").unknown
    ('NOGENE1',)
    """
    found = {word: _protein(word) for word in words}
    unknown = tuple(word for word, protein in found.items() if protein is None)
    members = [
        Member(protein.uniprot, protein.gene, "") if protein else Member("", word, "")
        for word, protein in found.items()
    ]
    return GeneSet(name, tuple(dict.fromkeys(members)), source, unknown)


def _protein(word: str) -> Protein | None:
    found = proteins_named(word)
    exact = [protein for protein in found if protein.gene == word]
    found = tuple(exact) or found
    return found[0] if found and len({protein.uniprot for protein in found}) == 1 else None


def membership(sets: Sequence[GeneSet], assays: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.str_]]:
    """Find which assays measure a member of which set.

    An assay measures a protein of the same accession (also within a complex) or of the same gene. From the
    shipped set of pre-analytical proteins each protein of a T-helper axis or of the contrast of atopic
    dermatitis with health is left out, because it speaks of the disease as well.

    Parameters
    ----------
    sets : sequence of GeneSet
        Any.
    assays : DataFrame
        One row an assay with columns ``uniprot`` and ``gene``.

    Returns
    -------
    inside : boolean array of shape (n_sets, n_assays)
    confidence : array of str, shape (n_sets, n_assays)
        Of the member; "" elsewhere.
    """
    inside = np.zeros((len(sets), len(assays)), dtype=bool)
    confidence = np.full(inside.shape, "", dtype="<U12")
    places = _places(
        assays,
        {word for named in sets for member in named.proteins for word in (member.uniprot, member.gene)},
    )
    for row, named in enumerate(sets):
        for uniprot, gene, word in named.proteins:
            for column in {*places.get(("uniprot", uniprot), ()), *places.get(("gene", gene), ())}:
                inside[row, column], confidence[row, column] = True, word
        if named.name == HANDLING and named.source == SHIPPED:
            inside[row] &= handling_set(assays, speaks_of_disease(assays))
    return inside, np.where(inside, confidence, "")


def _places(assays: pd.DataFrame, wanted: set[str]) -> dict[tuple[str, str], list[int]]:
    """Columns of the wanted accessions and genes."""
    places: dict[tuple[str, str], list[int]] = {}
    names = zip(assays["uniprot"].astype(str), assays["gene"].astype(str), strict=True)
    for column, (uniprot, gene) in enumerate(names):
        for part in _parts(uniprot):
            if part in wanted:
                places.setdefault(("uniprot", part), []).append(column)
        if gene and gene in wanted:
            places.setdefault(("gene", gene), []).append(column)
    return places


@lru_cache(maxsize=65536)
def _parts(uniprot: str) -> tuple[str, ...]:
    return tuple(part for part in uniprot_key(uniprot).split(",") if part)

"""Make ``src/stratify/data/proteins.csv``, one row a protein, from public menus and the package's tables.

Run ``python scripts/make_protein_table.py [FOLDER]`` with ``STRATIFY_DATA_DIR`` set. The same inputs give the
same bytes; ``proteins.json`` beside the table records its version and all digests.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from python_calamine import CalamineWorkbook

from stratify.assays.proteins.panels import canonical_panel

VERSION = 1
ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "src" / "stratify" / "data"
COLUMNS = ("uniprot", "gene", "names", "panels", "ids", "source")
LONGEST_NAME = 20  # longer ones are descriptions, no names of columns
_ACCESSION = re.compile(r"([OPQ]\d[A-Z\d]{3}\d|[A-NR-Z]\d([A-Z][A-Z\d]{2}\d){1,2})(-\d+)?")
_SHORT_NAME = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)?\s*$")
# the one fragment that is sold beside another assay of its protein
_FRAGMENTS, _FRAGMENT_OF = {"NTPROBNP", "NTERMINALPROBNP"}, ("P16860", "NT-proBNP")


Key = tuple[str, str]  # accession(s), and "" or the fragment


class Menu(NamedTuple):
    """Where a list lies and which of its columns hold what ("" where none does)."""

    source: str
    file: str
    accession: str
    gene: str = ""
    name: str = ""
    panel: str = ""
    identifier: str = ""


class Entry(NamedTuple):
    """What one line of a menu says."""

    accession: str
    gene: str
    names: list[str]
    panels: list[str]
    identifier: str
    source: str


@dataclass
class Protein:
    """One row while it is gathered; each list in the order of the menus."""

    genes: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    panels: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)


SOMA_NAME, OLINK = "Human.Target.or.Analyte", "olink_panels/olink_"
MENUS = (  # gene symbols of the first are preferred
    Menu("study", "target96.csv", "uniprot", "gene", "assay", "panel"),
    Menu("pathways", "pathways.csv", "uniprot", "gene"),
    Menu("ht", OLINK + "explore_ht.csv", "UniProt.ID", "Gene.name", identifier="Olink.ID"),
    Menu("e3072", OLINK + "explore_3072_panels.csv", "UniProt.ID", "Gene.name", panel="Explore.384.panel"),
    Menu("e1536", OLINK + "explore_1536.csv", "UniProt", name="Assay", panel="Panel"),
    Menu("qpcr", OLINK + "target96_qpcr_uniprot_gene.csv", "UniProt", "gene", "Target", "Panel"),
    Menu("t96", OLINK + "target_96.csv", "UniProt", name="Protein", panel="Panel"),
    Menu("inf1", OLINK + "inf1_inflammation92.csv", "uniprot", "gene", "target.short"),
    Menu("scallop", "olink_panels/scallop_inf1_pqtl.csv", "UniProt", "Protein_gene_symbol", "Protein"),
    Menu("soma", "olink_panels/somascan_v4_1_menu.csv", "UniProt.ID", "GeneID", SOMA_NAME, "", "SeqID"),
    Menu(
        "ciim", "ciim_hannover/convert_olink_names.xlsx", "Uniprot ID", "", "Assay", "Olink panel", "OlinkID"
    ),
    Menu("spellings", "field_spellings.csv", "uniprot", name="names"),
)
OLD = {"qpcr", "inf1", "scallop", "ciim"}  # lists with accessions that UniProt has merged since


def place(menu: Menu, data: Path) -> Path:
    """Find the file of a menu: in the package, beside this script, or among the public sets."""
    return next(p for f in (SHIPPED, Path(__file__).parent, data) if (p := f / menu.file).is_file())


def lines(path: Path) -> Iterator[dict[str, str]]:
    """Read a table, cells without surrounding or repeated blanks."""
    if path.suffix == ".xlsx":
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        table: Iterable[dict[str, str]] = (
            dict(zip(map(str, rows[0]), map(str, row), strict=True)) for row in rows[1:]
        )
    else:
        table = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    for row in table:
        yield {name: " ".join(cell.split()) for name, cell in row.items()}


def panels(source: str, cell: str) -> list[str]:
    """Name the panels of a cell in the canonical way.

    Examples
    --------
    >>> panels("e3072", "Inflammation_II"), panels("t96", "INF, IMO")
    (['Explore Inflammation II'], ['Inflammation', 'Immuno-Oncology'])
    """
    product = "Explore " if source.startswith("e") else ""
    return [canonical_panel(product + word) for word in cell.split(",") if word.strip()]


def names(source: str, cell: str) -> list[str]:
    """Take the names out of a cell, of "Long name (SHORT)" the short one.

    Examples
    --------
    >>> names("t96", "Delta homolog 1 (DLK-1)"), names("spellings", "MIP-1 alpha|MIP-1a")
    (['DLK-1'], ['MIP-1 alpha', 'MIP-1a'])
    """
    if source == "spellings":
        return cell.split("|")
    short = _SHORT_NAME.search(cell) if source in ("t96", "qpcr") else None
    return [short.group(1).strip() if short else cell]


def entries(menu: Menu, data: Path) -> Iterator[Entry]:
    """Read one menu."""
    for row in lines(place(menu, data)):
        cell = {name: row.get(getattr(menu, name), "") for name in Menu._fields[2:]}
        gene = ";".join(dict.fromkeys(re.split(r"[_|;\s]+", cell["gene"]))).removeprefix("None")
        yield Entry(
            cell["accession"],
            gene,
            [n for n in names(menu.source, cell["name"]) if 1 < len(n) <= LONGEST_NAME],
            panels(menu.source, cell["panel"]),
            cell["identifier"],
            menu.source,
        )


def bare(name: str) -> str:
    """Leave out everything but letters and digits."""
    return re.sub(r"[^A-Z0-9]", "", name.upper())


def row_of(entry: Entry) -> Key | None:
    """Name the row of an entry: accessions in one order without isoforms, and the fragment it means."""
    if any(bare(word) in _FRAGMENTS for word in (entry.accession, *entry.names)):
        return _FRAGMENT_OF
    parts = (_ACCESSION.fullmatch(part) for part in re.split(r"[,;_|\s]+", entry.accession))
    accessions = ",".join(sorted({found.group(1) for found in parts if found}))
    return (accessions, "") if accessions else None


def gather(data: Path) -> dict[Key, Protein]:
    """Merge all menus, one protein a row."""
    table: dict[Key, Protein] = defaultdict(Protein)
    for menu in MENUS:
        for entry in entries(menu, data):
            if key := assay_sold(entry, table) if menu.source == "ciim" else row_of(entry):
                row = table[key]
                row.genes += filter(None, [entry.gene])
                row.names += entry.names
                row.panels += entry.panels
                row.ids += filter(None, [entry.identifier])
                row.source.append(entry.source)
    merge_old_accessions(table)
    return drop_subunits(table)


def assay_sold(entry: Entry, table: dict[Key, Protein]) -> Key | None:
    """Find a row by panel and name, because this list writes one accession of a complex only."""
    called = {bare(name) for name in entry.names}
    on_panel = {key for key, row in table.items() if set(entry.panels) <= set(row.panels)}
    found = [k for k in on_panel if called & {bare(n) for n in (*table[k].genes, *table[k].names)}]
    same = [key for key in found if key[0] == entry.accession]
    return (same or found)[0] if len(same or found) == 1 else row_of(entry)


def merge_old_accessions(table: dict[Key, Protein]) -> None:
    """Give an accession that only old lists have to the one protein of the others with its name."""
    old = {key for key, row in table.items() if set(row.source) <= OLD and "," not in key[0]}
    owners: dict[str, set[Key]] = defaultdict(set)
    for key in table.keys() - old:
        for name in (*table[key].genes, *table[key].names):
            owners[bare(name)].add(key)
    for key in sorted(old):
        row = table[key]
        owner = {
            next(iter(owners[n])) for n in map(bare, (key[0], *row.genes, *row.names)) if len(owners[n]) == 1
        }
        if len(owner) == 1:
            merged = table[owner.pop()]
            merged.names += [key[0], *row.names]
            for name in ("panels", "ids", "source"):
                getattr(merged, name).extend(getattr(row, name))
            del table[key]


def drop_subunits(table: dict[Key, Protein]) -> dict[Key, Protein]:
    """Leave out what nobody sells apart from a complex of its name, so that the name means the complex."""
    complexes: dict[str, set[str]] = defaultdict(set)
    for (accession, _), row in table.items():
        for part in accession.split(",") if "," in accession else ():
            complexes[part].update(map(bare, row.names))
    return {
        key: row
        for key, row in table.items()
        if row.panels or row.ids or not complexes[key[0]].intersection(map(bare, row.genes))
    }


def cells(key: Key, row: Protein) -> list[str]:
    """Write one row; names that only repeat the gene are left out."""
    gene, *older = dict.fromkeys(row.genes or [""])
    other = (part for old in older for part in ([old] if "," in key[0] else old.split(";")))
    spellings = {bare(gene): gene}
    for name in (key[1], *row.names, *other):
        spellings.setdefault(bare(name), name)
    del spellings[bare(gene)]
    lists = (filter(None, spellings.values()), row.panels, sorted(row.ids), row.source)
    return [key[0], gene, *("|".join(dict.fromkeys(values)) for values in lists)]


def main(folder: Path) -> None:
    """Write the table and its record into a folder."""
    data = Path(os.environ["STRATIFY_DATA_DIR"])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([COLUMNS, *(cells(key, row) for key, row in sorted(gather(data).items()))])
    table = text.getvalue().encode()
    files = {menu.file: hashlib.sha256(place(menu, data).read_bytes()).hexdigest() for menu in MENUS}
    record = {"version": VERSION, "sha256": hashlib.sha256(table).hexdigest(), "inputs": files}
    (folder / "proteins.csv").write_bytes(table)
    (folder / "proteins.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)

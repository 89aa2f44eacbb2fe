"""Who a protein is: UniProt accession and gene behind every name under which laboratories deliver it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from stratify.assays.proteins.panels import canonical_panel

_WHOLE_MENUS = {"ht": "Explore HT", "soma": "SomaScan"}  # products that are one panel
_ACCESSION = re.compile(r"([OPQ]\d[A-Z\d]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z\d]{2}\d){1,2})(?:-\d+)?")
_IDENTIFIER = re.compile(r"(OID\d+)|(?i:seq\.)?(\d{4,5})[-.](\d{1,3})(?:_\d+)?")
_GREEK = str.maketrans(
    {
        "\u03b1": "alpha",
        "\u03b2": "beta",
        "\u00df": "beta",
        "\u03b3": "gamma",
        "\u03b4": "delta",
        "\u03ba": "kappa",
    }
)
_SHORT_GREEK = re.compile(r"(ALPHA|BETA|GAMMA)")
_AFTER_R = re.compile(r"X(?=\d)")  # R writes 4E-BP1 as X4E.BP1
_SEPARATORS = re.compile(r"[,;_|\s]+")
_NOT_IN_NAMES = re.compile(r"[^A-Z0-9]+")
_NOT_IN_TABLE = re.compile(r"[^A-Z0-9|\n]+")


class Protein(NamedTuple):
    """One protein, complex or separately sold fragment.

    Parameters
    ----------
    uniprot : str
        Accession; those of a complex in alphabetical order, joined by a comma.
    gene : str
        Gene symbol; those of a complex joined by a semicolon.
    names : tuple of str
        Other spellings, older symbols and merged accessions.
    panels : frozenset of str
        Canonical names of all panels that measure it.
    key : str
        The accession; of a fragment that is sold beside its protein (NT-proBNP beside BNP) with its name.
    """

    uniprot: str
    gene: str
    names: tuple[str, ...]
    panels: frozenset[str]
    key: str


@cache
def _lines() -> list[list[str]]:
    return list(csv.reader(_data("proteins.csv").splitlines()))[1:]


@cache
def _by_accession() -> dict[str, list[int]]:
    return _places([line[0]] for line in _lines())


@cache
def _by_name() -> dict[str, list[int]]:
    spelled = "\n".join([f"{line[1]}|{line[2]}" for line in _lines()])
    return _places(line.split("|") for line in _NOT_IN_TABLE.sub("", _upper(spelled)).split("\n"))


@cache
def _by_identifier() -> dict[str, list[int]]:
    return _places(line[4].split("|") for line in _lines())


def _places(keys: Iterable[list[str]]) -> dict[str, list[int]]:
    """Say of each key on which lines it stands."""
    found: dict[str, list[int]] = {}
    for i, words in enumerate(keys):
        for word in filter(None, words):
            places = found.setdefault(word, [])
            if i not in places:
                places.append(i)
    return found


def _at(numbers: Iterable[int]) -> tuple[Protein, ...]:
    """Make the proteins of lines; most of the table is never asked for."""
    return tuple(_protein(i) for i in numbers)


@cache
def _protein(i: int) -> Protein:
    uniprot, gene, names, panels, _, source = _lines()[i]
    spellings = tuple(names.split("|")) if names else ()
    key = uniprot if _by_accession()[uniprot][0] == i else f"{uniprot} {spellings[0]}"
    return Protein(uniprot, gene, spellings, frozenset(_panels(panels, source)), key)


def _panels(panels: str, source: str) -> set[str]:
    menus = {_WHOLE_MENUS[menu] for menu in source.split("|") if menu in _WHOLE_MENUS}
    return menus.union(panels.split("|")) - {""}


def _data(name: str) -> str:
    return files("stratify").joinpath("data", name).read_text(encoding="utf-8")


def _upper(text: str) -> str:
    return text.translate(_GREEK).upper()


def _bare(name: str) -> str:
    return _NOT_IN_NAMES.sub("", _upper(name))


def table_version() -> str:
    """Version and digest of the table of proteins, for the record of what names meant.

    Returns
    -------
    str
        ``<version> (<first 12 digits of the SHA-256>)``.
    """
    record = json.loads(_data("proteins.json"))
    return f"{record['version']} ({record['sha256'][:12]})"


def panel_sizes() -> dict[str, int]:
    """Count the proteins of each panel.

    Returns
    -------
    dict of str to int
        By canonical name; a product with one menu (Explore HT, SomaScan) counts as a panel.
    """
    found = (_panels(panels, source) for _, _, _, panels, _, source in _lines())
    return dict(Counter(panel for panels in found for panel in panels))


def proteins_named(name: str, panel: str = "") -> tuple[Protein, ...]:
    """List every protein that a name can mean.

    Letter case, separators, Greek letters and the "X" that R puts before a digit make no difference.

    Parameters
    ----------
    name : str
        Gene symbol, vendor's name, UniProt accession or group, OlinkID or SeqId.
    panel : str, default ""
        Panel of the assay in any spelling; of several meanings only those on it are left.

    Returns
    -------
    tuple of Protein
        Empty where the name is not known, several where it is ambiguous.

    Examples
    --------
    >>> [protein.gene for protein in proteins_named("TF")]
    ['TF', 'F3']
    >>> [protein.gene for protein in proteins_named("TF", "CVD II")]
    ['F3']
    """
    found = _meanings(name.strip())
    if panel and len(found) > 1:
        wanted = canonical_panel(panel)
        return tuple(protein for protein in found if wanted in protein.panels) or found
    return found


@lru_cache(maxsize=65536)
def _meanings(name: str) -> tuple[Protein, ...]:
    if found := _by_accession().get(name):  # no accession is a name or an identifier of another protein
        return _at(found)
    if identifier := _IDENTIFIER.fullmatch(name):
        if found := _by_identifier().get("-".join(filter(None, identifier.groups()))):
            return _at(found)
    bare = _bare(name)
    short = _SHORT_GREEK.sub(lambda word: word.group()[0], bare)
    for word in (bare, short, _AFTER_R.sub("", bare, count=1) if bare.startswith("X") else bare):
        if found := _by_name().get(word):
            return _at(found)
    return _of_accessions(name)


def accessions(text: str) -> list[str]:
    """List the UniProt accessions in a cell, isoform numbers left out.

    Parameters
    ----------
    text : str
        One accession, or several of a complex or of a mass spectrometer's protein group.

    Returns
    -------
    list of str
        In alphabetical order, each once.

    Examples
    --------
    >>> accessions("O60462-2;O60462;P29460_IL12B"), accessions("CXCL8")
    (['O60462', 'P29460'], [])
    """
    parts = (_ACCESSION.fullmatch(part) for part in _SEPARATORS.split(text))
    return sorted({found.group(1) for found in parts if found})


def _of_accessions(text: str) -> tuple[Protein, ...]:
    """Find a complex as a whole; else, of a group, the known members if they are of one gene."""
    members, whole, names = accessions(text), _by_accession(), _by_name()
    if found := whole.get(",".join(members)):
        return _at(found)
    known = _at(i for part in members for i in whole.get(part) or names.get(part) or ())
    return tuple(dict.fromkeys(known)) if len({protein.gene for protein in known}) == 1 else ()


def identify(name: str, panel: str = "") -> tuple[str, str]:
    r"""Look up the protein that a name stands for.

    Parameters
    ----------
    name : str
        Gene symbol, vendor's name, UniProt accession or group, OlinkID or SeqId.
    panel : str, default ""
        Panel of the assay in any spelling, "" where it is not known.

    Returns
    -------
    uniprot, gene : str
        Each "" where the name is not known, or means several.

    Examples
    --------
    >>> identify("MCP-4"), identify("IFN-\u03b3"), identify("heart rate")
    (('Q99616', 'CCL13'), ('P01579', 'IFNG'), ('', ''))
    >>> identify("TF"), identify("TF", "Cardiovascular II")
    (('', ''), ('P13726', 'F3'))
    """
    found = proteins_named(name, panel)
    return _only({protein.uniprot for protein in found}), _only({protein.gene for protein in found})


def _only(words: set[str]) -> str:
    return words.pop() if len(words) == 1 else ""


def gene_of(uniprot: str, otherwise: str = "") -> str:
    """Gene symbol of an accession, or the given word where the accession is not known.

    Parameters
    ----------
    uniprot : str
        One accession, those of a complex, or a mass spectrometer's protein group.
    otherwise : str, default ""
        What to answer for a protein that is not known, usually the vendor's name of the assay.

    Returns
    -------
    str

    Examples
    --------
    >>> gene_of("P10145"), gene_of("A0A024QZX5;P35237"), gene_of("W0W0W0", "PRCP")
    ('CXCL8', 'SERPINB6', 'PRCP')
    """
    return identify(uniprot)[1] or otherwise


@lru_cache(maxsize=65536)
def uniprot_key(uniprot: str) -> str:
    """Write an accession so that equal proteins have equal keys.

    Parameters
    ----------
    uniprot : str
        One accession, those of a complex with any separator, or a mass spectrometer's protein group.

    Returns
    -------
    str
        A known protein's accession (of an isoform its protein's, of a group its only known gene's), those of
        a complex in alphabetical order; what is not known only in order; "" where there is none.

    Examples
    --------
    >>> uniprot_key("Q8NEV9;Q14213"), uniprot_key("O60462-2"), uniprot_key("-")
    ('Q14213,Q8NEV9', 'O60462', '')
    """
    parts = sorted(part for part in _SEPARATORS.split(uniprot) if part and part != "-")
    return identify(uniprot)[0] or ",".join(parts)


@lru_cache(maxsize=65536)
def protein_key(uniprot: str, name: str = "", panel: str = "") -> str:
    """Tell assays of different molecules apart, also where these share an accession.

    Parameters
    ----------
    uniprot : str
        Accession as delivered; "" where there is none.
    name, panel : str, default ""
        The assay's name and panel as delivered.

    Returns
    -------
    str
        As `uniprot_key`, for NT-proBNP with its name; "" without an accession.

    Examples
    --------
    >>> protein_key("P16860", "BNP"), protein_key("P16860", "NTproBNP"), protein_key("NT-proBNP")
    ('P16860', 'P16860 NT-proBNP', 'P16860 NT-proBNP')
    """
    found = proteins_named(uniprot)
    if len(found) < 2 or len({protein.uniprot for protein in found}) > 1:
        return found[0].key if len(found) == 1 else uniprot_key(uniprot)
    by_name = [protein for protein in proteins_named(name, panel) if protein in found]
    by_panel = [protein for protein in found if panel and canonical_panel(panel) in protein.panels]
    return next((group[0].key for group in (by_name, by_panel) if len(group) == 1), found[0].key)

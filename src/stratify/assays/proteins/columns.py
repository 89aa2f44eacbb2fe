"""Which columns of a table are proteins, and which proteins: told from their names, all together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from stratify.assays.proteins.identity import Protein, accessions, identify, panel_sizes, proteins_named

CLINICAL_WORDS = frozenset(
    (
        "ABO ACE AFP ALB ALBUMIN AMH APOA1 APOB APOE APP AR BAD BID BRAF C3 CAMP CAR CAST CAT CD4 CEA COMP "
        "COPE CP CREACTIVEPROTEIN CRP CS DBP DDIMER DMD ECD EGFR EPO FER FERRITIN FH FIBRINOGEN FS GAD1 GAN "
        "GC GH GPT HAPTOGLOBIN HP HSCRP IDS IMPACT INS INSULIN IVD KIT KRAS LPA MAG MAX MB MET MIA "
        "MYOGLOBIN NOV NTERMINALPROBNP PC PIP PREP PRL PROC PROLACTIN PTH REST SAA SET SHBG SHE STAR "
        "TANK TAT TEC TG TH TIM TM TP TR TRANSFERRIN TRAP TTR VIT WAS"
    ).split()
)
_OLINKID = re.compile(r"OID\d{5}", re.IGNORECASE)
_SEQID = re.compile(r"(?:seq\.)?\d{4,5}[-.]\d{1,3}", re.IGNORECASE)
_DATE = re.compile(r"(19|20)\d\d[-.](0?[1-9]|1[0-2])")
_COVERED = 0.5  # share of a panel from which a table is taken to hold it


def is_clinical_word(name: str) -> bool:
    """Say whether a column of this name is as often a clinical variable as a protein.

    Parameters
    ----------
    name : str
        Name of a column.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_clinical_word("eGFR"), is_clinical_word("IL6")
    (True, False)
    """
    return re.sub(r"[^A-Z0-9]", "", name.upper()) in CLINICAL_WORDS


def is_protein_name(name: str) -> bool:
    """Say whether a column's name alone, whatever else the table holds, shows that it is a protein.

    Parameters
    ----------
    name : str
        Name of a column.

    Returns
    -------
    bool
        True for a known gene or vendor's name, an OlinkID, SeqId, UniProt accession or group; False for a
        `is_clinical_word`, and for names of two proteins.

    Examples
    --------
    >>> is_protein_name("IL13"), is_protein_name("OID00471"), is_protein_name("Freezer_Time")
    (True, True, False)
    >>> is_protein_name("CRP"), is_protein_name("TF")
    (False, False)
    """
    if any(identify(name)):
        return not is_clinical_word(name)
    return _is_code(name.strip())


def _is_code(name: str) -> bool:
    seqid = _SEQID.fullmatch(name) and not _DATE.fullmatch(name)
    return bool(seqid or _OLINKID.fullmatch(name) or accessions(name))


def identify_columns(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Say which columns are proteins, and which proteins, from all names of a table.

    1. A name that means one protein (`is_protein_name`) is that protein.
    2. A name with two meanings, two proteins (``TF``) or a protein and a clinical variable (``CRP``), takes
       the protein that no other column names and that is on a panel of which the table's other columns name
       at least half.
    3. What stays ambiguous is left out.

    Parameters
    ----------
    names : iterable of str
        Columns of a table, those of declared clinical variables left out. Their order changes nothing.

    Returns
    -------
    dict of str to (str, str)
        Name to accession and gene, each "" where it is not known. An accession that no menu has is kept as
        delivered.

    Examples
    --------
    >>> identify_columns(["IL-8", "CRP", "Kiel", "W0W0W0"])
    {'IL-8': ('P10145', 'CXCL8'), 'W0W0W0': ('W0W0W0', '')}
    """
    names = list(names)
    certain = {name: _as_delivered(name) for name in names if is_protein_name(name)}
    named = {protein for name in certain for protein in proteins_named(name)}
    sizes = panel_sizes()
    held = Counter(panel for protein in named for panel in protein.panels)
    covered = {panel for panel, count in held.items() if count >= _COVERED * sizes[panel]}
    for name in names:
        if name not in certain and (protein := _open_meaning(name, named, covered)):
            certain[name] = (protein.uniprot, protein.gene)
    return {name: certain[name] for name in names if name in certain}


def _as_delivered(name: str) -> tuple[str, str]:
    uniprot, gene = identify(name)
    return uniprot or (name.strip() if accessions(name) and not gene else ""), gene


def _open_meaning(name: str, named: set[Protein], covered: set[str]) -> Protein | None:
    """Return the only protein of the name that no other column has, on a panel that the table covers."""
    free = [p for p in proteins_named(name) if p not in named and not p.panels.isdisjoint(covered)]
    return free[0] if len(free) == 1 else None

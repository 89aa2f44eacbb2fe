"""Gene symbols that a spreadsheet has turned into dates."""

from __future__ import annotations

import re

_DAY_FIRST = re.compile(r"0?(\d{1,2})[-. ](Mar|Sep|Dec)[a-z]*\.?", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"(Mar|Sep|Dec)[a-z]*\.?[- ]0?(\d{1,2})", re.IGNORECASE)
_SYMBOLS = {
    "mar": {day: f"MARCHF{day}" for day in range(3, 12)},  # 1-Mar and 2-Mar may also be MTARC1 and MTARC2
    "sep": {day: f"SEPTIN{day}" for day in range(1, 15) if day != 13},
    "dec": {},  # 1-Dec may be DELEC1 or BHLHE40
}


def mangled_gene(name: str) -> tuple[str, bool]:
    """Recognise a gene symbol behind a date.

    Parameters
    ----------
    name : str
        Name of a column.

    Returns
    -------
    gene : str
        Present symbol, "" where the name is no such date or could be two genes.
    mangled : bool
        Whether the name is a date that stands for a gene.

    References
    ----------
    Ziemann M, Eren Y, El-Osta A. Gene name errors are widespread in the scientific literature. Genome Biology
    2016. doi:10.1186/s13059-016-1044-7

    Examples
    --------
    >>> mangled_gene("2-Sep"), mangled_gene("1-Mar"), mangled_gene("IL6")
    (('SEPTIN2', True), ('', True), ('', False))
    """
    if found := _DAY_FIRST.fullmatch(name):
        day, month = int(found[1]), found[2].lower()
    elif found := _MONTH_FIRST.fullmatch(name):
        day, month = int(found[2]), found[1].lower()
    else:
        return "", False
    return _SYMBOLS[month].get(day, ""), True

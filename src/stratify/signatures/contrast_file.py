"""Tables of fold changes from any program, in one spelling."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from stratify.assays.schema import Column, as_text, parse_numbers, rename_columns
from stratify.errors import CohortError, listed

_SUFFIX = re.compile(r"\s+\(.*\)$")
COLUMNS = (
    Column(
        "gene",
        "gene symbol",
        (
            "gene",
            "genesymbol",
            "symbol",
            "genename",
            "mgisymbol",
            "hgncsymbol",
            "externalgenename",
            "protein",
            "assay",
        ),
    ),
    Column(
        "log2_fold_change",
        "log2 of the ratio of case to control",
        ("log2foldchange", "log2fc", "logfc", "lfc", "log2fold", "log2ratio", "avglog2fc"),
        numeric=True,
    ),
    Column(
        "standard_error",
        "of the log2 fold change",
        ("standarderror", "se", "lfcse", "stderr", "log2fcse", "selog2fc"),
        numeric=True,
    ),
    Column("t", "fold change over its standard error", ("t", "tstatistic", "tvalue", "stat"), numeric=True),
    Column("p_value", "two-sided p", ("pvalue", "p", "pval", "rawp"), numeric=True),
)


def read_contrast(frame: pd.DataFrame, *, where: str) -> tuple[pd.DataFrame, list[str]]:
    """Read a table of fold changes, one row a gene.

    Parameters
    ----------
    frame : DataFrame
        With a column of gene symbols and one of log2 fold changes in any usual spelling; standard error
        (or t) and p if there.
    where : str
        Name of the table, for messages.

    Returns
    -------
    table : DataFrame
        ``gene``, ``log2_fold_change``, ``standard_error``, ``p_value`` (NaN where unknown), one row a gene.
        Of several rows of one symbol (any case) the mean change and error are taken, as if they were one
        measurement, and the largest p. What stands behind a symbol in brackets is left out.
    notes : list of str
        Rows that were joined or left out.

    Raises
    ------
    CohortError
        No such columns, text among the numbers, or several contrasts in one table.

    Examples
    --------
    >>> frame = pd.DataFrame({"Symbol": ["Il6", "IL6"], "logFC": [1.0, 2.0]})
    >>> table, notes = read_contrast(frame, where="m.csv")
    >>> table["log2_fold_change"].tolist(), notes
    ([1.5], ['m.csv: several rows joined for Il6'])
    """
    require_one_contrast(frame, where)
    named = frame.rename(columns=rename_columns(map(str, frame.columns), COLUMNS))
    missing = [name for name in ("gene", "log2_fold_change") if name not in named]
    if missing:
        raise CohortError(
            f"columns of gene symbols and log2 fold changes in {where}",
            f"columns {listed(frame.columns, 12)}",
            "name them gene and log2_fold_change (ratios must be turned into log2 first)",
        )
    table = pd.DataFrame({"gene": [_SUFFIX.sub("", as_text(cell)) for cell in named["gene"]]})
    for name in ("log2_fold_change", "standard_error", "t", "p_value"):
        table[name] = _numbers(named, name, table["gene"], where)
    from_t = table["log2_fold_change"].abs() / table["t"].abs().where(table["t"].abs() > 0)
    table["standard_error"] = table["standard_error"].where(table["standard_error"] > 0, from_t)
    usable = (table["gene"] != "") & table["log2_fold_change"].notna()
    notes = (
        [f"{where}: {int((~usable).sum())} rows without symbol or fold change"] if not usable.all() else []
    )
    kept = table[usable].drop(columns="t")
    key = kept["gene"].str.upper()
    if (twice := key.duplicated()).any():
        first = kept.groupby(key, sort=False)["gene"].first()
        notes.append(f"{where}: several rows joined for {listed(first[key[twice].unique()])}")
    how = {"gene": "first", "log2_fold_change": "mean", "standard_error": "mean", "p_value": "max"}
    return kept.groupby(key, sort=False).agg(how).reset_index(drop=True), notes


def require_one_contrast(frame: pd.DataFrame, where: str) -> None:
    """Refuse a table of several contrasts, whose rows of one protein answer different questions.

    Parameters
    ----------
    frame : DataFrame
        As a file holds it; the column ``contrast`` names the contrast of each row where there are several.
    where : str
        Name of the table, for messages.

    Raises
    ------
    CohortError
        More than one contrast.
    """
    names = sorted(set(map(as_text, frame["contrast"])) - {""}) if "contrast" in frame else []
    if len(names) > 1:
        raise CohortError(
            f"one contrast in {where}",
            f"{len(names)}: {listed(names)}",
            "make the table with --case and --control, or keep the rows of one contrast",
        )


def _numbers(named: pd.DataFrame, name: str, genes: pd.Series, where: str) -> np.ndarray:
    if name not in named:
        return np.full(len(named), np.nan)
    values, wrong = parse_numbers(named[name])
    if wrong.any():
        raise CohortError(
            f"numbers in the column {name} of {where}",
            f"other text for {listed(genes[wrong])}",
            "leave cells empty where nothing is known",
        )
    return values

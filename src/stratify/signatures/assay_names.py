"""Names of assays in tables: the symbol, made unique where a protein is measured twice."""

from __future__ import annotations

import pandas as pd


def assay_names(var: pd.DataFrame) -> pd.DataFrame:
    """Name assays.

    Parameters
    ----------
    var : DataFrame
        One row an assay, its id as the index; ``gene`` and ``uniprot`` where known.

    Returns
    -------
    DataFrame
        ``protein`` (symbol; with the assay id where two assays share it, the id alone where there is none),
        ``assay_id``, ``uniprot``.

    Examples
    --------
    >>> var = pd.DataFrame({"gene": ["IL6", "IL6", ""], "uniprot": ["P05231"] * 2 + [""]}, ["A1", "A2", "A3"])
    >>> assay_names(var)["protein"].tolist()
    ['IL6 (A1)', 'IL6 (A2)', 'A3']
    """
    ids = pd.Series(var.index.astype(str))
    gene = _words(var, "gene")
    symbol = gene.where(gene != "", ids)
    twice = symbol.duplicated(keep=False) & (symbol != ids)
    protein = symbol.where(~twice, symbol + " (" + ids + ")")
    return pd.DataFrame({"protein": protein, "assay_id": ids, "uniprot": _words(var, "uniprot")})


def _words(var: pd.DataFrame, name: str) -> pd.Series:
    if name not in var:
        return pd.Series("", range(len(var)))
    values = var[name].astype(object)
    return values.where(values.notna(), "").astype(str).reset_index(drop=True)

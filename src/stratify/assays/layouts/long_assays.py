"""The assays of a long Olink table: which rows mean the same one, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from stratify.assays.layouts.internal_controls import is_internal_control
from stratify.assays.layouts.long_table import by_unique
from stratify.assays.layouts.olink_product import olink_product
from stratify.assays.plates import worst_verdict
from stratify.assays.proteins.panels import canonical_panel
from stratify.assays.schema import normalise_word, parse_numbers
from stratify.errors import AssayFileError, listed

_VERSION = re.compile(r"\((v\.?\s*\d+)\)", re.IGNORECASE)
_MUST_AGREE = ("uniprot", "panel", "assay")


def name_panels(assays: pd.DataFrame, metadata: Mapping[str, str], where: str) -> tuple[str, dict[str, str]]:
    """Name the product, and the panels as the project names them.

    Parameters
    ----------
    assays : DataFrame
        As `LongTable.assays`.
    metadata : mapping of str to str
        What the file says about itself.
    where : str
        Name of the table, for the message.

    Returns
    -------
    product : str
        As from `olink_product`.
    panel_of : dict of str to str
        Delivered to canonical name; panels of Explore have a name of their own, as their levels have.

    Raises
    ------
    AssayFileError
        Assays of several products.
    """
    proteins = ~internal(assays)
    product = olink_product(assays["assay_id"][proteins], assays["panel"], metadata, where)
    named = {panel: canonical_panel(panel) for panel in assays["panel"].unique()}
    if product == "Olink Explore":
        named = {panel: f"Explore {name.removeprefix('Explore ')}".rstrip() for panel, name in named.items()}
    return product, named


def internal(assays: pd.DataFrame) -> np.ndarray:
    """Mark internal controls.

    Parameters
    ----------
    assays : DataFrame
        As `LongTable.assays`.

    Returns
    -------
    ndarray of bool, shape (len(assays),)
    """
    pairs = zip(assays["assay"], assays["assay_type"], strict=True)
    return np.array([is_internal_control(name, kind) for name, kind in pairs], dtype=bool)


def merge_assays(
    assays: pd.DataFrame, panel_of: Mapping[str, str], where: str
) -> tuple[np.ndarray, pd.DataFrame]:
    """Find the rows that describe one assay, and join what they say.

    Assays are told apart by OlinkID, else by protein and panel, else by name; internal controls also by their
    block. Several lots are kept as "A | B", of several verdicts the worst.

    Parameters
    ----------
    assays : DataFrame
        As `LongTable.assays`.
    panel_of : mapping of str to str
        Delivered to canonical name of a panel.
    where : str
        Name of the table, for the message.

    Returns
    -------
    number : ndarray of int, shape (len(assays),)
        Row of `merged` that each row belongs to.
    merged : DataFrame
        One row an assay: proteins in the order of first occurrence, then internal controls.

    Raises
    ------
    AssayFileError
        One assay with two proteins, panels or names.
    """
    lots, controls = _lots(assays), internal(assays)
    assays = assays.assign(panel=assays["panel"].map(panel_of), lot=lots)
    apart = assays["panel"] + "@" + assays["block"]
    number, _ = pd.factorize(_keys(assays) + apart.where(controls, ""))
    merged = pd.DataFrame({name: _only(assays[name], number) for name in ("assay_id", "gene", "assay_type")})
    for name in _MUST_AGREE:
        merged[name] = _only(assays[name], number, _Conflict(assays, number, where))
    for name in ("lot", "block", "analysis_reference"):
        merged[name] = _only(assays[name], number, lambda _, words: " | ".join(sorted(words)))
    verdicts = by_unique(assays["assay_qc"], lambda word: normalise_word("qc", str(word)))
    merged["qc"] = _only(verdicts, number, lambda _, words: worst_verdict(words))
    if (missing := _only(assays["missing_frequency"], number, lambda *_: "")).any():
        merged["missing_frequency"] = parse_numbers(missing)[0]
    merged["internal"] = pd.Series(controls).groupby(number).any()
    order = np.argsort(merged["internal"].to_numpy(), kind="stable")
    return np.argsort(order)[number], merged.iloc[order].reset_index(drop=True)


def _keys(assays: pd.DataFrame) -> pd.Series:
    composed = (assays["uniprot"] + "@" + assays["panel"]).where(assays["uniprot"] != "", assays["assay"])
    return composed.where(assays["assay_id"] == "", assays["assay_id"])


def _lots(assays: pd.DataFrame) -> pd.Series:
    """Lot of reagents: as stated, else the vendor's reference, else the version in the panel's name."""
    version = by_unique(assays["panel"], lambda name: "".join(_VERSION.findall(str(name))[:1]))
    lot = assays["lot"].where(assays["lot"] != "", assays["analysis_reference"])
    return lot.where(lot != "", version)


def _only(
    words: pd.Series, number: np.ndarray, several: Callable[[int, list[str]], str] | None = None
) -> pd.Series:
    """Give each the one word that is known of it; of several the first, or what a function makes of them."""
    known: dict[int, dict[str, None]] = {i: {} for i in range(int(number.max()) + 1)}
    for i, word in zip(number.tolist(), words.astype(str), strict=True):
        if word:
            known[i][word] = None
    merged = [
        several(i, list(found)) if several and len(found) > 1 else next(iter(found), "")
        for i, found in known.items()
    ]
    return pd.Series(merged, dtype=object)


class _Conflict:
    """Refuses several words for one assay."""

    def __init__(self, assays: pd.DataFrame, number: np.ndarray, where: str) -> None:
        self._assays, self._number, self._where = assays, number, where

    def __call__(self, i: int, words: list[str]) -> str:
        first = self._assays[self._number == i].iloc[0]
        raise AssayFileError(
            "one protein, panel and name for each assay, in all rows",
            f"{self._where}: assay {first['assay_id'] or first['assay']} is described as "
            f"{listed(sorted(words), 3)}",
            "describe the assay in one way, or copy the file again from its source",
        )

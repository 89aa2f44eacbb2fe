"""Which product of Olink a table comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from stratify.errors import AssayFileError

_STATED = {
    "exploreht": "Olink Explore HT",
    "explore3072": "Olink Explore",
    "explore384": "Olink Explore",
    "explore1536": "Olink Explore",
    "explore": "Olink Explore",
    "reveal": "Olink Reveal",
    "target48": "Olink Target 48",
    "target96": "Olink Target 96",
    "flex": "Olink Flex",
    "focus": "Olink Focus",
}
_BY_PANEL = tuple(
    (re.compile(pattern, re.IGNORECASE), product)
    for pattern, product in (
        (r"\bexplore[ _]?ht\b", "Olink Explore HT"),
        (r"\breveal\b", "Olink Reveal"),
        (r"\btarget[ _]?48\b", "Olink Target 48"),
        (r"\bflex\b|^[A-Z]{4}-[A-Z]{4}$", "Olink Flex"),
        (r"\bfocus\b", "Olink Focus"),
        (r"\bexplore", "Olink Explore"),
        (r"\btarget[ _]?96\b", "Olink Target 96"),
    )
)
_BY_ID = (
    (re.compile(r"OID[01]\d{4}"), "Olink Target 96"),
    (re.compile(r"OID[23]\d{4}"), "Olink Explore"),
    (re.compile(r"OID4\d{4}"), "Olink Explore HT"),
)


def olink_product(
    assay_ids: Iterable[str], panels: Iterable[str], metadata: Mapping[str, str], where: str
) -> str:
    """Name the product, by what the file states, else by its panels, else by its assay ids.

    Parameters
    ----------
    assay_ids : iterable of str
        OlinkIDs of proteins, "" where unknown.
    panels : iterable of str
        Panels as delivered.
    metadata : mapping of str to str
        What the file says about itself: ``Product`` or ``ProductType``.
    where : str
        Name of the table, for the message.

    Returns
    -------
    str
        "Olink Target 96" where nothing tells.

    Raises
    ------
    AssayFileError
        Assays of several products in one table.

    Examples
    --------
    >>> olink_product(["OID20471"], ["Inflammation"], {}, "x.csv")
    'Olink Explore'
    >>> olink_product(["OID40001"], ["Explore_HT"], {"Product": "ExploreHT"}, "x.parquet")
    'Olink Explore HT'
    """
    for key in ("Product", "ProductType"):
        stated = re.sub(r"[^a-z0-9]", "", metadata.get(key, "").lower()).removeprefix("olink")
        if stated in _STATED:
            return _STATED[stated]
    for found in (_named(panels, _BY_PANEL), _named(assay_ids, _BY_ID)):
        if len(found) > 1:
            raise AssayFileError(
                "one product in a table, because the levels of two cannot be compared",
                f"{where}: assays of {' and '.join(sorted(found))}",
                "deliver each product in a file of its own",
            )
        if found:
            return found.pop()
    return "Olink Target 96"


def _named(words: Iterable[str], rules: Iterable[tuple[re.Pattern[str], str]]) -> set[str]:
    ordered = tuple(rules)
    matches = (next((name for rule, name in ordered if rule.search(word)), "") for word in set(words))
    return {name for name in matches if name}

"""Columns of samples that differ by panel: a sample lies on one plate a panel, and each has its verdict."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

_WORST_FIRST = ("fail", "warn", "pass")


def store_by_panel(obs: pd.DataFrame, name: str, by_panel: pd.DataFrame) -> None:
    """Add a column and, where the panels differ, one column ``<name>@<panel>`` a panel.

    The column itself holds the worst verdict for ``qc`` and otherwise the different values, joined by " | ".

    Parameters
    ----------
    obs : DataFrame
        Samples; changed in place.
    name : str
        ``plate`` or ``qc``.
    by_panel : DataFrame of shape (len(obs), panels)
        Text, "" where a sample was not measured on a panel.

    Examples
    --------
    >>> obs = pd.DataFrame(index=["a", "b"])
    >>> store_by_panel(obs, "qc", pd.DataFrame({"Inflammation": ["pass", "warn"], "Neurology": "pass"}))
    >>> obs["qc"].tolist(), "qc@Inflammation" in obs
    (['pass', 'warn'], True)
    """
    rows = by_panel.to_numpy(dtype=object)
    merged = {row: _merge(name, row) for row in set(map(tuple, rows))}
    obs[name] = [merged[tuple(row)] for row in rows]
    if any(len(set(row)) > 1 for row in merged):
        for j, panel in enumerate(by_panel.columns):
            obs[f"{name}@{panel}"] = rows[:, j]


def _merge(name: str, row: object) -> str:
    if name == "qc":
        return worst_verdict(row)  # type: ignore[arg-type]
    return " | ".join(dict.fromkeys(word for word in row if word))  # type: ignore[attr-defined]


def worst_verdict(words: Iterable[str]) -> str:
    """Choose the worst of several verdicts of the laboratory.

    Parameters
    ----------
    words : iterable of str
        Canonical verdicts, others, or "".

    Returns
    -------
    str
        Of words that are no known verdict the alphabetically first; "" where there is none.

    Examples
    --------
    >>> worst_verdict(["pass", "warn", ""])
    'warn'
    """
    different = sorted({word for word in words if word})
    return next((word for word in (*_WORST_FIRST, *different) if word in different), "")


def by_panel(obs: pd.DataFrame, name: str, panels: list[str]) -> pd.DataFrame:
    """Read back what `store_by_panel` kept.

    Parameters
    ----------
    obs : DataFrame
        Samples.
    name : str
        ``plate`` or ``qc``.
    panels : list of str
        Panels of the assays.

    Returns
    -------
    DataFrame of shape (len(obs), len(panels))
        Text, "" where nothing is known.

    Examples
    --------
    >>> by_panel(pd.DataFrame({"plate": ["P1"]}), "plate", ["Inflammation", "Neurology"]).iloc[0].tolist()
    ['P1', 'P1']
    """
    empty = pd.Series("", index=obs.index)
    columns = [obs[f"{name}@{p}"] if f"{name}@{p}" in obs else obs.get(name, empty) for p in panels]
    texts = [column.astype(object).where(column.notna(), "").astype(str) for column in columns]
    return pd.DataFrame(dict(zip(panels, texts, strict=True)), index=obs.index)

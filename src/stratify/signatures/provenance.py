"""Tables with the account of how they came about beside them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from stratify.errors import StratifyError

SUFFIX = ".provenance.json"


def write_table(table: pd.DataFrame, out: str | Path, *, provenance: Mapping[str, Any]) -> Path:
    """Write a table as CSV and its provenance beside it, both or none.

    Parameters
    ----------
    table : DataFrame
        Written without its index; text that a spreadsheet would run as a formula gets an apostrophe.
    out : str or Path
        CSV file to write.
    provenance : mapping
        What JSON can hold: the question, settings, digests of the sources, warnings. The version of the
        software and the columns are added. No value of a patient belongs in it.

    Returns
    -------
    Path
        The provenance file: the name of the table, then ``.provenance.json``.

    Raises
    ------
    StratifyError
        When the output is a folder.
    """
    out = require_file(out)
    facts = {**provenance, "software": f"stratify {version('stratify')}", "columns": list(map(str, table))}
    beside = out.with_name(out.name + SUFFIX)
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        part, account = Path(folder) / "table", Path(folder) / "provenance"
        _harmless(table).to_csv(part, index=False, lineterminator="\n")
        text = json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        account.write_text(f"{text}\n", encoding="utf-8")
        os.replace(account, beside)
        os.replace(part, out)
    return beside


def require_file(out: str | Path) -> Path:
    """Refuse a folder as the file of a table, before long work.

    Parameters
    ----------
    out : str or Path
        CSV file to write.

    Returns
    -------
    Path

    Raises
    ------
    StratifyError
        When the output is a folder.
    """
    out = Path(out)
    if out.is_dir():
        raise StratifyError(
            "a file for the table", f"{out.name!r} is a folder", "name a file, such as table.csv"
        )
    return out


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    texts = table.select_dtypes(include=["object", "string", "category"])
    safe = table.assign(**{str(name): texts[name].map(_neutral) for name in texts})
    return safe.rename(columns=_neutral)


def _neutral(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell

"""The quality page: one file that a laboratory manager can read, and the same facts as JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from stratify.assays.finding_titles import title as finding_title
from stratify.errors import StratifyError, listed
from stratify.reporting.quality import DataQuality
from stratify.reporting.quality_figures import draw_quality

PAGE, FACTS = "quality.html", "quality.json"
MOST_ROWS = 40
SEVERITIES = {
    "error": "Errors: nothing can be learned or scored before these are settled",
    "warning": "Warnings: results may mislead where these are ignored",
    "info": "Good to know",
}


def write_quality_page(quality: DataQuality, out: str | Path) -> Path:
    """Write ``quality.html`` and ``quality.json`` into a folder, each as a whole or not at all.

    Parameters
    ----------
    quality : DataQuality
        Facts of a data set.
    out : str or Path
        Folder; made where it is absent. Other files in it are left alone.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    StratifyError
        When the folder is a file.
    """
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise StratifyError("a folder for the report", f"{folder.name!r} is a file", "name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    facts = json.dumps(quality.as_dict(), indent=1, sort_keys=True, ensure_ascii=False)
    _write(folder / FACTS, f"{facts}\n")
    _write(folder / PAGE, quality_page(quality))
    return folder / PAGE


def quality_page(quality: DataQuality) -> str:
    """Fill the page; the same facts give the same text.

    Parameters
    ----------
    quality : DataQuality
        Facts of a data set.

    Returns
    -------
    str
        HTML without scripts and without requests.
    """
    environment = Environment(
        loader=PackageLoader("stratify.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": _number, "percent": _percent, "p": _p_value, "listed": listed}
    environment.filters["title_of"] = finding_title
    files = [source["name"] for source in quality.facts["sources"]]
    proteins, th2 = quality.overview.proteins, quality.overview.th2()
    return environment.get_template("quality.html").render(
        quality=quality,
        facts=quality.facts,
        title=listed(files, 3) if files else "a table in memory",
        figures=draw_quality(quality),
        severities=SEVERITIES,
        least_detected=proteins[proteins["detectability"] < 0.5].sort_values("detectability").head(MOST_ROWS),
        th2=th2,
        th2_absent=th2.loc[~th2["measured"], "gene"].tolist(),
        probes=quality.probes,
        probe_rows=quality.probes.table().to_dict("records"),
        most=MOST_ROWS,
    )


def _number(value: Any, digits: int = 2) -> str:
    return "-" if value is None or pd.isna(value) else f"{value:.{digits}f}"


def _percent(value: Any) -> str:
    return "-" if value is None or pd.isna(value) else f"{value:.0%}"


def _p_value(value: Any) -> str:
    return "-" if pd.isna(value) else "< .005" if value < 0.005 else f"{value:.3f}".lstrip("0")


def _write(path: Path, text: str) -> None:
    with NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}-", encoding="utf-8", newline="\n", delete=False
    ) as file:
        work = Path(file.name)
        try:
            file.write(text)
            file.close()
            work.chmod(0o644)
            os.replace(work, path)
        finally:
            work.unlink(missing_ok=True)

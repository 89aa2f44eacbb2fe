"""Figures as files: SVG, PDF or PNG, the same bytes each time."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib

from stratify.errors import StratifyError, listed
from stratify.reporting.canvas import Drawing, to_svg

SUFFIXES = (".svg", ".pdf", ".png")
DOTS_PER_INCH = 200


def require_suffix(out: str | Path) -> Path:
    """Refuse a file name that says no known kind of picture.

    Parameters
    ----------
    out : str or Path
        File to write.

    Returns
    -------
    Path

    Raises
    ------
    StratifyError
        When the name ends in anything but ``.svg``, ``.pdf`` or ``.png``, or is a folder.
    """
    path = Path(out)
    if path.suffix.lower() not in SUFFIXES or path.is_dir():
        raise StratifyError(
            f"a picture whose name ends in {listed(SUFFIXES)}", f"{path.name!r}", "name it so"
        )
    return path


def save_figure(drawing: Drawing, out: str | Path) -> Path:
    """Write a figure, as a whole or not at all.

    Parameters
    ----------
    drawing : tuple of Figure and str
        The figure and its alternative text, which goes into the file.
    out : str or Path
        File whose ending says the kind.

    Returns
    -------
    Path

    Raises
    ------
    StratifyError
        When the name says no known kind.
    """
    path = require_suffix(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        part = Path(folder) / path.name
        _write(drawing, part)
        os.replace(part, path)
    return path


def _write(drawing: Drawing, part: Path) -> None:
    figure, alt = drawing
    kind = part.suffix.lower()
    if kind == ".svg":
        part.write_text(to_svg(figure, part.stem, alt), encoding="utf-8")
    elif kind == ".pdf":
        with matplotlib.rc_context({"pdf.fonttype": 42}):
            figure.savefig(part, metadata={"CreationDate": None, "Title": alt})
    else:
        figure.savefig(part, dpi=DOTS_PER_INCH, metadata={"Software": None, "Description": alt})

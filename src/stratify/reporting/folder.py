"""The model folder: what is screened with, what MLflow loads, what is known of it, and the card."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from stratify.errors import ModelError
from stratify.learning.training import Training
from stratify.reporting.bundle import write_bundle
from stratify.reporting.card import alt_texts, write_card
from stratify.reporting.facts import Facts
from stratify.reporting.manifest import MANIFEST, write_manifest
from stratify.reporting.raw_facts import RawFacts, raw_facts
from stratify.reporting.record import card_facts, run_record
from stratify.reporting.tracking import write_mlmodel


def write_model_folder(
    training: Training, facts: Facts, figures: Mapping[str, str], folder: str | Path
) -> str:
    """Write a model folder as a whole or not at all; the same training gives the same bytes.

    Parameters
    ----------
    training : Training
        A finished training.
    facts : Facts
        What is reported beside it.
    figures : mapping
        Name to SVG text, of :func:`stratify.reporting.plots.draw_figures`.
    folder : str or Path
        ``models/<name>-<version>``; an earlier model there is replaced.

    Returns
    -------
    str
        The content digest of the folder.

    Raises
    ------
    ModelError
        When the folder holds something else than a model.
    """
    with replacing(Path(folder)) as work:
        write_bundle(training.model, work / "bundle")
        write_mlmodel(training.model, work, digest=_digest(work / "bundle"))
        raw = raw_facts(training, facts)
        run = run_record(training, facts, raw)
        _write_facts(run, raw, work / "facts")
        (work / "figures").mkdir()
        for name, svg in figures.items():
            _write(work / "figures" / f"{name}.svg", svg)
        write_card(card_facts(run, raw, alt_texts(figures)), figures, work)
        return write_manifest(work)


def refuse_foreign_folder(folder: Path) -> None:
    """Refuse a place for a model that holds something else.

    Parameters
    ----------
    folder : Path
        Of the model.

    Raises
    ------
    ModelError
        When it is a file, a link to nowhere, or a folder with other files.
    """
    earlier = folder.is_dir() and ((folder / MANIFEST).is_file() or not any(folder.iterdir()))
    if os.path.lexists(folder) and not earlier:
        raise ModelError(
            "a new, empty or earlier model folder",
            f"{folder.name!r} {'holds other files' if folder.is_dir() else 'is a file'}",
            "name another folder",
        )


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Fill a new folder beside the old one and put it in its place when it is complete.

    Parameters
    ----------
    folder : Path
        Of the model.

    Yields
    ------
    Path
        An empty folder.

    Raises
    ------
    ModelError
        When the old folder holds something else than a model.
    """
    refuse_foreign_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    work.chmod(0o755)
    try:
        yield work
        _swap(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _swap(work: Path, folder: Path) -> None:
    if not folder.exists():
        work.rename(folder)
        return
    old = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    folder.rename(old)
    work.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _write_facts(run: Mapping[str, Any], raw: RawFacts, folder: Path) -> None:
    folder.mkdir()
    _write(folder / "run.json", json.dumps(run, indent=1, ensure_ascii=False) + "\n")
    for name, text in raw.tables.items():
        _write(folder / name, text)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _digest(folder: Path) -> str:
    parts = [path.name.encode() + path.read_bytes() for path in sorted(folder.iterdir())]
    return hashlib.sha256(b"".join(parts)).hexdigest()

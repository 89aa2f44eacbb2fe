"""The model folder: what is screened with, what MLflow loads, what is known of it, and the card."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

from stratify.errors import ModelError
from stratify.learning.training import Training
from stratify.reporting.bundle import write_bundle
from stratify.reporting.card import write_card
from stratify.reporting.facts import Facts, flatten
from stratify.reporting.manifest import MANIFEST, write_manifest
from stratify.reporting.performance import calibration, everything, family_results
from stratify.reporting.searches import summarise_searches
from stratify.reporting.tracking import write_mlmodel
from stratify.reporting.validation_detail import validation_detail


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
        _write_facts(training, facts, work / "facts")
        (work / "figures").mkdir()
        for name, svg in figures.items():
            _write(work / "figures" / f"{name}.svg", svg)
        write_card(training, facts, figures, work)
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


def run_record(training: Training, facts: Facts) -> dict[str, Any]:
    """Facts of a run as they are written to ``facts/run.json``.

    Parameters
    ----------
    training : Training
        A finished training.
    facts : Facts
        What is reported beside it.

    Returns
    -------
    dict
        Of JSON values.
    """
    apart = ("baselines", "flow", "target_calls", "label", "found", "sites", "subgroups", "curve", "shares")
    stated = {key: value for key, value in vars(facts).items() if key not in apart}
    if facts.label:
        stated["label"] = asdict(facts.label)
    if facts.negative_controls:
        stated["negative_controls"] = asdict(facts.negative_controls)
    return {
        **stated,
        "settings": flatten(facts.settings),
        "flow": asdict(facts.flow),
        "target_calls": asdict(facts.target_calls) if facts.target_calls else None,
        "data_digest": facts.data_digest,
        "definition": dict(training.model.definition),
        "family": training.family,
        "families": [asdict(row) for row in family_results(everything(training, facts), training.family)],
        "calibration": asdict(calibration(training.evaluation.of(training.family))),
        "permutation_test": asdict(training.test) | {"shown": training.test.shown},
        "family_choice": dict(training.choices),
        "searches": asdict(summarise_searches(training.searches)),
        "validation": _detail(training),
        "score_shares": [asdict(row) | {"shown": row.shown} for row in facts.shares],
        "subgroups": [asdict(row) for row in facts.subgroups],
        "learning_curve": facts.curve.table().to_dict("records") if facts.curve else None,
        "sites": [asdict(row) for row in facts.sites.results()] if facts.sites else None,
    }


def _write_facts(training: Training, facts: Facts, folder: Path) -> None:
    folder.mkdir()
    record = json.dumps(_plain(run_record(training, facts)), sort_keys=True, indent=1, ensure_ascii=False)
    _write(folder / "run.json", record + "\n")
    _write_table(everything(training, facts).predictions, folder / "out_of_fold.csv")
    _write_table(training.searches, folder / "searches.csv")
    if facts.found is not None:
        _write_table(facts.found, folder / "detectability.csv")
    if facts.sites:
        _write_table(facts.sites.predictions, folder / "out_of_site.csv")


def _write_table(table: pd.DataFrame, path: Path) -> None:
    if len(table):
        _write(path, table.to_csv(index=False, lineterminator="\n"))


def _detail(training: Training) -> dict[str, Any]:
    """Detail without the share of refits by protein, which has a table of its own."""
    record = asdict(validation_detail(training))
    del record["stability"]["kept"]
    return record


def _plain(value: Any) -> Any:
    """Replace what JSON has no word for: tuples by lists, mappings by dicts, what is not finite by null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _digest(folder: Path) -> str:
    parts = [path.name.encode() + path.read_bytes() for path in sorted(folder.iterdir())]
    return hashlib.sha256(b"".join(parts)).hexdigest()

"""An update of a model's probabilities as a file: for which model, learned from whom."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from stratify.assays.files.container import digest
from stratify.errors import ScreeningError
from stratify.learning.recalibration import KINDS, Update
from stratify.reporting.bundle import LoadedModel
from stratify.reporting.manifest import software_version

SCHEMA = 1
SUFFIX = ".recalibration.json"


@dataclass(frozen=True)
class Recalibration:
    """An update, and where it comes from.

    Parameters
    ----------
    update : Update
        Of the log-odds.
    model, model_digest : str
        Whose probabilities it mends.
    cohort : mapping of str to str
        Name and SHA-256 of each file that it was learned from.
    digest : str
        SHA-256 of the file that holds it; "" before it is written.
    """

    update: Update
    model: str
    model_digest: str
    cohort: Mapping[str, str]
    digest: str = ""

    @property
    def sentence(self) -> str:
        """What a report says of it."""
        update = self.update
        what = {"intercept": "in their intercept", "slope": "in intercept and slope"}[update.kind]
        people = f"{update.positives} people with the disease and {update.negatives} without"
        return (
            f"Recalibrated {what} on {people} of another cohort ({', '.join(self.cohort)}), and they hold at "
            f"its mix; likelihood ratios and posteriors follow. Recalibration {self.digest[:12]}. Calls do "
            "not depend on it."
        )


def beside(table: Path) -> Path:
    """Name the file of an update beside the table of predictions."""
    return table.with_name(table.name + SUFFIX)


def write_recalibration(made: Recalibration, path: Path) -> Path:
    """Write an update as JSON, as a whole or not at all.

    Parameters
    ----------
    made : Recalibration
        What was learned.
    path : Path
        File to write.

    Returns
    -------
    Path
    """
    content = {
        "recalibration_schema": SCHEMA,
        **asdict(made.update),
        "model": made.model,
        "model_digest": made.model_digest,
        "cohort": dict(made.cohort),
        "software": f"stratify {software_version()}",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        part = Path(folder) / path.name
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        part.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        os.replace(part, path)
    return path


def read_recalibration(path: str | Path, loaded: LoadedModel) -> Recalibration:
    """Read an update that was made for this very model.

    Parameters
    ----------
    path : str or Path
        As `write_recalibration` wrote it.
    loaded : LoadedModel
        The model whose probabilities are to be mended.

    Returns
    -------
    Recalibration

    Raises
    ------
    ScreeningError
        No such file, other content, or an update of another model.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        made = _parsed(content)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise ScreeningError(
            "a recalibration as `stratify evaluate --recalibrate` writes it",
            f"{path.name}: missing, changed or something else",
            "write it again",
        ) from None
    if made.model_digest != loaded.digest:
        raise ScreeningError(
            f"a recalibration of the model {loaded.model.name}-{loaded.model.version}, digest "
            f"{loaded.digest[:12]}",
            f"one of {made.model}, digest {made.model_digest[:12]}",
            "evaluate this model in a labelled cohort, and recalibrate it there",
        )
    return Recalibration(made.update, made.model, made.model_digest, made.cohort, digest(path))


def _parsed(content: Any) -> Recalibration:
    update = Update(
        str(content["kind"]),
        float(content["intercept"]),
        float(content["slope"]),
        int(content["positives"]),
        int(content["negatives"]),
    )
    sound = isfinite(update.intercept) and isfinite(update.slope) and update.slope > 0
    if (
        content["recalibration_schema"] != SCHEMA
        or update.kind not in KINDS
        or not (sound and min(update.positives, update.negatives) > 0)
    ):
        raise ValueError
    cohort = {str(name): str(value) for name, value in dict(content["cohort"]).items()}
    return Recalibration(update, str(content["model"]), str(content["model_digest"]), cohort)

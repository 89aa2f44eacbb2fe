"""The card of a model folder: made again from what the folder keeps."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from stratify.errors import ModelError
from stratify.reporting.bundle import LoadedModel, load_model
from stratify.reporting.card import alt_texts, card_files
from stratify.reporting.raw_facts import RawFacts, stored_facts
from stratify.reporting.record import RECORD, card_facts


def write_whole(text: str, out: Path) -> None:
    """Write a file as a whole or not at all.

    Parameters
    ----------
    text : str
        What it holds.
    out : Path
        Its name; folders above it are made.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        part = Path(folder) / out.name
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, out)


@dataclass(frozen=True, eq=False)
class StoredCard:
    """What a model folder keeps for its card.

    Parameters
    ----------
    loaded : LoadedModel
        The model, whose folder was checked.
    run : dict
        ``facts/run.json``.
    raw : RawFacts
        Raw facts: the tables, and the people whom the model keeps.
    figures : dict of str
        Name to SVG text.
    """

    loaded: LoadedModel
    run: dict[str, Any]
    raw: RawFacts
    figures: dict[str, str]

    def files(self) -> dict[str, str]:
        """Every form of the card, made again."""
        return card_files(self.facts(), self.figures)

    def facts(self) -> dict[str, Any]:
        """Lay out what the card shows."""
        return card_facts(self.run, self.raw, alt_texts(self.figures))


def read_stored_card(folder: str | Path) -> StoredCard:
    """Check a model folder against its manifest, then read what its card is made of.

    Parameters
    ----------
    folder : str or Path
        ``models/<name>-<version>``.

    Returns
    -------
    StoredCard

    Raises
    ------
    ModelError
        A folder that is damaged, changed or too new, or whose facts are of an earlier form.
    """
    loaded = load_model(folder)
    facts = loaded.folder / "facts"
    try:
        run = json.loads((facts / "run.json").read_text(encoding="utf-8"))
        known = run["record"] == RECORD
    except (OSError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise ModelError(
            f"facts/run.json of form {RECORD}, from which a card can be made",
            "none, or of another form",
            "train the model again with this version",
        )
    try:
        raw = stored_facts(loaded.model, run, facts)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ModelError(
            "tables of facts as stratify writes them",
            f"{loaded.folder.name}/facts: {type(error).__name__} on reading",
            "use the model folder as it was delivered, or train the model again",
        ) from error
    figures = {
        path.stem: path.read_text(encoding="utf-8") for path in sorted(loaded.folder.glob("figures/*.svg"))
    }
    return StoredCard(loaded, run, raw, figures)

"""Does a card say what follows from the facts beside it: everything derived again, everything compared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from stratify.learning.family_choice import choice_frequencies
from stratify.learning.planted import model_map
from stratify.learning.validation import Evaluation
from stratify.reporting.plots import figure_alts
from stratify.reporting.raw_facts import RawFacts, derived_facts, plain
from stratify.reporting.stored_card import StoredCard

TOLERANCE = 1e-9
PERMUTED = "permutation_test"


@dataclass(frozen=True)
class Difference:
    """One place where what is stored is not what follows from the facts.

    Parameters
    ----------
    place : str
        File, and path or line in it.
    stored, derived : str
        What it says, and what follows.
    """

    place: str
    stored: str
    derived: str

    def __str__(self) -> str:
        return f"{self.place}: {self.stored} stored, {self.derived} follows"


@dataclass(frozen=True)
class Verification:
    """What came of it.

    Parameters
    ----------
    differences : tuple of Difference
        In the order of files; empty where all agree.
    derived, stated : int
        Numbers that were derived again, and numbers that only training again could tell.
    """

    differences: tuple[Difference, ...]
    derived: int
    stated: int


def verify_card(card: StoredCard) -> Verification:
    """Derive every number of a card again, and write the card again.

    Parameters
    ----------
    card : StoredCard
        From a folder that passed its manifest.

    Returns
    -------
    Verification
        Numbers agree where they differ by at most 1e-9 of their size; texts agree letter by letter.
    """
    again = rederived(card)
    stored = {key: card.run.get(key) for key in again}
    found = list(differences(stored, again, "facts/run.json"))
    found += _of_map(card.raw)
    alts = figure_alts(card.raw)
    said = card.facts()["figures"]
    found += differences({name: said.get(name) for name in alts}, alts, "figures")
    found += _of_text(card)
    derived = _numbers(again)
    return Verification(tuple(found), derived, _numbers(card.run) - _numbers(stored))


def rederived(card: StoredCard) -> dict[str, Any]:
    """Every part of ``facts/run.json`` that follows from other files of the folder."""
    run, raw = card.run, card.raw
    again = derived_facts(raw)
    if not run["subgroups"] or not len(raw.memberships):
        again["subgroups"] = []
    test = run[PERMUTED]
    again["definition"] = plain(dict(raw.model.definition))
    again["family"] = raw.model.family
    again["simulated"] = run["simulated"] or raw.model.simulated
    again[PERMUTED] = test | {"shown": raw.model.rule.shown}
    if run["family_choice"]:
        again["family_choice"] = _choice(run, raw)
    return again


def _choice(run: Mapping[str, Any], raw: RawFacts) -> dict[str, float]:
    table = raw.evaluation.predictions
    offered = [name for name in raw.evaluation.families if name in run["family_choice"]]
    default = run["settings"].get("learning.default", run["family"])
    families = Evaluation(table[table["family"].isin(offered)], raw.evaluation.n_folds)
    return choice_frequencies(families, default)


def _of_map(raw: RawFacts) -> Iterator[Difference]:
    if raw.found is None or not raw.model.held_out.known:
        return
    again = model_map(raw.model)
    rows = [] if again is None else again.to_dict("records")
    stored = raw.found.to_dict("records")
    yield from differences(plain(stored), plain(rows), "facts/detectability.csv")


def _of_text(card: StoredCard) -> Iterator[Difference]:
    for name, text in card.files().items():
        path = card.loaded.folder / name
        stored = path.read_text(encoding="utf-8") if path.is_file() else ""
        pairs = zip_longest(stored.splitlines(), text.splitlines(), fillvalue="nothing")
        for line, (one, other) in enumerate(pairs, start=1):
            if one != other:
                yield Difference(f"{name} line {line}", *_around(one, other))


def _around(one: str, other: str, most: int = 60) -> tuple[str, str]:
    """Cut two lines to where they begin to differ."""
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(same - most // 3, 0)
    return repr(one[start : start + most]), repr(other[start : start + most])


def differences(stored: Any, derived: Any, place: str) -> Iterator[Difference]:
    """Walk two sets of facts and name the places where they differ.

    Parameters
    ----------
    stored, derived : JSON value
        What is there, and what should be.
    place : str
        Where they stand.

    Yields
    ------
    Difference

    Examples
    --------
    >>> print(*differences({"auc": 0.98}, {"auc": 0.97}, "run.json"))
    run.json auc: 0.98 stored, 0.97 follows
    """
    if isinstance(stored, Mapping) and isinstance(derived, Mapping):
        for key in dict.fromkeys([*derived, *stored]):
            yield from differences(
                stored.get(key, "nothing"), derived.get(key, "nothing"), _below(place, key)
            )
    elif isinstance(stored, list) and isinstance(derived, list):
        for i, (one, other) in enumerate(zip_longest(stored, derived, fillvalue="nothing")):
            yield from differences(one, other, _below(place, str(i)))
    elif not _same(stored, derived):
        yield Difference(place, _short(stored), _short(derived))


def _below(place: str, name: str) -> str:
    return f"{place} {name}" if " " not in place else f"{place}.{name}"


def _same(stored: Any, derived: Any) -> bool:
    numbers = (int, float)
    if isinstance(stored, bool) or isinstance(derived, bool):
        return stored is derived
    if isinstance(stored, numbers) and isinstance(derived, numbers):
        return math.isclose(stored, derived, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return type(stored) is type(derived) and bool(stored == derived)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _numbers(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(_numbers(item) for item in value.values())
    if isinstance(value, list):
        return sum(_numbers(item) for item in value)
    return int(isinstance(value, int | float) and not isinstance(value, bool))

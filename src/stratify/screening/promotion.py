"""The gate of the registry: a challenger becomes champion only where it is shown to be not worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stratify.errors import ModelError
from stratify.reporting.bundle import load_model
from stratify.reporting.registry import CHAMPION, Registered, find, locate_model, not_registered, point
from stratify.reporting.store import STORE
from stratify.screening.comparison import MARGIN, compare


@dataclass(frozen=True)
class Promotion:
    """An alias that moved.

    Parameters
    ----------
    model : Registered
        Where it points now.
    alias : str
        ``challenger`` or ``champion``.
    reason : str
        Kept as a tag of the version.
    """

    model: Registered
    alias: str
    reason: str


def promote(
    name: str,
    version: int,
    alias: str,
    *,
    override: str = "",
    margin: float = MARGIN,
    store: Path = STORE,
    cohort: Mapping[str, Any] | None = None,
) -> Promotion:
    """Give a registered model an alias.

    Anything that passes the checks of a model folder may be challenger. A champion must have beaten permuted
    labels, and where there is a champion already it must not be worse than that one on the same people.

    Parameters
    ----------
    name : str
        Of the model.
    version : int
        Of the registry.
    alias : {"challenger", "champion"}
        Which.
    override : str
        Why the gate is passed although it is closed; kept with the version.
    margin : float, default 0.05
        Loss of AUC that still counts as not worse.
    store : Path, default "mlruns"
        Folder of the store.
    cohort : mapping, optional
        ``files`` and labels of a cohort for `compare`; out-of-fold scores without it.

    Returns
    -------
    Promotion

    Raises
    ------
    ModelError
        No such version, or a closed gate.
    """
    found = find(name, version=version, store=store)
    if found is None:
        raise not_registered(name, f"{name}/{version}", store=store)
    folder = locate_model(f"{name}/{version}", store=store)
    loaded = load_model(folder)
    reason = f"challenger: loads, digest {loaded.digest[:12]}"
    if alias == CHAMPION:
        reason = f"overridden: {override}" if override else _gate(found, folder, margin, store, cohort or {})
    tags = {f"{alias}.reason": reason, f"{alias}.margin": f"{margin:g}"}
    return Promotion(point(name, version, alias, tags, store=store), alias, reason)


def _gate(found: Registered, folder: Path, margin: float, store: Path, cohort: Mapping[str, Any]) -> str:
    """Say why the gate is open, or refuse."""
    if not load_model(folder).model.rule.shown:
        raise _closed("a model that beat permuted labels", f"{found.name}/{found.version} did not")
    champion = find(found.name, alias=CHAMPION, store=store)
    if champion is None or champion.version == found.version:
        return "no other champion; the model beat permuted labels"
    found_there = locate_model(f"{found.name}/{champion.version}", store=store)
    told = compare(folder, found_there, **cohort)
    sentence = f"{told.sentence(margin)}; champion was version {champion.version}"
    if not told.found.not_worse(margin):
        raise _closed(f"a model that is not worse than version {champion.version}", sentence)
    return sentence


def _closed(expected: str, found: str) -> ModelError:
    return ModelError(
        expected, found, "keep the champion, compare on a larger cohort, or use --override REASON"
    )

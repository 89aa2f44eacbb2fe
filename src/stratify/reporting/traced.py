"""Facts that remember where they stand, so that every number of a card can be followed back to one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

OPEN, MIDDLE, CLOSE = "\ue000", "\ue001", "\ue002"
MARKED = re.compile(f"{OPEN}([^{OPEN}{MIDDLE}{CLOSE}]*){MIDDLE}([^{OPEN}{MIDDLE}{CLOSE}]*){CLOSE}")
_RESERVED = re.compile(f"[{OPEN}{MIDDLE}{CLOSE}]")


class TracedText(str):
    """Text with the path of its fact."""

    fact_path: str = ""


class TracedInt(int):
    """Whole number with the path of its fact."""

    fact_path: str = ""


class TracedFloat(float):
    """Number with the path of its fact."""

    fact_path: str = ""


class TracedList(list[Any]):
    """List with the path of its fact."""

    fact_path: str = ""


class TracedDict(dict[Any, Any]):
    """Mapping with the path of its fact."""

    fact_path: str = ""


def trace(value: Any, path: str = "") -> Any:
    """Copy JSON values into ones that know their path.

    Parameters
    ----------
    value : JSON value
        Facts.
    path : str, default ""
        Where they stand.

    Returns
    -------
    JSON value
        Equal to what was given; numbers, texts, lists and mappings have a ``fact_path``.

    Examples
    --------
    >>> trace({"flow": {"read": 56}})["flow"]["read"].fact_path
    'flow.read'
    """
    if isinstance(value, Mapping):
        below = {str(key): f"{path}.{key}".removeprefix(".") for key in value}
        pairs = ((key, trace(item, below[str(key)])) for key, item in value.items())
        return _at(TracedDict({_at(TracedText(key), f"{below[str(key)]}#name"): v for key, v in pairs}), path)
    if isinstance(value, list | tuple):
        return _at(TracedList(trace(item, f"{path}.{i}") for i, item in enumerate(value)), path)
    if isinstance(value, bool) or value is None:
        return value
    kinds: dict[type, type] = {int: TracedInt, float: TracedFloat}
    return _at(kinds.get(type(value), TracedText)(value), path)


def path_of(value: Any) -> str:
    """Path of a fact; empty for anything else."""
    return str(getattr(value, "fact_path", ""))


def _at(value: Any, path: str) -> Any:
    value.fact_path = path
    return value


def tracing(written: Callable[..., str]) -> Callable[..., str]:
    """Make a function that writes a fact pass on its path.

    Parameters
    ----------
    written : callable
        Of a value, to text.

    Returns
    -------
    callable
    """

    @wraps(written)
    def traced(value: Any, *rest: Any) -> str:
        """Text of a value, with its path."""
        text = written(value, *rest)
        return _at(TracedText(text), path_of(value)) if path_of(value) else text

    return traced


def count(items: Any) -> TracedInt:
    """Count the items of a fact.

    Parameters
    ----------
    items : list or mapping
        A traced fact.

    Returns
    -------
    int
        Whose path ends in ``#count``.
    """
    counted: TracedInt = _at(TracedInt(len(items)), f"{path_of(items)}#count")
    return counted


def mark(text: str, path: str) -> str:
    """Put marks around text, between which its path stands.

    Parameters
    ----------
    text, path : str
        What is shown, and of which fact.

    Returns
    -------
    str

    Examples
    --------
    >>> unmarked("AUC " + mark("0.98", "families.0.auc"))
    'AUC 0.98'
    """
    return f"{OPEN}{_RESERVED.sub('', path)}{MIDDLE}{_RESERVED.sub('', text)}{CLOSE}" if path else text


def unmarked(text: str) -> str:
    """Take the marks off."""
    return MARKED.sub(r"\2", text)


def untraced(text: str) -> str:
    """Leave only what no fact wrote."""
    return MARKED.sub("", text)


def statements(text: str) -> list[dict[str, Any]]:
    r"""List the lines of a marked text that hold a number, each with the facts that it comes from.

    Parameters
    ----------
    text : str
        With marks.

    Returns
    -------
    list of dict
        ``text`` and ``facts``, a list of ``path`` and ``shown``.

    Examples
    --------
    >>> statements("no number\nAUC " + mark("0.98", "families.0.auc"))
    [{'text': 'AUC 0.98', 'facts': [{'path': 'families.0.auc', 'shown': '0.98'}]}]
    """
    found = []
    for line in text.splitlines():
        facts = [{"path": path, "shown": shown} for path, shown in MARKED.findall(line)]
        if any(re.search(r"\d", fact["shown"]) for fact in facts):
            found.append({"text": unmarked(line), "facts": facts})
    return found


def at_path(facts: Any, path: str) -> Any:
    """Follow a path through facts.

    Parameters
    ----------
    facts : JSON value
        What was traced.
    path : str
        As a fact has it; names may hold dots.

    Returns
    -------
    JSON value

    Raises
    ------
    KeyError
        A path that leads nowhere.

    Examples
    --------
    >>> at_path({"settings": {"learning.folds": [5]}}, "settings.learning.folds.0")
    5
    """
    rest, _, what = path.partition("#")
    value = _follow(facts, rest)
    if what == "name":
        return rest
    return len(value) if what == "count" else value


def _follow(value: Any, path: str) -> Any:
    if not path:
        return value
    items = dict(value) if isinstance(value, Mapping) else {str(i): v for i, v in enumerate(value)}
    for name in sorted(items, key=lambda key: -len(str(key))):
        if path == str(name):
            return items[name]
        if path.startswith(f"{name}."):
            try:
                return _follow(items[name], path[len(str(name)) + 1 :])
            except (KeyError, TypeError):
                continue
    raise KeyError(path)

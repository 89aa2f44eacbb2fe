"""Frozen dataclasses as plain JSON fields and named arrays, and back with every type checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd


class FieldError(ValueError):
    """A field that does not hold what its dataclass declares."""


@dataclass
class Store:
    """Where the large parts lie.

    Parameters
    ----------
    arrays : dict of str to array
        Float arrays by the dotted name of their field.
    boosters : list of bytes
        Byte fields in order.
    """

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    boosters: list[bytes] = field(default_factory=list)


def to_fields(value: Any, store: Store, name: str = "") -> Any:
    """Write a value as JSON, its arrays and bytes into a store; a field that holds its default is left out.

    Parameters
    ----------
    value : object
        A frozen dataclass of numbers, words, arrays, bytes, tables, mappings and tuples of these.
    store : Store
        Filled in place.
    name : str
        Dotted name of the field.

    Returns
    -------
    object
        What ``json.dumps`` takes without NaN or infinity.

    Examples
    --------
    >>> from stratify.learning.calibration import Platt
    >>> to_fields(Platt(0.0, float("inf"), 0.5), Store())
    {'intercept': 0.0, 'slope': 'inf', 'prevalence': 0.5}
    """
    if is_dataclass(value):
        return {
            f.name: to_fields(getattr(value, f.name), store, f"{name}.{f.name}".lstrip("."))
            for f in fields(value)
            if getattr(value, f.name) is not f.default
        }
    if isinstance(value, pd.DataFrame):
        return _table_fields(value, store, name)
    if isinstance(value, np.ndarray):
        store.arrays[name] = np.ascontiguousarray(value, dtype=np.float64)
        return {"array": name}
    if isinstance(value, bytes):
        return _booster_field(value, store)
    if isinstance(value, tuple):
        return [to_fields(item, store, f"{name}.{i}") for i, item in enumerate(value)]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else repr(float(value))
    return value


def _booster_field(value: bytes, store: Store) -> Any:
    if not value:
        return None
    store.boosters.append(value)
    return {"booster": len(store.boosters) - 1}


def _table_fields(table: pd.DataFrame, store: Store, name: str) -> Any:
    numbers = [str(c) for c in table.columns if pd.api.types.is_numeric_dtype(table[c])]
    words = {str(c): table[c].astype(str).tolist() for c in table.columns if str(c) not in numbers}
    store.arrays[name] = table[numbers].to_numpy(dtype=np.float64).reshape(len(table), len(numbers))
    return {"index": table.index.astype(str).tolist(), "numbers": numbers, "words": words, "array": name}


def from_fields(kind: Any, node: Any, store: Store, name: str = "model") -> Any:
    """Read a value of a declared type.

    Parameters
    ----------
    kind : type
        A dataclass, or the annotation of one of its fields.
    node : object
        As `to_fields` wrote it.
    store : Store
        Arrays and boosters, as they were read.
    name : str
        For the message.

    Returns
    -------
    object

    Raises
    ------
    FieldError
        Naming the first field of a wrong type, or a missing array.
    """
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        required = {f.name for f in fields(kind) if f.default is MISSING}
        fits = isinstance(node, dict) and required <= set(node) <= set(hints)
        _expect(fits, name, f"the fields of {kind.__name__}")
        return kind(**{key: from_fields(hints[key], node[key], store, f"{name}.{key}") for key in node})
    origin = get_origin(kind) or kind
    if origin in (Union, UnionType):  # an optional field that is written only where it holds something
        return from_fields(get_args(kind)[0], node, store, name)
    readers = {np.ndarray: _array, pd.DataFrame: _table, bytes: _booster, float: _number}
    if origin in readers:
        return readers[origin](node, store, name)
    if origin is tuple:
        _expect(isinstance(node, list), name, "a list")
        member = get_args(kind)[0]
        return tuple(from_fields(member, item, store, f"{name}.{i}") for i, item in enumerate(node))
    if origin is Mapping:
        _expect(isinstance(node, dict), name, "named values")
        return node
    _expect(type(node) is origin, name, f"a value of type {origin.__name__}")
    return node


def _expect(holds: bool, name: str, what: str) -> None:
    if not holds:
        raise FieldError(f"field {name} is not {what}")


def _array(node: Any, store: Store, name: str) -> np.ndarray:
    key = node.get("array") if isinstance(node, dict) else None
    found = store.arrays.get(key) if isinstance(key, str) else None
    if found is None or found.dtype != np.float64:
        raise FieldError(f"field {name} is not an array of numbers")
    return found


def _number(node: Any, store: Store, name: str) -> float:
    infinite = isinstance(node, str) and node in ("inf", "-inf", "nan")
    _expect(infinite or type(node) in (int, float), name, "a number")
    return float(node)


def _booster(node: Any, store: Store, name: str) -> bytes:
    if node is None:
        return b""
    place = node.get("booster") if isinstance(node, dict) else None
    _expect(type(place) is int and 0 <= place < len(store.boosters), name, "one of the stored boosters")
    return store.boosters[place]  # type: ignore[index]


def _table(node: Any, store: Store, name: str) -> pd.DataFrame:
    _expect(isinstance(node, dict) and {"index", "numbers", "words"} <= set(node), name, "a table")
    index, numbers, words = node["index"], node["numbers"], node["words"]
    columns: list[Any] = [*words.values()] if isinstance(words, dict) else [None]
    _expect(all(_is_words(c) for c in (index, numbers, *columns)), name, "a table of words")
    _expect(all(len(column) == len(index) for column in columns), name, "a table of equal columns")
    values = _array(node, store, name)
    _expect(values.shape == (len(index), len(numbers)), name, "a table of its stored size")
    table = pd.DataFrame(values, pd.Index(index, dtype=object), pd.Index(numbers, dtype=object))
    return table.assign(**{key: np.array(column, dtype=object) for key, column in words.items()})


def _is_words(node: Any) -> bool:
    return isinstance(node, list) and all(isinstance(word, str) for word in node)

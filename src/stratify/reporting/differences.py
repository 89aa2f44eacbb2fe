"""Where two model folders differ, field by field."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stratify.reporting.manifest import MANIFEST, SIGNATURE
from stratify.reporting.plain_arrays import read_arrays

LAST_DIGITS = 1e-9  # relative; what another machine or library may change


@dataclass(frozen=True)
class Difference:
    """One field that differs.

    Parameters
    ----------
    place : str
        File, and field where the file has fields.
    found : str
        What differs; of numbers only by how much.
    last_digits : bool
        Whether all that differs is numbers, by no more than 1e-9 of their size.
    """

    place: str
    found: str
    last_digits: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.found}"


def differences(old: Path, new: Path) -> list[Difference]:
    """Compare two model folders; no value of a person is in the answer.

    Parameters
    ----------
    old, new : Path
        Verified model folders.

    Returns
    -------
    list of Difference
        Empty where all files but the manifest's own are the same bytes.
    """
    names = {side: _files(side) for side in (old, new)}
    found = [Difference(name, "only in the stored model") for name in sorted(names[old] - names[new])]
    found += [Difference(name, "only in the new model") for name in sorted(names[new] - names[old])]
    for name in sorted(names[old] & names[new]):
        if (old / name).read_bytes() != (new / name).read_bytes():
            found += list(_within(name, old / name, new / name)) or [Difference(name, "written otherwise")]
    return found


def _files(folder: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in paths} - {MANIFEST, SIGNATURE}


def _within(name: str, old: Path, new: Path) -> Iterator[Difference]:
    if name.endswith(".json"):
        sides = [json.loads(path.read_text(encoding="utf-8")) for path in (old, new)]
        yield from _walk(sides[0], sides[1], name)
    elif name.endswith(".npz"):
        yield from _walk(read_arrays(old), read_arrays(new), name)
    elif name.endswith(".csv"):
        yield from _walk(_columns(old), _columns(new), name)
    else:
        yield Difference(name, "other bytes")


def _columns(path: Path) -> dict[str, np.ndarray]:
    table = pd.read_csv(path, float_precision="round_trip")
    return {str(name): table[name].to_numpy() for name in table}


def _walk(old: Any, new: Any, place: str) -> Iterator[Difference]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(set(old) | set(new)):
            where = f"{place} {key}" if " " not in place else f"{place}.{key}"
            if key in old and key in new:
                yield from _walk(old[key], new[key], where)
            else:
                yield Difference(where, f"only in the {'stored' if key in old else 'new'} model")
    elif isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        yield from _of_arrays(old, new, place)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _walk(one, other, f"{place}[{number}]")
    elif _is_number(old) and _is_number(new):
        yield from _of_arrays(np.array([old], dtype=float), np.array([new], dtype=float), place)
    elif old != new or type(old) is not type(new):
        yield Difference(place, "another value")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _of_arrays(old: np.ndarray, new: np.ndarray, place: str) -> Iterator[Difference]:
    if old.shape != new.shape:
        yield Difference(place, f"another size: {old.shape} and {new.shape}")
    elif old.dtype.kind in "fiu" and new.dtype.kind in "fiu":
        if not np.array_equal(old, new, equal_nan=True):
            largest = _largest(old.astype(float), new.astype(float))
            found = f"numbers differ by up to {largest:.1e} of their size"
            yield Difference(place, found, last_digits=largest <= LAST_DIGITS)
    elif (n := int((old.astype(str) != new.astype(str)).sum())) > 0:
        yield Difference(place, f"{n} other words")


def _largest(old: np.ndarray, new: np.ndarray) -> float:
    if not np.array_equal(np.isfinite(old), np.isfinite(new)):
        return math.inf
    known = np.isfinite(old)
    apart = np.abs(old - new)[known] / np.maximum(1.0, np.abs(old)[known])
    return float(apart.max(initial=0.0))

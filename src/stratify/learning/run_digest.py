"""A digest of everything that decides what the searches of a run find."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from stratify.learning.classifier import Knowledge
from stratify.learning.problem import Problem

DISTRIBUTIONS = ("numpy", "scipy", "scikit-learn", "optuna", "xgboost-cpu", "xgboost")
ROOMS = ("learning", "signatures")  # whose code a search runs through


def run_digest(problem: Problem, known: Knowledge, *settings: Any) -> str:
    """Digest what all searches of a run share.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    known : Knowledge
        Prior proteins and pathways.
    *settings : JSON-like values
        What else decides, such as seed and budget.

    Returns
    -------
    str
        SHA-256 in hexadecimal; it differs where the software, this package's own code or one level differs.
    """
    state = hashlib.sha256(repr(settings).encode())
    for array in _arrays(problem, known):
        state.update(digest_of(array).encode())
    for line in _software():
        state.update(line.encode())
    return state.hexdigest()


def digest_of(array: Any) -> str:
    """SHA-256 of the type, shape and values of an array.

    Parameters
    ----------
    array : array or None
        Of numbers, truth values or text.

    Returns
    -------
    str

    Examples
    --------
    >>> digest_of(np.arange(4)) == digest_of(np.arange(4).reshape(2, 2))
    False
    """
    values = np.ascontiguousarray([] if array is None else array)
    head = f"{array is None} {values.dtype.str} {np.shape(array)}"
    return hashlib.sha256(head.encode() + values.tobytes()).hexdigest()


def _arrays(problem: Problem, known: Knowledge) -> Iterator[Any]:
    yield from (problem.profiles, problem.limits, problem.y, problem.reference)
    yield np.asarray(problem.patients, dtype=str)
    yield np.array([problem.below_lod])
    yield from (problem.covariates, problem.adjustment.own)
    yield from (known.prior, known.pathways)


def _software() -> Iterator[str]:
    yield platform.python_version()
    for name in DISTRIBUTIONS:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    package = Path(__file__).parents[1]
    for path in sorted(path for room in ROOMS for path in (package / room).glob("*.py")):
        yield f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}"

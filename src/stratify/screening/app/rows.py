"""Rows of protein levels that come as JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from stratify.errors import ScreeningError, listed
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits

_LONGEST_ID = 200
EXAMPLE = '{"samples": [{"sample_id": "S1", "levels": {"<assay id>": 1.25}}]}'


def profiles_of(body: bytes, limits: Limits) -> pd.DataFrame:
    """Read samples from JSON.

    Parameters
    ----------
    body : bytes
        ``{"samples": [{"sample_id": text, "levels": {assay id: number or null}}]}``.
    limits : Limits
        Most samples.

    Returns
    -------
    DataFrame
        Index sample ids, columns assay ids; NaN for null and for an assay that a sample does not name.

    Raises
    ------
    RequestError, ScreeningError
        Anything else; the message names a sample or an assay, never a level.
    """
    samples = _samples(body, limits)
    ids = [_id(sample) for sample in samples]
    repeated = sorted(name for name, count in Counter(ids).items() if count > 1)
    if repeated:
        raise ScreeningError("one row a sample", f"repeated: {listed(repeated)}", "give each its own id")
    levels = [_levels(sample["levels"], name) for sample, name in zip(samples, ids, strict=True)]
    columns = list(dict.fromkeys(assay for row in levels for assay in row))
    if len(ids) * len(columns) > limits.cells:
        raise RequestError(
            413,
            f"at most {limits.cells // 1_000_000} million cells of samples by assays",
            f"{len(ids)} samples and {len(columns)} assays",
            "name the same assays in each sample, or send the samples in several requests",
        )
    place = {assay: number for number, assay in enumerate(columns)}
    values = np.full((len(ids), len(columns)), np.nan)
    for found, row in zip(values, levels, strict=True):
        found[[place[assay] for assay in row]] = list(row.values())
    return pd.DataFrame(values, index=ids, columns=columns)


def _samples(body: bytes, limits: Limits) -> list[dict[str, Any]]:
    try:
        content = json.loads(body, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole)
    except (ValueError, RecursionError):
        raise RequestError(
            400, f"JSON such as {EXAMPLE}", "text that is no such JSON", "see /schema"
        ) from None
    samples = content.get("samples") if isinstance(content, dict) else None
    if not isinstance(samples, list) or not samples or set(content) != {"samples"}:
        raise _shape("no list of samples, or other keys beside it")
    if len(samples) > limits.samples:
        raise RequestError(
            413, f"at most {limits.samples} samples", f"{len(samples)}", "send them in several requests"
        )
    wanted = {"sample_id", "levels"}
    if any(
        not isinstance(one, dict) or set(one) != wanted or not isinstance(one["levels"], dict)
        for one in samples
    ):
        raise _shape("a sample that is not made of sample_id and levels")
    return samples


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def _no_constant(word: str) -> float:
    raise ValueError(word)


def _whole(digits: str) -> float:
    return float(digits)


def _id(sample: dict[str, Any]) -> str:
    name = sample["sample_id"]
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_ID or not name.isprintable():
        raise _shape("a sample_id that is no printable text of 1 to 200 characters")
    return name


def _levels(levels: dict[str, Any], sample: str) -> dict[str, float]:
    wrong = [
        assay
        for assay, level in levels.items()
        if level is not None and (not isinstance(level, float) or not np.isfinite(level))
    ]
    if wrong:
        raise ScreeningError(
            "numbers or null as levels",
            f"something else in sample {sample} for {listed(wrong)}",
            "leave out what was not measured",
        )
    return {assay: np.nan if level is None else level for assay, level in levels.items()}


def _shape(found: str) -> RequestError:
    return RequestError(400, f"JSON such as {EXAMPLE}", found, "see /openapi.json for the form")

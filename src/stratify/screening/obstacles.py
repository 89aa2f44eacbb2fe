"""What stands against calls in a whole file, before anybody looks at single patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stratify.learning.decision import REASONS
from stratify.screening.outcome import Screening
from stratify.screening.settling import RUN, UNMEASURED, settled_by

OBJECTIONS = (
    "model-not-shown",
    "quality-fail",
    "too-little-measured",
    "thresholds-unknown",
    "batch-not-anchored",
    "matrix-differs",
    "matrix-unknown",
    "biology-unusual",
    "no-healthy-reference",
)


@dataclass(frozen=True)
class Obstacle:
    """A reason for which no call may be made, and for how many.

    Parameters
    ----------
    says : str
        The reason in words.
    samples : int
        How many samples it holds open.
    to_settle : str
        What would settle it.
    """

    says: str
    samples: int
    to_settle: str


def obstacles(screening: Screening) -> list[Obstacle]:
    """List the reasons that forbid a call whatever the score is, the commonest first.

    Parameters
    ----------
    screening : Screening
        What was found.

    Returns
    -------
    list of Obstacle
        Empty where every sample may be called.
    """
    codes = [cell.split(";") for cell in screening.table["reason_codes"]]
    counts = {code: sum(code in held for held in codes) for code in OBJECTIONS}
    found = sorted((code for code in OBJECTIONS if counts[code]), key=lambda code: -counts[code])
    return [Obstacle(REASONS[code], counts[code], _settled(screening, code, codes)) for code in found]


def forbids_call(reason_codes: str) -> bool:
    """Whether reasons forbid a call whatever the score is: its numbers are then not to be relied on.

    Parameters
    ----------
    reason_codes : str
        Cell of the results.

    Returns
    -------
    bool

    Examples
    --------
    >>> forbids_call("matrix-differs"), forbids_call("not-rare-enough;handling-unknown")
    (True, False)
    """
    return not set(OBJECTIONS).isdisjoint(reason_codes.split(";"))


def _settled(screening: Screening, code: str, codes: Sequence[Sequence[str]]) -> str:
    """Say what would settle a reason; of panels, those that the samples themselves lack."""
    ending = RUN.partition("{panels}")[2]
    cells = screening.table["to_settle"] if code in UNMEASURED else ()
    ways = [way for cell, held in zip(cells, codes, strict=False) if code in held for way in cell.split("; ")]
    lacking = dict.fromkeys(way for way in ways if way.endswith(ending))
    if lacking:
        return "; ".join(lacking)
    profile = np.where(np.isin(screening.protein_names, screening.facts.missing), np.nan, 0.0)
    return settled_by(screening.model, [code], profile)

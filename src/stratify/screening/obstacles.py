"""What stands against calls in a whole file, before anybody looks at single patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stratify.learning.decision import REASONS
from stratify.screening.outcome import Screening
from stratify.screening.settling import settled_by

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
    missing = np.isin(screening.protein_names, screening.facts.missing)
    profile = np.where(missing, np.nan, 0.0)
    codes = [cell.split(";") for cell in screening.table["reason_codes"]]
    counts = {code: sum(code in held for held in codes) for code in OBJECTIONS}
    found = sorted((code for code in OBJECTIONS if counts[code]), key=lambda code: -counts[code])
    return [
        Obstacle(REASONS[code], counts[code], settled_by(screening.model, [code], profile)) for code in found
    ]

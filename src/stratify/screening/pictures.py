"""Positions in the small pictures of the report: waterfalls and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LABELS, WIDTH, NUMBERS = 130.0, 360.0, 44.0
ROW = 20.0
LEADING = 10


@dataclass(frozen=True)
class Bar:
    """One step of a waterfall, in picture units.

    Parameters
    ----------
    label : str
        What moves the score.
    value : float
        By how much.
    x, width, y : float
        Where its bar lies.
    end : float
        Where the next bar begins.
    """

    label: str
    value: float
    x: float
    width: float
    y: float
    end: float


@dataclass(frozen=True)
class Waterfall:
    """Steps from the score of the average person to the score of a patient.

    Parameters
    ----------
    base, score : float
        The two scores.
    base_x, score_x, height : float
        Their positions, and the height of the picture.
    bars : tuple of Bar
        Largest first, the rest summed in the last.
    """

    base: float
    score: float
    base_x: float
    score_x: float
    height: float
    bars: tuple[Bar, ...]


def waterfall(steps: Sequence[tuple[str, float]], score: float, rest: str) -> Waterfall:
    """Lay out how single steps add up to a score.

    Parameters
    ----------
    steps : sequence of (label, value)
        All steps; their sum is the score less the base.
    score : float
        Where they end.
    rest : str
        What the steps beyond the first ten are called.

    Returns
    -------
    Waterfall

    Examples
    --------
    >>> picture = waterfall([("IL6", 0.5), ("CCL17", -2.0)], 1.0, "proteins")
    >>> picture.base, [bar.label for bar in picture.bars]
    (2.5, ['CCL17', 'IL6'])
    """
    ordered = sorted(steps, key=lambda step: -abs(step[1]))
    shown, others = ordered[:LEADING], ordered[LEADING:]
    if others:
        shown = [*shown, (f"{len(others)} other {rest}", sum(value for _, value in others))]
    base = score - sum(value for _, value in steps)
    stops = base + np.concatenate([[0.0], np.cumsum([value for _, value in shown])])
    low, high = float(stops.min()), float(stops.max())
    unit = (WIDTH - LABELS - NUMBERS) / max(high - low, 1e-9)
    places = [LABELS + unit * (float(stop) - low) for stop in stops]
    bars = tuple(
        Bar(label, value, min(a, b), max(abs(b - a), 1.0), ROW * (i + 1), b)
        for i, ((label, value), (a, b)) in enumerate(zip(shown, pairwise(places), strict=True))
    )
    return Waterfall(base, score, places[0], places[-1], ROW * (len(shown) + 2), bars)


@dataclass(frozen=True)
class Ruler:
    """Positions, 0 to 100, on a line of healthy standard deviations.

    Parameters
    ----------
    low, high : float
        Ends of the line; what lies beyond is drawn at its end.
    """

    low: float
    high: float

    def place(self, value: float) -> float:
        """Place of a value.

        Parameters
        ----------
        value : float
            Healthy standard deviations from the healthy mean.

        Returns
        -------
        float

        Examples
        --------
        >>> Ruler(-4.0, 8.0).place(2.0), Ruler(-4.0, 8.0).place(99.0)
        (50.0, 100.0)
        """
        inside = min(max(value, self.low), self.high)
        return 100.0 * (inside - self.low) / (self.high - self.low)

"""One style for all figures, and SVG text that is the same each time."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape, unescape
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

Array = NDArray[np.float64]
Drawing = tuple[Figure, str]  # with its alternative text

# Okabe & Ito: told apart by colour-blind readers; their lightness differs, and so do the markers.
INK, BLUE, ORANGE, GREEN, GREY = "#1b1b1b", "#0072b2", "#e69f00", "#009e73", "#8a8a8a"
STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "text.parse_math": False,
}


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the one style; matplotlib's settings are as before afterwards."""
    with matplotlib.rc_context(STYLE):
        yield


def one_axes(width: float = 5.6, height: float = 4.0) -> tuple[Figure, Axes]:
    """Make a figure with one pair of axes; sizes in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def short(name: object, most: int = 40) -> str:
    """Cut a name in the middle where it would leave no room for the drawing.

    Parameters
    ----------
    name : object
        Of a row, a group or a drug, as a file spells it.
    most : int, default 40
        Most letters.

    Returns
    -------
    str

    Examples
    --------
    >>> short("Th2"), short("a very long name", 9)
    ('Th2', 'a ve…name')
    """
    text = str(name)
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[: most - 1 - half]}…{text[-half:]}"


def to_svg(figure: Figure, name: str, alt: str) -> str:
    """Write a figure as SVG text that depends on nothing but its content.

    Parameters
    ----------
    figure : Figure
        What was drawn.
    name : str
        Put before every id, so that several figures can share a page.
    alt : str
        What the figure shows, for those who cannot see it.

    Returns
    -------
    str
    """
    file = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    title = f'<title id="{name}-title">{escape(alt)}</title>'
    return text.replace("<svg ", f'<svg role="img" aria-labelledby="{name}-title" ', 1).replace(
        ">", f">\n {title}", 1
    )


def alt_text(svg: str) -> str:
    """Read back what a figure of :func:`to_svg` says it shows.

    Parameters
    ----------
    svg : str
        SVG text.

    Returns
    -------
    str

    Examples
    --------
    >>> alt_text('<svg><title id="a-title">p &lt; .05</title></svg>')
    'p < .05'
    """
    found = re.search(r"<title[^>]*>(.*?)</title>", svg, flags=re.DOTALL)
    return unescape(found[1]) if found else ""


def swarm_offsets(values: Array, n_bins: int = 30) -> Array:
    """Spread points (n,) that would lie on each other, within -0.5 to 0.5, the same way each time.

    Parameters
    ----------
    values : array of shape (n,)
        Where the points lie along the axis.
    n_bins : int, default 30
        Points within one bin are spread.

    Returns
    -------
    array of shape (n,)

    Examples
    --------
    >>> swarm_offsets(np.array([0.0, 0.0, 0.0, 9.0])).tolist()
    [0.0, 0.5, -0.5, 0.0]
    """
    if not len(values) or np.ptp(values) == 0:
        bins = np.zeros(len(values), dtype=int)
    else:
        bins = np.floor((values - values.min()) / np.ptp(values) * (n_bins - 1e-9)).astype(int)
    turn = pd.Series(bins).groupby(bins).cumcount().to_numpy()
    steps = (turn + 1) // 2 * np.where(turn % 2 == 1, 1, -1)
    reach = max(int(np.abs(steps).max(initial=1)), 1)
    return steps / (2 * reach)

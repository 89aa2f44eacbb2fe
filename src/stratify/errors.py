"""Errors that a user can act on: what was expected, what was found, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class StratifyError(Exception):
    r"""Base of every refusal.

    Parameters
    ----------
    expected, found, do : str
        One sentence each. They may name sample ids, columns and files, never a patient's values;
        whatever these names hold, each sentence stays one line that any terminal can show.

    Examples
    --------
    >>> print(StratifyError("one row a sample", "two rows for S\n1", "remove one"))
    expected: one row a sample
    found: two rows for S 1
    do: remove one
    """

    def __init__(self, expected: str, found: str, do: str) -> None:
        self.expected, self.found, self.do = _one_line(expected), _one_line(found), _one_line(do)
        super().__init__(f"expected: {self.expected}\nfound: {self.found}\ndo: {self.do}")


def _one_line(sentence: str) -> str:
    shown = sentence.encode("utf-8", errors="backslashreplace").decode("utf-8")
    return _CONTROLS.sub(" ", shown)


class AssayFileError(StratifyError):
    """A file that cannot be read as a protein table."""


class ClinicalTableError(StratifyError):
    """A clinical table that cannot be joined or lacks a column."""


class CohortError(StratifyError):
    """People or columns with which the question cannot be answered."""


class HarmonisationError(StratifyError):
    """Batches that cannot be made comparable with the rows at hand."""


class LeakageError(StratifyError):
    """Proteins that made the label are among those that would be learned from."""


class ExperimentError(StratifyError):
    """An experiment or definition file that cannot be understood."""


class ModelError(StratifyError):
    """A model folder that is damaged, changed, foreign or too new."""


class ScreeningError(StratifyError):
    """A screening file that the model cannot score."""


def listed(items: Iterable[object], limit: int = 5) -> str:
    """Write the first items and how many more there are.

    Parameters
    ----------
    items : iterable
        Ids, columns or files.
    limit : int, default 5
        Most items that are written.

    Returns
    -------
    str

    Examples
    --------
    >>> listed(["a", "b", "c"], limit=2)
    'a, b and 1 more'
    """
    words = [str(item) for item in items]
    shown = ", ".join(words[:limit])
    return shown if len(words) <= limit else f"{shown} and {len(words) - limit} more"


def nearest(word: str, known: Sequence[str]) -> str:
    """Name the known word that is closest to an unknown one, or all of them.

    Parameters
    ----------
    word : str
        What was written.
    known : sequence of str
        What could have been written.

    Returns
    -------
    str

    Examples
    --------
    >>> nearest("positve", ["positive", "negative"])
    "did you mean 'positive'?"
    """
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"known: {listed(sorted(known), 20)}"

"""Numbers of a column that is read batch by batch, exactly, with decimal points or decimal commas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stratify.assays.refusal import refuse
from stratify.assays.schema import LARGEST_NUMBER, MISSING_WORDS, parse_numbers

if TYPE_CHECKING:
    import pyarrow as pa

_COMMA = r"^\s*([-+]?\d*),(\d+([eE][-+]?\d+)?)\s*$"
_THOUSANDS = r"^\s*[-+]?[1-9]\d{0,2},\d{3}\s*$"
_SPELLINGS = sorted(
    {case(word) for word in MISSING_WORDS for case in (str, str.upper, str.capitalize)} | {"NaN"}
)


class NumberColumn:
    """One column of numbers.

    Parameters
    ----------
    name : str
        The column, for messages.
    where : str
        Name of the table, for messages.
    comma_expected : bool
        Whether the table separates its cells by semicolons, so that "1,234" is a decimal number.
    """

    def __init__(self, name: str, where: str, *, comma_expected: bool = False) -> None:
        self._name, self._where = name, where
        self._pointed, self._comma, self._sure = False, False, comma_expected

    def read(self, cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Read some cells.

        Parameters
        ----------
        cells : Array of shape (n,)
            Text, or numbers of any type.

        Returns
        -------
        values : ndarray of float64, shape (n,)
            NaN where missing.
        wrong : ndarray of bool, shape (n,)
            True where a cell is neither a number that an instrument could give nor missing.
        """
        import pyarrow as pa

        if pa.types.is_dictionary(cells.type):
            cells = cells.dictionary_decode()
        if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
            return self._of_text(cells)
        kinds = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
        if not any(kind(cells.type) for kind in kinds):
            return np.full(len(cells), np.nan), ~np.array(cells.is_null())
        return _within_reach(cells.cast(pa.float64()))

    def finish(self) -> None:
        """Refuse a column whose commas may mean two things.

        Raises
        ------
        AssayFileError
            Decimal points beside commas, or only commas that may group thousands.
        """
        if self._comma and (self._pointed or not self._sure):
            mixed = "decimal points and commas" if self._pointed else "commas that may group thousands"
            raise refuse(
                self._where,
                f"{mixed} in column {self._name!r}",
                "write all numbers with one kind of decimal mark and without marks between thousands",
            )

    def _of_text(self, cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        import pyarrow as pa
        from pyarrow import compute

        self._pointed |= bool(compute.any(compute.match_substring(cells, ".")).as_py())
        missing = compute.is_in(cells, value_set=pa.array(_SPELLINGS))
        known = compute.if_else(missing, pa.scalar(None, pa.string()), cells)
        try:
            return _within_reach(known.cast(pa.float64()))
        except pa.ArrowInvalid:
            pass
        known = self._pointed_cells(known)
        try:
            return _within_reach(known.cast(pa.float64()))
        except pa.ArrowInvalid:
            return parse_numbers(known.to_pylist())

    def _pointed_cells(self, cells: pa.Array) -> pa.Array:
        from pyarrow import compute

        comma = compute.match_substring_regex(cells, _COMMA)
        if not compute.any(comma).as_py():
            return cells
        grouped = compute.match_substring_regex(cells, _THOUSANDS)
        self._comma = True
        self._sure |= bool(compute.any(compute.and_not(comma, grouped)).as_py())
        return compute.replace_substring_regex(cells, _COMMA, r"\1.\2")


def _within_reach(cells: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    values = cells.to_numpy(zero_copy_only=False)
    wrong = np.abs(values) > LARGEST_NUMBER
    return (np.where(wrong, np.nan, values), wrong) if wrong.any() else (values, wrong)

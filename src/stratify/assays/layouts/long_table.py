"""A long Olink table taken apart while it is read: who was measured, what was measured, and the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from stratify.assays.assay_table import text_in_assay
from stratify.assays.files.decimal_commas import point_decimals
from stratify.assays.files.number_columns import NumberColumn
from stratify.assays.files.row_batches import RowBatches
from stratify.assays.refusal import refuse
from stratify.assays.scattered import refuse_scattered
from stratify.assays.schema import OBS_COLUMNS, VAR_COLUMNS, Column, as_text, rename_columns

if TYPE_CHECKING:
    import pyarrow as pa

LEVELS = ("npx", "pc_normalized_npx", "quantified", "ct")  # the first one that a table holds is its level
_MEASURES = (
    Column("npx", "protein level, log2 units", ("npx", "npxvalue")),
    Column(
        "pc_normalized_npx", "level before intensity normalisation", ("pcnormalizednpx", "ipcnormalizednpx")
    ),
    Column("quantified", "concentration", ("quantified", "quantifiedvalue")),
    Column("ct", "cycles of the polymerase chain reaction; higher is less", ("ct",)),
    Column("count", "sequenced reads", ("count", "counts")),
    Column("ext_npx", "count against the extension control, log2", ("extnpx",)),
    Column(
        "lod",
        "limit of detection, in units of the level",
        ("lod", "platelod", "lodnpx", "maxlod", "nclod", "fixedlod"),
    ),
    Column("lod_quantified", "limit of detection as a concentration", ("lodquant",)),
)
_ASSAY_COLUMNS = (
    *VAR_COLUMNS,
    Column("assay_type", "protein or internal control", ("assaytype",)),
    Column("assay_qc", "the laboratory's verdict on an assay", ("assayqc", "assaywarning", "assaywarn")),
    Column("block", "block of the panel", ("block",)),
    Column("lot", "lot of reagents", ("panellotnr", "lot", "lotnr", "panelversion")),
    Column("analysis_reference", "the vendor's reference of a lot", ("dataanalysisrefid",)),
    Column("normalization", "how the vendor normalised", ("normalization", "normalisation")),
    Column("unit", "unit of a concentration", ("unit", "units")),
)
_SPOT_COLUMNS = ("sample_id", "sample_type", "plate", "well", "panel", "qc")
_WELL = Column("well", "well of the plate", ("wellid", "well"))


@dataclass(frozen=True, eq=False)
class Cells:
    """The numbers of one batch of rows.

    Parameters
    ----------
    spot, assay : ndarray of int, shape (rows,)
        Rows of `LongTable.spots` and `LongTable.assays`.
    measures : dict of str to ndarray of float64, shape (rows,)
        Level, limit of detection, counts.
    """

    spot: np.ndarray
    assay: np.ndarray
    measures: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class LongTable:
    """A long table, each word once and each number once.

    Parameters
    ----------
    spots : DataFrame
        A sample on a panel on a plate: ``sample_id``, ``sample_type``, ``plate``, ``well``, ``panel`` and
        ``qc`` ("" where the file has no such column), and each other column that is constant within each
        batch; the same spot may occur in several rows.
    assays : DataFrame
        Descriptions of assays, "" where unknown; the same assay may occur in several rows.
    cells : list of Cells
        Batches in the order of the file.
    others : list of str
        Columns that are known to describe neither spots nor assays, and hold no measure.
    """

    spots: pd.DataFrame
    assays: pd.DataFrame
    cells: list[Cells]
    others: list[str]


def long_names(names: Sequence[str]) -> dict[str, str]:
    """Give the columns of a long table their canonical names.

    Parameters
    ----------
    names : sequence of str
        Columns as delivered.

    Returns
    -------
    dict of str to str
        Delivered to canonical name; other columns are absent.

    Examples
    --------
    >>> long_names(["SampleID", "OlinkID", "NPX", "PlateID"])
    {'SampleID': 'sample_id', 'OlinkID': 'assay_id', 'NPX': 'npx', 'PlateID': 'plate'}
    """
    found: dict[str, str] = {}
    for columns in ((*_MEASURES, *_ASSAY_COLUMNS), (_WELL, *OBS_COLUMNS)):
        found |= rename_columns([name for name in names if name not in found], columns)
    return {name: found[name] for name in names if name in found}


def is_long(names: Sequence[str]) -> bool:
    """Say whether columns are those of a long Olink table: one row a sample and assay.

    Parameters
    ----------
    names : sequence of str
        Columns as delivered.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_long(["SampleID", "Assay", "NPX"]), is_long(["SampleID", "Assay", "Ct"])
    (True, False)
    """
    known = set(long_names(names).values())
    level = "npx" in known or (bool(known & set(LEVELS)) and bool({"assay_id", "panel"} & known))
    return level and "sample_id" in known and bool({"assay_id", "uniprot", "assay"} & known)


def collect(rows: RowBatches, where: str) -> LongTable:
    """Read all batches of a long table.

    Parameters
    ----------
    rows : RowBatches
        Its rows.
    where : str
        Name of the table, for messages.

    Returns
    -------
    LongTable

    Raises
    ------
    AssayFileError
        Text in place of a number, or no row at all.
    """
    collector = _Collector(rows, where)
    parts = [collector.take(batch) for batch in rows.batches if batch.num_rows]
    if not parts:
        raise refuse(where, "columns without a single sample")
    for column in collector.numbers.values():
        column.finish()
    spots, assays, cells = (list(group) for group in zip(*parts, strict=True))
    constant = [name for name in collector.others if name in collector.live]
    everyone = pd.concat(spots, ignore_index=True)[[*_SPOT_COLUMNS, *constant]]
    described = pd.concat(assays, ignore_index=True)
    numbers = sum(len(batch.spot) for batch in cells)
    refuse_scattered(where, everyone["sample_id"].nunique(), len(described.drop_duplicates()), numbers)
    for frame, words in ((everyone, _SPOT_COLUMNS), (described, tuple(described.columns))):
        for name in words:
            frame[name] = by_unique(frame[name], as_text)
    if rows.delimiter:
        _refuse_open_quotes(everyone, described, where)
        everyone[constant] = point_decimals(everyone[constant], where)
    return LongTable(everyone, described, cells, collector.others)


def by_unique(values: pd.Series, function: Callable[[object], object]) -> pd.Series:
    """Apply a function once to each different value.

    Parameters
    ----------
    values : Series
        Any values.
    function : callable
        Of one value.

    Returns
    -------
    Series
        With the same index.

    Examples
    --------
    >>> by_unique(pd.Series(["a", "b", "a"]), str.upper).tolist()
    ['A', 'B', 'A']
    """
    codes, words = pd.factorize(values, use_na_sentinel=False)
    answers = np.empty(len(words), dtype=object)
    answers[:] = [function(word) for word in words]
    return pd.Series(answers[codes], values.index, dtype=object)


def distinct(codes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Count different combinations of several codes in the order in which they occur.

    Parameters
    ----------
    codes : sequence of ndarray of int, shape (n,)
        Not negative.

    Returns
    -------
    number : ndarray of int, shape (n,)
        Of each combination.
    first : ndarray of int
        Where each combination occurs first.

    Examples
    --------
    >>> distinct([np.array([3, 3, 1]), np.array([0, 0, 2])])
    (array([0, 0, 1]), array([0, 2]))
    """
    number, room = np.zeros(len(codes[0]), dtype=np.int64), 1
    for code in (code for code in codes if code.min() != code.max()):
        width = int(code.max()) + 1
        if room > np.iinfo(np.int64).max // width:
            number, words = pd.factorize(number)
            room = len(words)
        number *= width
        number += code
        room *= width
    number, _ = pd.factorize(number)
    return number, np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1))


class _Collector:
    """Takes batches apart and keeps what holds for all of them."""

    def __init__(self, rows: RowBatches, where: str) -> None:
        names = long_names(rows.names)
        given = {canonical: name for name, canonical in names.items()}
        measures = [column.name for column in _MEASURES if column.name in given]
        self.numbers = {
            name: NumberColumn(given[name], where, comma_expected=rows.delimiter == ";") for name in measures
        }
        self._where, self._given = where, given
        self._assay = [column.name for column in _ASSAY_COLUMNS]
        used = {given[name] for name in (*measures, *self._assay, *_SPOT_COLUMNS) if name in given}
        self.others = [n for n in rows.names if n not in used and not n.startswith("__index_level_")]
        self.live = set(self.others)
        self._spots, self._assays = 0, 0

    def take(self, batch: pa.RecordBatch) -> tuple[pd.DataFrame, pd.DataFrame, Cells]:
        columns = {name: batch.column(self._given[name]) for name in self._given}
        spot, first = distinct([_codes(columns[name]) for name in _SPOT_COLUMNS if name in columns])
        spots = {name: _words(columns.get(name), first) for name in _SPOT_COLUMNS}
        spots |= {name: _words(batch.column(name), first) for name in self._constant(batch, spot, first)}
        described = [name for name in self._assay if name in columns]
        assay, one = distinct([_codes(columns[name]) for name in described])
        assays = pd.DataFrame({name: _words(columns.get(name), one) for name in self._assay})
        measures = {name: self._read(name, columns) for name in self.numbers}
        cells = Cells(_from(spot, self._spots), _from(assay, self._assays), measures)
        self._spots, self._assays = self._spots + len(first), self._assays + len(one)
        return pd.DataFrame(spots), assays, cells

    def _constant(self, batch: pa.RecordBatch, spot: np.ndarray, first: np.ndarray) -> Iterator[str]:
        for name in [name for name in self.others if name in self.live]:
            code = _codes(batch.column(name))
            if (code[first][spot] == code).all():
                yield name
            else:
                self.live.remove(name)

    def _read(self, name: str, columns: dict[str, pa.Array]) -> np.ndarray:
        values, wrong = self.numbers[name].read(columns[name])
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            named = next(n for n in ("assay", "assay_id", "uniprot") if n in columns)
            assay, sample, cell = (as_text(columns[n][at].as_py()) for n in (named, "sample_id", name))
            raise text_in_assay(self._where, assay, sample, cell)
        return values


def _codes(column: pa.Array) -> np.ndarray:
    import pyarrow as pa

    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    indices = encoded.indices
    if not indices.null_count:
        return np.asarray(indices)
    codes: np.ndarray = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes + 1


def _words(column: pa.Array | None, at: np.ndarray) -> pd.Series:
    import pyarrow as pa

    if column is None:
        return pd.Series("", range(len(at)), dtype=object)
    cells = column.take(pa.array(at))
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    return cells.to_pandas()


def _from(number: np.ndarray, offset: int) -> np.ndarray:
    return (number + offset).astype(np.int32)


def _refuse_open_quotes(spots: pd.DataFrame, assays: pd.DataFrame, where: str) -> None:
    words = {word for frame in (spots, assays) for name in frame for word in frame[name].unique()}
    if any(isinstance(word, str) and ('"' in word or "\n" in word) for word in words):
        raise refuse(where, "text that is no table: its quotation marks do not match")

from __future__ import annotations

import decimal

import numpy as np
import pyarrow as pa
import pytest

from stratify.assays.files.number_columns import NumberColumn
from stratify.assays.schema import MISSING_WORDS
from stratify.errors import AssayFileError


def read(*batches, **options):
    column = NumberColumn("NPX", "x.csv", **options)
    parts = [column.read(pa.array(cells)) for cells in batches]
    column.finish()
    return np.concatenate([values for values, _ in parts]), np.concatenate([wrong for _, wrong in parts])


def test_text_is_read_exactly():
    numbers = np.random.default_rng(0).standard_normal(500) * 10.0 ** np.arange(-250, 250, 1).clip(-20, 20)
    np.testing.assert_array_equal(read([repr(float(x)) for x in numbers])[0], numbers)


@pytest.mark.parametrize("word", [*sorted(MISSING_WORDS), "NaN", "NA", "N/A", " na "])
def test_missing_words(word):
    values, wrong = read([word, "1.5"])
    np.testing.assert_array_equal(values, [np.nan, 1.5])
    assert not wrong.any()


@pytest.mark.parametrize("cell", ["high", "<LOD", "1e400", "inf", "-1e31", "TRUE", "1;2"])
def test_what_no_instrument_gives_is_wrong(cell):
    values, wrong = read(["1.5", cell, " 2.5 "])
    assert wrong.tolist() == [False, True, False]
    np.testing.assert_array_equal(values, [1.5, np.nan, 2.5])


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([1, None, 3]),
        pa.array([1.0, None, 3.0], pa.float32()),
        pa.array([decimal.Decimal("1.0"), None, decimal.Decimal("3.0")]),
        pa.array(["1", None, "3"]).dictionary_encode(),
        pa.array(["1", None, "3"], pa.large_string()),
    ],
)
def test_all_types_of_a_parquet_file(cells):
    values, wrong = NumberColumn("NPX", "x.parquet").read(cells)
    np.testing.assert_array_equal(values, [1.0, np.nan, 3.0])
    assert not wrong.any()


def test_truth_values_are_no_numbers():
    assert NumberColumn("NPX", "x.parquet").read(pa.array([True, None]))[1].tolist() == [True, False]


def test_decimal_commas():
    assert read(["1,5", "-0,25", "3"], ["1,234", "2,5E-03"])[0].tolist() == [1.5, -0.25, 3, 1.234, 0.0025]
    assert read(["1,234"], comma_expected=True)[0].tolist() == [1.234]


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([["1,234", "2,345"]], "commas that may group thousands in column 'NPX'"),
        ([["1,5"], ["2.5"]], "decimal points and commas in column 'NPX'"),
        ([["2.5"], ["1,5"]], "decimal points and commas in column 'NPX'"),
    ],
)
def test_commas_of_two_meanings_are_refused(batches, message):
    with pytest.raises(AssayFileError, match=message):
        read(*batches)


def test_marks_between_thousands_are_wrong():
    assert read(["1,234.5"])[1].tolist() == [True]

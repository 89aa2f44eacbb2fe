from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.layouts.long_matrix import LongMatrix, repeat_wells
from stratify.assays.layouts.long_table import Cells


def cells(*batches):
    return [
        Cells(np.array(spot), np.array(assay), {"npx": np.array(levels, dtype=float)})
        for spot, assay, levels in batches
    ]


def test_numbers_are_written_where_they_belong():
    batches = cells(([0, 1], [0, 1], [1.5, 2.5]), ([1], [0], [3.5]))
    matrix = LongMatrix(batches, [np.array([0, 1]), np.array([1])], np.array([1, 0]), (3, 2))
    assert matrix.measures == ["npx"]
    assert matrix.filled.tolist() == [[False, True], [True, True], [False, False]]
    np.testing.assert_array_equal(matrix.take("npx"), [[np.nan, 1.5], [2.5, 3.5], [np.nan, np.nan]])
    assert matrix.measures == []
    assert not len(matrix.repeated())


@pytest.mark.parametrize("batches", [1, 2])
def test_two_numbers_for_one_cell_are_found(batches):
    rows = [np.array([0, 1, 1]), np.array([2, 2])]
    found = cells(([0, 1, 1], [0, 0, 0], [1, 2, 3]), ([2, 2], [0, 1], [4, 5]))
    matrix = LongMatrix(found[:batches], rows[:batches], np.array([0, 1]), (3, 2))
    assert matrix.repeated().tolist() == [1]


def test_repeats_of_a_control_get_rows_of_their_own():
    batches = cells(([0, 1, 1], [0, 0, 0], [1, 2, 3]), ([1, 2, 1], [0, 0, 1], [4, 5, 6]))
    rows, copies = repeat_wells(
        batches, np.array([0, 1, 2]), np.array([0, 1]), np.array([False, True, False])
    )
    assert copies.tolist() == [1, 3, 1]
    assert [of_batch.tolist() for of_batch in rows] == [[0, 1, 2], [3, 4, 1]]


def test_people_are_never_repeated():
    batches = cells(([0, 0], [0, 0], [1, 2]))
    rows, copies = repeat_wells(batches, np.array([0]), np.array([0]), np.array([False]))
    assert copies.tolist() == [1]
    assert rows[0].tolist() == [0, 0]

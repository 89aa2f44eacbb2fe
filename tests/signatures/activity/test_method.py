from __future__ import annotations

import numpy as np

from stratify.signatures.activity.method import Members, columns_of, present_members


def test_counts_are_of_members_with_a_level():
    inside = np.array([[True, True, False], [False, False, False]])
    levels = np.array([[1.0, np.nan, np.nan], [1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(present_members(inside, levels), [[1, 0], [2, 0]])
    assert present_members(inside[:0], levels).shape == (2, 0)


def test_columns_of_no_set_are_none():
    columns, places = columns_of(np.zeros((2, 3), dtype=bool))
    assert len(columns) == 0
    assert [len(place) for place in places] == [0, 0]
    assert Members.equal(np.ones((1, 3), dtype=bool)).weights.tolist() == [1.0, 1.0, 1.0]

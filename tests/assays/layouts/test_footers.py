from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.layouts.footers import footer_kind, spread_limits


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("LOD", "lod"),
        ("Max LOD", "max lod"),
        ("PlateLOD", "plate lod"),
        ("Missing Data freq.", "missing data"),
        ("Normalisation", "normalization"),
        ("Lowest quantifiable level", "lowest quantifiable level"),
        ("S1", ""),
        ("", ""),
    ],
)
def test_labels(label, kind):
    assert footer_kind(label) == kind


def test_limits_of_a_plate_win_and_the_common_ones_fill_the_rest():
    rows = [
        ("plate lod", "P1", np.array([0.1, np.nan])),
        ("plate lod", "P2", np.array([0.2, 0.4])),
        ("max lod", "", np.array([0.9, 0.8])),
    ]
    expected = [[0.1, 0.8], [0.2, 0.4], [0.9, 0.8], [0.1, 0.8]]
    for order in (rows, rows[::-1]):
        assert spread_limits(order, ["P1", "P2", "P3", "P1"], 2).tolist() == expected


def test_without_rows_nothing_is_known():
    assert np.isnan(spread_limits([], ["", ""], 3)).all()

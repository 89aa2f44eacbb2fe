from __future__ import annotations

import numpy as np
import pytest
from anndata import AnnData

from stratify.assays.layouts.levels import read_levels, take_logarithms
from stratify.errors import AssayFileError


def test_cells_are_read_exactly():
    columns = [("IL6", [1.5, "2.25", "", "NA", None]), ("TNF", ["-0.1", 1e-3, 4, " 5 ", "nan"])]
    levels, notes = read_levels(columns, list("abcde"), "x")
    np.testing.assert_array_equal(levels[:, 0], [1.5, 2.25, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(levels[:, 1], [-0.1, 0.001, 4, 5, np.nan])
    assert notes == []


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("low", "text in column 'TNF', sample 'b'"),
        ("#DIV/0!", "the spreadsheet's error #DIV/0! in column 'TNF', sample 'b'"),
        ("=", "a formula that was never computed in column 'TNF'"),
        ("1_5", "text in column 'TNF'"),
        ("1e300", "beyond any instrument in column 'TNF'"),
    ],
)
def test_what_is_no_level_is_refused_by_column_and_sample(cell, found):
    with pytest.raises(AssayFileError, match=found):
        read_levels([("IL6", ["1", "2"]), ("TNF", ["1", cell])], ["a", "b"], "x")


def test_errors_that_mean_missing_are_told():
    levels, notes = read_levels([("IL6", ["#N/A", "2"]), ("TNF", ["1", "2"])], ["a", "b"], "x.xlsx")
    assert np.isnan(levels[0, 0])
    assert notes == ["spreadsheet-error: x.xlsx: #N/A read as missing in IL6"]


def test_logarithms_are_taken_of_levels_and_limits():
    adata = AnnData(np.array([[8.0, -1.0], [0.25, 1.0]]), uns={"stratify": {"notes": ["first"]}})
    adata.layers["lod"] = np.full((2, 2), 2.0)
    adata.var["uloq"] = [1024.0, np.nan]
    take_logarithms(adata, "x.xlsx")
    np.testing.assert_array_equal(adata.X, [[3, np.nan], [-2, 0]])
    np.testing.assert_array_equal(adata.layers["lod"], np.ones((2, 2)))
    np.testing.assert_array_equal(adata.var["uloq"], [10, np.nan])
    assert [line.split(":")[0] for line in adata.uns["stratify"]["notes"]] == ["first", "no-logarithm"]

from __future__ import annotations

import pandas as pd
import pytest

from stratify.assays.files.tables import read_cells, sample_column
from stratify.errors import AssayFileError


def test_sample_column_by_name_or_place():
    assert sample_column(pd.DataFrame({"IL6": ["1.5"], "Sample ID": ["A"]})) == "Sample ID"
    assert sample_column(pd.DataFrame({"tube": ["A", "A"], "IL6": ["1", "2"]})) is None
    assert sample_column(pd.DataFrame()) is None


def test_empty_workbook_is_refused(tmp_path):
    pd.DataFrame().to_excel(tmp_path / "empty.xlsx", index=False)
    with pytest.raises(AssayFileError, match="without a table"):
        read_cells(tmp_path / "empty.xlsx")


def test_columns_without_names_are_no_sample_ids():
    assert sample_column(pd.DataFrame([["a", "b"], ["c", "d"]], columns=["", ""])) is None

from __future__ import annotations

import pandas as pd
import pytest

from stratify.assays.container import open_parts
from stratify.assays.parquet import parquet_frame
from stratify.errors import AssayFileError


def test_lists_in_a_parquet_table_are_refused(tmp_path):
    pd.DataFrame({"SampleID": [["S1"], ["S2"]], "NPX": [1.0, 2.0]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(AssayFileError, match="lists in the cells of SampleID"):
        parquet_frame(open_parts(tmp_path / "x.parquet")[0])


def test_cut_parquet_is_refused(tmp_path):
    pd.DataFrame({"SampleID": ["S1"], "NPX": [1.0]}).to_parquet(tmp_path / "x.parquet")
    (tmp_path / "x.parquet").write_bytes((tmp_path / "x.parquet").read_bytes()[:-9])
    with pytest.raises(AssayFileError, match="damaged parquet"):
        parquet_frame(open_parts(tmp_path / "x.parquet")[0])

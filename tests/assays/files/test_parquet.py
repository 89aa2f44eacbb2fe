from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from stratify.assays.files.container import open_parts
from stratify.assays.files.parquet import parquet_batches, parquet_head
from stratify.errors import AssayFileError


def written(tmp_path, columns, **metadata):
    table = pa.table(columns)
    parquet.write_table(
        table.replace_schema_metadata(metadata or None), tmp_path / "x.parquet", row_group_size=2
    )
    return open_parts(tmp_path / "x.parquet")[0]


def test_names_and_metadata_come_without_the_rows(tmp_path):
    part = written(tmp_path, {"SampleID": ["S1"], "NPX": [1.0]}, Product="ExploreHT", pandas="{}")
    assert parquet_head(part) == (["SampleID", "NPX"], {"Product": "ExploreHT"})


def test_words_come_as_codes_and_rows_in_order(tmp_path):
    part = written(tmp_path, {"SampleID": ["S1", "S2", "S1", None, "S2"], "NPX": [1.0, 2.0, 3.0, None, 5.0]})
    batches = list(parquet_batches(part))
    assert all(pa.types.is_dictionary(batch.column("SampleID").type) for batch in batches)
    rows = [row for batch in batches for row in batch.to_pylist()]
    assert [row["SampleID"] for row in rows] == ["S1", "S2", "S1", None, "S2"]
    assert [row["NPX"] for row in rows] == [1.0, 2.0, 3.0, None, 5.0]


def test_lists_in_a_parquet_table_are_refused(tmp_path):
    part = written(tmp_path, {"SampleID": [["S1"], ["S2"]], "NPX": [1.0, 2.0]})
    with pytest.raises(AssayFileError, match="lists in the cells of SampleID"):
        parquet_head(part)


def test_cut_parquet_is_refused(tmp_path):
    pd.DataFrame({"SampleID": ["S1"], "NPX": [1.0]}).to_parquet(tmp_path / "x.parquet")
    (tmp_path / "x.parquet").write_bytes((tmp_path / "x.parquet").read_bytes()[:-9])
    with pytest.raises(AssayFileError, match="damaged parquet"):
        parquet_head(open_parts(tmp_path / "x.parquet")[0])


def test_words_that_are_no_text_are_refused(tmp_path):
    part = written(tmp_path, {"SampleID": ["Sample-A", "Sample-B"], "NPX": [1.0, 2.0]})
    path = tmp_path / "x.parquet"
    path.write_bytes(path.read_bytes().replace(b"Sample-A", b"Sampl\xff-A", 1))
    with pytest.raises(AssayFileError, match="damaged parquet"):
        list(parquet_batches(part))


def test_changed_pages_are_refused_where_the_file_has_checksums(tmp_path):
    path = tmp_path / "x.parquet"
    parquet.write_table(
        pa.table({"SampleID": ["Sample-A"], "NPX": [1.0]}),
        path,
        write_page_checksum=True,
        compression="none",
        use_dictionary=False,
        write_statistics=False,
    )
    path.write_bytes(path.read_bytes().replace(b"Sample-A", b"Sample-B", 1))
    with pytest.raises(AssayFileError, match="damaged parquet"):
        list(parquet_batches(open_parts(path)[0]))

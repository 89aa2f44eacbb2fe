from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from stratify.assays.files.row_batches import RowBatches
from stratify.assays.layouts.long_table import by_unique, collect, distinct, is_long, long_names
from stratify.assays.schema import as_text
from stratify.errors import AssayFileError

COLUMNS = {
    "SampleID": ["S1", "S1", "S2", "S2"],
    "OlinkID": ["OID1", "OID2", "OID1", "OID2"],
    "PlateID": ["P1", "P1", "P2", "P2"],
    "NPX": ["1.5", "2.5", "NA", "4.5"],
    "LOD": ["0.5", "0.25", "0.5", "0.25"],
    "Site": ["A", "A", "B", "B"],
    "Age": ["40,5", "40,5", "", ""],
    "Index": ["1", "2", "3", "4"],
}


def rows(columns, step=4, delimiter=";"):
    table = pa.table(columns)
    batches = [table.slice(i, step).combine_chunks().to_batches()[0] for i in range(0, table.num_rows, step)]
    return RowBatches(table.column_names, iter(batches), {}, delimiter)


def rebuilt(table):
    """One row a number, from the parts of a long table."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "sample": table.spots["sample_id"].to_numpy()[cells.spot],
                    "assay": table.assays["assay_id"].to_numpy()[cells.assay],
                    **cells.measures,
                }
            )
            for cells in table.cells
        ],
        ignore_index=True,
    )


@pytest.mark.parametrize("step", [1, 3, 4])
def test_nothing_is_lost(step):
    table = collect(rows(COLUMNS, step), "x.csv")
    frame = rebuilt(table)
    assert frame["sample"].tolist() == COLUMNS["SampleID"]
    assert frame["assay"].tolist() == COLUMNS["OlinkID"]
    np.testing.assert_array_equal(frame["npx"], [1.5, 2.5, np.nan, 4.5])
    assert frame["lod"].tolist() == [0.5, 0.25, 0.5, 0.25]
    people = table.spots[["plate", "Site", "Age"]].drop_duplicates()
    assert people["plate"].tolist() == ["P1", "P2"]
    assert people["Site"].tolist() == ["A", "B"]
    assert people["Age"].tolist() == ["40.5", ""]


def test_a_column_that_varies_within_a_sample_is_named():
    table = collect(rows(COLUMNS), "x.csv")
    assert table.others == ["Site", "Age", "Index"]
    assert "Index" not in table.spots


def test_codes_of_a_parquet_file_give_the_same():
    coded = {name: pa.array(cells).dictionary_encode() for name, cells in COLUMNS.items() if name != "Age"}
    coded["NPX"] = pa.array([1.5, 2.5, None, 4.5])
    plain = rebuilt(collect(rows(COLUMNS), "x.csv"))
    pd.testing.assert_frame_equal(rebuilt(collect(rows(coded, delimiter=""), "x.parquet")), plain)


def test_missing_words_of_a_parquet_file():
    columns = {"SampleID": ["S1", None], "Assay": ["IL6", "IL6"], "NPX": [1.0, 2.0]}
    assert collect(rows(columns, delimiter=""), "x.parquet").spots["sample_id"].tolist() == ["S1", ""]


def test_text_in_place_of_a_number_is_named_without_its_value():
    columns = COLUMNS | {"LOD": ["0.5", "secret", "0.5", "0.25"]}
    with pytest.raises(AssayFileError, match="text in column 'OID2', sample 'S1'") as caught:
        collect(rows(columns, 2), "x.csv")
    assert "secret" not in str(caught.value)


def test_open_quotes_are_refused():
    with pytest.raises(AssayFileError, match="quotation marks"):
        collect(rows(COLUMNS | {"SampleID": ["S1", 'S"1', "S2", "S2"]}), "x.csv")


def test_a_table_without_rows_is_refused():
    with pytest.raises(AssayFileError, match="without a single sample"):
        collect(rows({name: pa.array([], pa.string()) for name in COLUMNS}), "x.csv")


@pytest.mark.parametrize(
    ("names", "answer"),
    [
        (["SampleID", "OlinkID", "NPX"], True),
        (["sample_id", "assay", "PCNormalizedNPX", "Panel"], True),
        (["SampleID", "OlinkID", "Quantified_value", "Unit"], True),
        (["SampleID", "Assay", "Quantified_value"], False),
        (["SampleID", "NPX"], False),
        (["OlinkID", "NPX"], False),
        (["SampleID", "OlinkID", "LOD"], False),
    ],
)
def test_recognition_by_names(names, answer):
    assert is_long(names) is answer


def test_spellings():
    names = long_names(["Sample_Type", "Panel_Lot_Nr", "SampleQC", "AssayQC", "WellID", "ExtNPX", "Max LOD"])
    assert list(names.values()) == ["sample_type", "lot", "qc", "assay_qc", "well", "ext_npx", "lod"]


def test_distinct_counts_beyond_the_largest_integer():
    rng = np.random.default_rng(0)
    codes = [rng.integers(0, 2**40, 50) for _ in range(4)] + [np.zeros(50, dtype=np.int64)]
    number, first = distinct([np.concatenate([code, code]) for code in codes])
    assert number.tolist() == [*range(50), *range(50)]
    assert first.tolist() == list(range(50))


def test_by_unique_keeps_missing_values():
    assert by_unique(pd.Series(["a", None, "a"]), as_text).tolist() == ["a", "", "a"]

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.layouts.sample_rows import read_sample_rows
from stratify.errors import AssayFileError

N = 12
PLAIN = {"id": [f"S{i}" for i in range(N)], "IL6": [i + 0.5 for i in range(N)]}


def read(columns):
    return read_sample_rows(pd.DataFrame(columns, dtype=object), "x.csv", "table-wide")


@pytest.mark.parametrize(
    ("name", "cells", "protein"),
    [
        ("MIF", ["yes", "no"] * 6, False),
        ("MIF", [0, 1] * 6, False),
        ("MIF", [0.5, 1.5] * 6, True),
        ("MIF", [0.0] * 12, True),
        ("MIF", [12, 15] * 6, True),
        ("IL4", [0, 1] * 6, True),
        ("Unknown1", [0.5, 1.5] * 6, True),
        ("Unknown1", [1, 2] * 6, False),
        ("heartrate", [60.5, 61.5] * 6, False),
        ("Age", [30.5, 40.5] * 6, False),
        ("", [0.5, 1.5] * 6, False),
    ],
)
def test_proteins_are_told_by_name_and_cells(name, cells, protein):
    adata = read({**PLAIN, name: cells})
    assert adata.var_names.tolist() == (["IL6", name] if protein else ["IL6"])
    if not protein and name:
        assert adata.obs.shape[1] > read(PLAIN).obs.shape[1]


def test_words_in_a_protein_with_a_number_are_refused():
    with pytest.raises(AssayFileError, match="text in column 'IL4', sample 'S0'"):
        read({**PLAIN, "IL4": ["high", "low"] * 6})


def test_repeated_names_of_columns_are_left_out_and_told():
    table = pd.DataFrame(
        {"id": ["A", "id", "B", "id"], "age": ["30", "age", "40", "age"], "IL6": ["1.5", "IL6", "2", "IL6"]}
    )
    adata = read(table)
    assert adata.obs_names.tolist() == ["A", "B"]
    assert adata.obs["age"].tolist() == [30, 40]
    assert adata.X.tolist() == [[1.5], [2]]
    assert adata.uns["stratify"]["notes"] == [
        "repeated-header: x.csv: 2 rows that repeat the names of the columns were left out"
    ]


def test_limits_follow_the_plates():
    columns = {
        "Assay": ["A", "B", "Plate LOD", "Plate LOD", "Max LOD", "Missing Data freq.", "Normalization"],
        "Plate ID": ["P1", "P2", "P1", "P2", "", "", ""],
        "IL6": ["1.5", "2.5", "0.1", "", "0.9", "0.25", "Plate control"],
    }
    adata = read(columns)
    assert adata.layers["lod"].tolist() == [[0.1], [0.9]]
    assert adata.var["missing_frequency"].tolist() == [0.25]
    assert adata.uns["stratify"]["normalization"] == "Plate control"


def test_ids_that_repeat_far_below_are_named():
    ids = [f"S{i}" for i in range(150)] + ["S7"]
    with pytest.raises(AssayFileError, match="more than one row for S7"):
        read({"tube": ids, "IL6": np.arange(151) + 0.5})


def test_dates_for_genes_are_told():
    adata = read({**PLAIN, "2-Sep": [0.5] * N, "1-Mar": [1.5] * N})
    assert adata.var.loc["2-Sep", "gene"] == "SEPTIN2"
    assert adata.var.loc["1-Mar", "gene"] == "1-Mar"
    (note,) = adata.uns["stratify"]["notes"]
    assert note.startswith("mangled-name: x.csv:")
    assert "2-Sep (SEPTIN2), 1-Mar (which gene is unsure)" in note


def test_order_of_rows_and_columns_changes_no_value():
    columns = {**PLAIN, "TNF": np.linspace(-1, 1, N), "sex": ["F", "M"] * 6}
    straight = read(columns)
    turned = read(pd.DataFrame(columns, dtype=object).iloc[::-1, [2, 0, 3, 1]])
    turned = turned[straight.obs_names, straight.var_names]
    np.testing.assert_array_equal(straight.X, turned.X)
    assert straight.obs["sex"].equals(turned.obs["sex"])

"""A table that is written in any of the known layouts is read back the same."""

from __future__ import annotations

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stratify.assays.reader import read_assays

PROTEINS = ["IL6", "TNF", "CXCL8", "CCL11", "IL17A", "IFNG"]
LEVEL = st.one_of(st.none(), st.floats(-20, 40, allow_nan=False).map(lambda x: round(x, 5)))
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def tables(draw):
    proteins = draw(st.lists(st.sampled_from(PROTEINS), min_size=1, unique=True))
    ids = draw(
        st.lists(
            st.from_regex(r"[A-Z][a-z]{0,3}_[0-9]{1,4}", fullmatch=True), min_size=1, max_size=8, unique=True
        )
    )
    levels = [draw(st.lists(LEVEL, min_size=len(proteins), max_size=len(proteins))) for _ in ids]
    levels[0][0] = 0.5  # one level that is surely one
    return pd.DataFrame(levels, pd.Index(ids, name="SampleID"), proteins, dtype=float)


def same(adata, table):
    read = adata.to_df().loc[table.index, table.columns]
    np.testing.assert_array_equal(read.to_numpy(), table.to_numpy())
    assert adata.shape == table.shape


@given(tables(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
@few
def test_text(tmp_path, table, sep, encoding):
    table.to_csv(tmp_path / "x", sep=sep, encoding=encoding)
    same(read_assays(tmp_path / "x"), table)


@given(tables(), st.sampled_from([";", "\t", ","]))
@few
def test_decimal_commas(tmp_path, table, sep):
    table.to_csv(tmp_path / "x", sep=sep, decimal=",")
    same(read_assays(tmp_path / "x"), table)


@given(tables(), st.randoms(use_true_random=False))
@few
def test_order_of_rows_and_columns(tmp_path, table, random):
    rows, columns = list(table.index), list(table.columns)
    random.shuffle(rows)
    random.shuffle(columns)
    table.loc[rows, columns].to_csv(tmp_path / "x")
    same(read_assays(tmp_path / "x"), table)


@given(tables())
@settings(few, max_examples=15)
def test_workbook_and_h5ad(tmp_path, table):
    table.to_excel(tmp_path / "x.xlsx")
    adata = read_assays(tmp_path / "x.xlsx")
    same(adata, table)
    adata.copy().write_h5ad(tmp_path / "x.h5ad")
    back = read_assays(tmp_path / "x.h5ad")
    same(back, table)
    pd.testing.assert_frame_equal(back.obs, adata.obs)


@given(tables())
@few
def test_long_and_turned(tmp_path, table):
    long = table.rename_axis(columns="Analyte").stack(future_stack=True).rename("Value").reset_index()
    long.to_csv(tmp_path / "x", index=False)
    same(read_assays(tmp_path / "x"), table)


@given(tables())
@few
def test_turned(tmp_path, table):
    table.loc[:, :] = table.fillna(1.25).round(2) + 0.001  # no sample without a measured level
    table.T.rename_axis("Protein").to_csv(tmp_path / "x")
    same(read_assays(tmp_path / "x"), table)


@given(tables())
@settings(few, max_examples=15)
def test_wide_sheet(tmp_path, table):
    book = openpyxl.Workbook()
    book.active.append(["NPX data"])
    book.active.append(["Panel", *["Olink Target 96 Inflammation(v.3022)"] * table.shape[1]])
    book.active.append(["Assay", *table.columns])
    book.active.append(["Uniprot ID", *[f"P{i:05}" for i in range(table.shape[1])]])
    for name, *levels in table.itertuples():
        book.active.append([name, *[None if np.isnan(level) else level for level in levels]])
    book.save(tmp_path / "x.xlsx")
    adata = read_assays(tmp_path / "x.xlsx")
    assert adata.uns["stratify"]["scale"] == "NPX"
    adata.var_names = adata.var["assay"].to_numpy()
    same(adata, table)


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx"])
def test_nothing_is_filled_or_dropped(tmp_path, name):
    table = pd.DataFrame({"SampleID": ["A", "B"], "IL6": [np.nan, -3.5], "TNF": [np.nan, np.nan]})
    table.to_csv(tmp_path / name, index=False) if name.endswith("csv") else table.to_excel(
        tmp_path / name, index=False
    )
    np.testing.assert_array_equal(read_assays(tmp_path / name).X, [[np.nan, np.nan], [-3.5, np.nan]])

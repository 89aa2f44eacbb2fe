from __future__ import annotations

from io import BytesIO

import numpy as np
import openpyxl
import pytest

from stratify.assays.files.container import open_parts
from stratify.assays.files.part import Part
from stratify.assays.formats.h5ad import read_h5ad
from stratify.assays.formats.immunoassay import is_immunoassay, read_immunoassay
from stratify.assays.reader import read_assays
from stratify.errors import AssayFileError

WIDE = (
    "Sample ID,Group,Age,IL-6 (pg/mL),TNF-a (pg/mL),Qqx (pg/mL)\n"
    "A1,HC,33,12.5,<3.2,*1.5\nA2,MDD,41,>10000,8,OOR <\nA3,MDD,55,---,0,4\n"
)


def part(text):
    return Part("x.csv", "text", lambda: BytesIO(text.encode()))


def read(text):
    assert is_immunoassay(part(text))
    return read_immunoassay(part(text))


def test_levels_are_log2_of_pg_per_ml_and_nothing_is_filled():
    table = read(WIDE)
    expected = [[12.5, np.nan, 1.5], [np.nan, 8, np.nan], [np.nan, np.nan, 4]]
    np.testing.assert_allclose(table.X, np.log2(expected))
    assert table.layers["censored"].tolist() == [[0, -1, 0], [1, 0, -1], [0, -1, 0]]
    assert table.layers["extrapolated"].sum() == table.layers["extrapolated"][0, 2] == 1
    np.testing.assert_allclose(table.layers["lod"][:, 1], np.log2(3.2))
    assert np.isnan(table.layers["lod"][:, [0, 2]]).all()
    np.testing.assert_allclose(table.layers["uloq"][:, 0], np.log2(1e4))
    facts = table.uns["stratify"]
    assert (facts["scale"], facts["platform"], facts["zero_levels"]) == ("log2 pg/mL", "immunoassay", 1)


def test_analytes_and_samples_are_described():
    table = read(WIDE)
    assert table.var["uniprot"].tolist() == ["P05231", "P01375", ""]
    assert table.var_names.tolist() == ["IL-6", "TNF-a", "Qqx"]
    assert set(table.var["unit"]) == {"pg/mL"}
    assert table.obs["group"].tolist() == ["HC", "MDD", "MDD"]
    assert table.obs["age"].tolist() == [33, 41, 55]
    assert table.obs["sample_type"].tolist() == ["sample"] * 3


def test_other_units_become_pg_per_ml():
    table = read("Sample,CRP (mg/L),IL-6 (pg/mL),TNF (ng/mL)\nA,1,8,2\nB,2,<4,0.5\n")
    np.testing.assert_allclose(table.X, np.log2([[1e6, 8, 2000], [2e6, np.nan, 500]]))
    assert table.var["unit"].tolist() == ["mg/L", "pg/mL", "ng/mL"]


def test_logarithm_is_not_taken_twice():
    table = read("Sample,IL-6 (log2 pg/mL),TNF (log10 pg/mL)\nA,-1.5,2\nB,3,<0.5\n")
    np.testing.assert_allclose(table.X, [[-1.5, 2 * np.log2(10)], [3, np.nan]])
    np.testing.assert_allclose(table.layers["lod"][:, 1], 0.5 * np.log2(10))
    assert table.uns["stratify"]["scale"] == "log2 pg/mL"


def test_zero_on_a_log_scale_is_a_level():
    table = read("Sample,IL-6 (log2 pg/mL)\nA,0\nB,3\n")
    assert table.X[:, 0].tolist() == [0, 3]
    assert not table.layers["censored"].any()
    assert table.uns["stratify"]["zero_levels"] == 0


def test_rows_of_limits_are_no_samples():
    limits = "LLOQ,1,2\nLOD,0.5,\nULOQ,1000,2000\n"
    table = read("Sample,IL-6 (pg/mL),TNF (pg/mL)\nA,4,9\nB,8,16\n" + limits)
    assert table.obs_names.tolist() == ["A", "B"]
    np.testing.assert_allclose(table.layers["lod"], np.log2([[0.5, 2]] * 2))
    np.testing.assert_allclose(table.layers["uloq"], np.log2([[1000, 2000]] * 2))


def test_limit_beside_a_sample_is_nearer_than_that_of_the_plate():
    table = read("Sample,IL-6 (pg/mL)\nA,<2\nB,8\nLOD,0.5\n")
    np.testing.assert_allclose(table.layers["lod"][:, 0], [1, -1])


def test_several_limits_of_one_analyte_stay_with_their_samples():
    table = read("Sample,IL-6 (pg/mL),TNF (pg/mL)\nA,<2,1\nB,<4,1\nC,9,1\n")
    np.testing.assert_array_equal(table.layers["lod"][:, 0], [1, 2, np.nan])


def test_marks_without_a_unit():
    text = "Type\tWell\tDescription\tHu IL-6 (19)\tHu MDC (36)\n"
    text += "B\tA1\tBlank\tOOR <\tOOR <\nS1\tB1,B2\tStd1\t1000\t*1200\nX1\tC1\tpatient 7\t12.2\tOOR <\n"
    table = read(text)
    assert table.uns["stratify"]["scale"] == "log2 concentration"
    assert table.obs["sample_type"].tolist() == ["control", "control", "sample"]
    assert table.obs_names.tolist() == ["Blank", "Std1", "patient 7"]
    assert table.var["gene"].tolist() == ["IL6", "CCL22"]


def test_sections_of_the_instrument():
    text = '"Program","xPONENT"\n\n"DataType:","Median"\n"Location","Sample","IL-6","Total Events"\n'
    text += '"1(1,A1)","P1",90,200\n'
    fluorescence = read(text)
    assert (fluorescence.uns["stratify"]["scale"], fluorescence.X[0, 0]) == ("log2 MFI", np.log2(90))
    text += '\n"DataType:","Avg Result"\n"Sample","IL-6"\n"P1",4.5\n"Background0",<0.5\n'
    text += '\n"DataType:","Units"\n"Analyte:","IL-6"\n"Units:","pg/mL"\n'
    levels = read(text)
    assert (levels.uns["stratify"]["scale"], levels.uns["stratify"]["platform"]) == ("log2 pg/mL", "Luminex")
    assert levels.obs["sample_type"].tolist() == ["sample", "control"]
    np.testing.assert_allclose(levels.X[:, 0], [np.log2(4.5), np.nan])


def test_wells_of_msd(tmp_path):
    names = "Sample,Assay,Well,Concentration,Signal,Calc. Conc. Mean,Detection Range,"
    names += "Detection Limits: Calc. Low\n"
    rows = "S1,IL-6,A1,1000,9e5,990,In Detection Range,0.5\nP1,IL-6,B1,,900,4.2,In Detection Range,0.5\n"
    rows += "P1,IL-6,B2,,910,4.2,In Detection Range,0.5\nP2,IL-6,C1,,80,NaN,Below Fit Curve Range,0.5\n"
    (tmp_path / "wells.csv").write_text(names + rows)
    table = read_assays(tmp_path / "wells.csv")
    assert table.uns["stratify"]["format"] == "immunoassay"
    assert table.uns["stratify"]["platform"] == "MSD"
    assert table.obs["sample_type"].tolist() == ["control", "sample", "sample"]
    np.testing.assert_allclose(table.X[:, 0], np.log2([990, 4.2, np.nan]))
    assert table.layers["censored"][:, 0].tolist() == [0, 0, -1]
    np.testing.assert_allclose(table.layers["lod"], -1)


def test_decimal_commas():
    table = read("Probe;IL-6 (pg/mL);MCP-4 (pg/mL)\nA;1,25;100,5\nB;<0,5;120,25\n".replace("Probe", "Sample"))
    np.testing.assert_allclose(table.X, np.log2([[1.25, 100.5], [np.nan, 120.25]]))
    np.testing.assert_allclose(table.layers["lod"][:, 0], -1)


def test_decimal_commas_without_a_unit():
    table = read("Sample;IL-6;MCP-4;Qqx\nA;1,25;100,5;2,5\nB;<0,5;120,25;3,5\n")
    np.testing.assert_allclose(table.X, np.log2([[1.25, 100.5, 2.5], [np.nan, 120.25, 3.5]]))


def test_workbook_and_order_of_columns(tmp_path):
    book = openpyxl.Workbook()
    rows = [line.split(",") for line in WIDE.splitlines()]
    for row in rows:
        book.active.append([row[0], *row[:0:-1]])
    book.save(tmp_path / "x.xlsx")
    turned, straight = read_immunoassay(open_parts(tmp_path / "x.xlsx")[0]), read(WIDE)
    np.testing.assert_array_equal(turned[:, straight.var_names].X, straight.X)


def test_marks_survive_h5ad(tmp_path):
    table = read(WIDE)
    table.write_h5ad(tmp_path / "x.h5ad")
    back = read_h5ad(open_parts(tmp_path / "x.h5ad")[0])
    for layer in ("censored", "extrapolated", "uloq", "lod"):
        np.testing.assert_array_equal(back.layers[layer], table.layers[layer])


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("12.5", "high"), "text in column 'IL-6 (pg/mL)', sample 'A1'"),
        (("12.5", "1,234"), "more or fewer cells than there are columns, for A1"),
        ((",---,0,4", ",---"), "more or fewer cells than there are columns, for A3"),
        (("12.5", '"1,234"'), "a comma that may be a decimal mark or group thousands"),
        (("12.5", "-12.5"), "negative concentrations"),
        (("A2", "A1"), "more than one row for A1"),
        (("TNF-a (pg/mL)", "TNF-a"), "no unit for TNF-a"),
        (("TNF-a (pg/mL)", "IL-6 (pg/mL)"), "several columns named IL-6 (pg/mL)"),
        (("TNF-a (pg/mL)", "IL-6 (ng/mL)"), "repeated assays IL-6"),
    ],
)
def test_refusals(change, found):
    text = WIDE.replace(*change, 1)
    with pytest.raises(AssayFileError) as refused:
        read_immunoassay(part(text))
    assert found in refused.value.found


@pytest.mark.parametrize(
    "text",
    [
        "SampleID,IL6,CXCL8\nA,1.5,2.5\nB,0.5,-1.5\n",
        "SampleID,IL6\nA,1000\n",
        "a\nb\n",
        "Notes\n\nsee below\n",
    ],
)
def test_ordinary_tables_are_left_to_others(text):
    assert not is_immunoassay(part(text))


def test_real_tables_of_others_are_left_to_them(data_dir):
    for path in (
        "lvv_cohort1/Cohort 1 Post QC Data.csv",
        "alzheimer_csf/meta.csv",
        "alzheimer_csf/proteome.csv",
    ):
        assert not is_immunoassay(open_parts(data_dir / path)[0])

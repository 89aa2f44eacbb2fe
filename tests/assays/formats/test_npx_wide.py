from __future__ import annotations

import numpy as np
import openpyxl
import pytest

from stratify.assays.files.container import open_parts
from stratify.assays.files.part import Part
from stratify.assays.formats.npx_wide import read_npx_wide
from stratify.errors import AssayFileError

PANEL = "Olink Target 96 Inflammation(v.3022)"
WIDE = [
    ["Study", "Olink NPX Manager"],
    ["Panel", *[PANEL] * 5],
    ["Assay", "IL8", "TNF", "Inc Ctrl 1", "Plate ID", "QC Warning"],
    ["Uniprot ID", "P10145", "P01375", "-", "", ""],
    ["OlinkID", "OID00471", "OID05548", "", "", ""],
    [],
    ["S1", 1.5, 2.5, 0.1, "P1", "Pass"],
    ["S2 ", 1.25, "", 0.2, "P2", "Warning"],
    ["IPC 1", 3.0, 3.5, 0.3, "P1", "Pass"],
    ["IPC 1", 3.1, 3.6, 0.3, "P2", "Pass"],
    [],
    ["Plate LOD", 0.5, 0.6, 0, "P1"],
    ["Plate LOD", 0.7, 0.8, 0, "P2"],
    ["Missing Data freq.", 0.0, 0.25, 0],
    ["Normalization", *["Intensity Normalized (v.2)"] * 3],
]


def workbook(tmp_path, rows=WIDE):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "plate.xlsx"
    book.save(path)
    return path


def changed(row, column, cell):
    rows = [list(line) for line in WIDE]
    rows[row][column] = cell
    return rows


def test_every_cell_of_the_real_workbook(data_dir):
    path = data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx"
    adata = read_npx_wide(open_parts(path)[0])
    cells = [
        list(row) for row in openpyxl.load_workbook(path, data_only=True).active.iter_rows(values_only=True)
    ]
    ids = cells[5][1:]
    columns = [j for j, word in enumerate(ids, 1) if word]
    levels = np.array(
        [[np.nan if row[j] is None else row[j] for j in columns] for row in cells[7:196]], dtype=float
    )
    assert adata.shape == (189, 184)
    assert adata.var_names.tolist() == [ids[j - 1] for j in columns]
    np.testing.assert_array_equal(adata.X, levels)
    named = adata.obs["control_name"].where(adata.obs["control_name"] != "", adata.obs_names.to_series())
    assert named.tolist() == [row[0] for row in cells[7:196]]
    labels = {row[0]: row for row in cells[196:] if row[0]}
    np.testing.assert_array_equal(adata.layers["lod"], np.tile([labels["LOD"][j] for j in columns], (189, 1)))
    np.testing.assert_array_equal(
        adata.var["missing_frequency"], [labels["Missing Data freq."][j] for j in columns]
    )


def test_controls_of_the_real_workbook(data_dir):
    obs = read_npx_wide(open_parts(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx")[0]).obs
    controls = obs[obs["sample_type"] == "control"]
    assert len(controls) == 23
    assert controls["control_name"].str.match(r"^(IPC|PP|Neg) ?\d$").all()
    assert (obs["sample_type"] == "sample").sum() == 166
    assert (obs["qc"] == "warn").sum() == 3
    assert obs["plate@Inflammation"].nunique() == 3


def test_summary_header_layout(data_dir):
    path = data_dir / "ciim_hannover" / "MHH cohort analysis_NPX_INF_v1.xlsx"
    if not path.is_file():
        pytest.skip("ciim_hannover is absent from STRATIFY_DATA_DIR")
    adata = read_npx_wide(open_parts(path)[0])
    assert adata.shape == (264, 92)
    assert set(adata.var["panel"]) == {"Inflammation"}
    assert "TK_44" in adata.obs_names


def test_parts_of_a_small_workbook(tmp_path):
    adata = read_npx_wide(open_parts(workbook(tmp_path))[0])
    assert adata.obs_names.tolist() == ["S1", "S2", "IPC 1", "IPC 1 #2"]
    assert adata.obs["control_name"].tolist() == ["", "", "IPC 1", "IPC 1"]
    assert adata.obs["qc"].tolist() == ["pass", "warn", "pass", "pass"]
    np.testing.assert_array_equal(adata.X[:, 1], [2.5, np.nan, 3.5, 3.6])
    np.testing.assert_array_equal(adata.layers["lod"][:, 0], [0.5, 0.7, 0.5, 0.7])
    assert adata.obsm["internal_controls"]["Inc Ctrl 1@Inflammation"].tolist() == [0.1, 0.2, 0.3, 0.3]
    assert adata.uns["stratify"]["normalization"] == "Intensity Normalized (v.2)"


@pytest.mark.parametrize(
    ("row", "column", "cell", "message"),
    [
        (6, 1, "high", "text in column 'IL8', sample 'S1'"),
        (7, 0, "S1", "more than one row for S1"),
        (4, 2, "OID00471", "repeated assays OID00471"),
    ],
)
def test_damaged_workbook_is_refused(tmp_path, row, column, cell, message):
    with pytest.raises(AssayFileError, match=message):
        read_npx_wide(open_parts(workbook(tmp_path, changed(row, column, cell)))[0])


def sheet(*rows, title="NPX data"):
    """A part of plain cells with two panels side by side."""
    head = [
        ["Study", "Olink NPX Manager 3.0"],
        [title],
        [
            "Panel",
            "Olink Target 96 Inflammation(v.3022)",
            "",
            "Olink Target 96 Neurology(v.8013)",
            "",
            "",
            "",
        ],
        ["Assay", "IL8", "QC Warning", "GDNF", "Plate ID", "Plate ID", "QC Warning"],
        ["Uniprot ID", "P10145", "", "P39905"],
        ["OlinkID", "OID00471", "", "OID00999"],
        [],
    ]
    return Part("x.xlsx", "cells", lambda: [*head, *rows])


ROWS = (
    ["S1", 4.0, "Pass", 8.0, "I1", "N1", "Warning"],
    ["S2", 2.0, "Warning", 16.0, "I2", "N1", "Pass"],
    [],
)


def test_columns_of_plates_and_verdicts_in_any_position():
    obs = read_npx_wide(sheet(*ROWS)).obs
    assert obs["plate@Inflammation"].tolist() == ["I1", "I2"]
    assert obs["plate@Neurology"].tolist() == ["N1", "N1"]
    assert obs["qc@Inflammation"].tolist() == ["pass", "warn"]
    assert obs["qc@Neurology"].tolist() == ["warn", "pass"]


def test_limits_of_a_plate_before_the_highest():
    rows = [
        ["Plate LOD", 0.1, "", "", "I1"],
        ["Plate LOD", "", "", 0.3, "", "N1"],
        ["Max LOD", 0.9, "", 0.8],
    ]
    for footers in (rows, rows[::-1]):
        assert read_npx_wide(sheet(*ROWS, *footers)).layers["lod"].tolist() == [[0.1, 0.3], [0.9, 0.3]]


def test_lots_are_kept():
    assert read_npx_wide(sheet(*ROWS)).var["lot"].tolist() == ["v.3022", "v.8013"]


@pytest.mark.parametrize(
    ("title", "scale"),
    [("NPX data", "NPX"), ("Ct data", "Ct"), ("Quantified data", "log2 pg/mL"), ("", "NPX")],
)
def test_scale_is_what_the_title_says(title, scale):
    adata = read_npx_wide(sheet(*ROWS, title=title))
    assert adata.uns["stratify"]["scale"] == scale
    expected = [[2, 3], [1, 4]] if scale.startswith("log2") else [[4, 8], [2, 16]]
    assert adata.X.tolist() == expected


def test_scale_of_a_sheet_that_says_nothing_is_unknown():
    rows = [["Assay", "IL8"], ["Uniprot ID", "P10145"], ["S1", 25.5]]
    assert read_npx_wide(Part("x", "cells", lambda: rows)).uns["stratify"]["scale"] == "unknown"


def quantified(*extra, unit="pg/mL"):
    rows = [
        ["Study", "Olink NPX Signature 1.7.1"],
        ["Quantified data"],
        ["Panel", "Olink Target 48 Cytokine(v.1)", "Olink Target 48 Cytokine(v.1)"],
        ["Assay", "IL8", "TNF", "Plate ID", "QC Warning"],
        ["Uniprot ID", "P10145", "P01375"],
        ["OlinkID", "OID20471", "OID20548"],
        ["Unit", "pg/mL", unit],
        [],
        ["S1", 8.0, 0.0, "P1", "Pass"],
        ["S2", 16.0, 4.0, "P2", "Pass"],
        [],
        *extra,
    ]
    return Part("quant.xlsx", "cells", lambda: rows)


def test_concentrations_become_logarithms_with_all_their_limits():
    extra = [
        ["Assay warning", "Warning", "Pass", "P1"],
        ["Assay warning", "Pass", "Pass", "P2"],
        ["Lowest quantifiable level", 2.0, 4.0, "P1"],
        ["Plate LOD", 0.5, 1.0, "P1"],
        ["Plate LOD", 0.25, 1.0, "P2"],
        ["LLOQ", 1.0, 2.0],
        ["ULOQ", 1024.0, 2048.0],
    ]
    adata = read_npx_wide(quantified(*extra))
    np.testing.assert_array_equal(adata.X, [[3, np.nan], [4, 2]])
    assert adata.layers["lod"].tolist() == [[-1, 0], [-2, 0]]
    np.testing.assert_array_equal(adata.layers["lowest_quantifiable"], [[1, 2], [np.nan, np.nan]])
    assert adata.var[["lloq", "uloq"]].to_numpy().tolist() == [[0, 10], [1, 11]]
    assert adata.var["assay_warning"].tolist() == ["P1", ""]
    facts = adata.uns["stratify"]
    assert (facts["platform"], facts["scale"]) == ("Olink Target 48", "log2 pg/mL")
    assert facts["notes"] == [
        "no-logarithm: quant.xlsx: 1 levels of zero or less became missing, in OID20548"
    ]


def test_two_units_are_refused():
    with pytest.raises(AssayFileError, match="several units: ng/mL, pg/mL"):
        read_npx_wide(quantified(unit="ng/mL"))


def block(panel, assay, accession, *rows):
    return [
        ["NPX data"],
        ["Panel", panel],
        ["Assay", assay, "Ext Ctrl"],
        ["Uniprot ID", accession, ""],
        [],
        *rows,
        [],
    ]


def test_panels_below_each_other_are_joined_by_sample():
    inflammation = block("Inflammation", "IL8", "P10145", ["S1", 1.5, 0.1], ["S2", 2.5, 0.2])
    neurology = block("Neurology", "GDNF", "P39905", ["S2", 4.5, 0.4], ["S1", 3.5, 0.3])
    adata = read_npx_wide(Part("x", "cells", lambda: [*inflammation, *neurology]))
    assert adata.obs_names.tolist() == ["S1", "S2"]
    assert adata.X.tolist() == [[1.5, 3.5], [2.5, 4.5]]
    assert adata.obsm["internal_controls"].loc["S1"].tolist() == [0.1, 0.3]


def test_plates_below_each_other_are_stacked():
    blocks = [block("Inflammation", "IL8", "P10145", [name, 1.5, 0.1]) for name in ("S1", "S2")]
    adata = read_npx_wide(Part("x", "cells", lambda: [*blocks[0], *blocks[1]]))
    assert adata.obs_names.tolist() == ["S1", "S2"]
    assert adata.shape == (2, 1)


def test_text_with_decimal_commas_holds_the_same(tmp_path):
    lines = [
        ";".join(str(cell).replace(".", ",") if isinstance(cell, float) else str(cell) for cell in row)
        for row in WIDE
    ]
    (tmp_path / "npx.csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    text, book = (read_npx_wide(open_parts(path)[0]) for path in (tmp_path / "npx.csv", workbook(tmp_path)))
    np.testing.assert_array_equal(text.X, book.X)
    np.testing.assert_array_equal(text.layers["lod"], book.layers["lod"])
    assert text.obs.equals(book.obs)
    assert text.uns["stratify"] == book.uns["stratify"]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("1,234", "a comma that may be"),
        ("#REF!", "the spreadsheet's error #REF!"),
        ("=B2*2", "a formula that was never computed"),
        ("<0.5", "a mark in place of a level"),
    ],
)
def test_cells_without_a_level_are_refused_by_kind(tmp_path, cell, found):
    path = workbook(tmp_path, changed(6, 1, cell))
    with pytest.raises(AssayFileError, match=f"{found}.* in column 'IL8', sample 'S1'"):
        read_npx_wide(open_parts(path)[0])


def test_order_of_rows_names_no_control_anew():
    controls = [
        ["IPC", level, "Pass", 1.0, plate, "N1", "Pass"] for level, plate in ((1.5, "I1"), (2.5, "I2"))
    ]
    straight, turned = (read_npx_wide(sheet(*ROWS[:2], *rows)) for rows in (controls, controls[::-1]))
    assert straight["IPC #2"].X.tolist() == turned["IPC #2"].X.tolist() == [[2.5, 1.0]]

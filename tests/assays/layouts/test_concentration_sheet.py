from __future__ import annotations

import pytest

from stratify.assays.files.grid import text_rows
from stratify.assays.layouts.concentration_sheet import as_frame, controls_of, find_sheet

SECTIONS = """"Program","xPONENT","","FLEXMAP 3D"
"Build","4.2.1705.0"

"Results"

"DataType:","Median"
"Location","Sample","IL-6","TNF-a","Total Events"
"1(1,A1)","Background0",10,11,200
"2(1,B1)","P1",100,110,210
{more}
"DataType:","Units"
"Analyte:","IL-6","TNF-a"
"BeadID:",28,35
"Units:","pg/mL","ng/mL"
"""
RESULT = """
"DataType:","Result"
"Location","Sample","IL-6","TNF-a","Total Events"
"2(1,B1)","P1",4.25,<3.2,210
"3(1,C1)","P1",4.75,<3.2,190
"""
AVERAGE = """
"DataType:","Avg Result"
"Sample","IL-6","TNF-a"
"P1",4.5,<3.2
"""


def sheet_of(text):
    return find_sheet(text_rows(text))


@pytest.mark.parametrize(
    ("more", "statistic", "rows"),
    [("", "MFI", 2), (RESULT, "", 2), (RESULT + AVERAGE, "", 1), (AVERAGE, "", 1)],
)
def test_sections_give_concentrations_before_fluorescence_and_averages_before_wells(more, statistic, rows):
    sheet = sheet_of(SECTIONS.format(more=more))
    assert (sheet.platform, sheet.statistic, len(sheet.rows)) == ("Luminex", statistic, rows)
    assert sheet.is_immunoassay()
    assert [sheet.names[j] for j in sheet.analytes] == ["IL-6", "TNF-a"]
    assert [sheet.units[j].picograms for j in sheet.analytes] == [1, 1000]
    assert sheet.names[sheet.sample] == "Sample"


def test_unit_in_a_title_holds_for_all_columns():
    sheet = sheet_of("Cytokines;all values pg/mL;\n;;\nSample;IL-6;MCP-4\nA;1,5;20,25\n")
    assert sheet.is_immunoassay()
    assert [unit.name for unit in sheet.units[1:]] == ["pg/mL", "pg/mL"]
    assert as_frame(sheet).shape == (1, 3)


def test_line_of_units_below_the_names():
    sheet = sheet_of("Sample,IL-6,MCP-4\n,pg/mL,ng/mL\nA,1.5,2\nB,2.5,3\n")
    assert [unit.picograms for unit in sheet.units[1:]] == [1, 1000]
    assert [row[0] for row in sheet.rows] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Sample,IL-6 (pg/mL),Age\nA,1.5,44\n", True),
        ("Sample,IL-6,MCP-4\nA,<3.2,900\nB,75,OOR >\n", True),
        # NPX with marks of another hand, and plain levels: not concentrations
        ("Sample,IL-6,MCP-4\nA,<LOD,3.5\nB,-0.5,2.5\n", False),
        ("Sample,IL-6,MCP-4\nA,1.5,900\nB,75,30\n", False),
        # a clinical table in which two laboratory values have units
        ("Sample,Sex,BMI,Site,Visit,HDRS,CRP (mg/L),IL-6 (pg/mL)\nA,F,22,X,1,20,1.5,3\n", False),
        ("a,b\n1,2\n", False),
        ("one column\n", False),
        ("", False),
    ],
)
def test_units_or_marks_tell_an_immunoassay(text, found):
    sheet = sheet_of(text)
    assert bool(sheet and sheet.is_immunoassay()) == found


def test_clinical_columns_and_the_instruments_own_are_no_analytes():
    sheet = sheet_of(
        "Sample ID,Group,Age,Total Events,note,IL-6 (pg/mL),Zytokin X (pg/mL)\nA,HC,33,200,ok,1,2\n"
    )
    assert [sheet.names[j] for j in sheet.analytes] == ["IL-6 (pg/mL)", "Zytokin X (pg/mL)"]


def test_unknown_analytes_with_marks_stay():
    sheet = sheet_of("Sample,IL-6,Xyz-1,score\nA,<3.2,100.5,1.5\nB,75,OOR <,2.5\n")
    assert [sheet.names[j] for j in sheet.analytes] == ["IL-6", "Xyz-1"]


def test_lines_that_do_not_fit_are_told():
    sheet = sheet_of("Sample,IL-6 (pg/mL),MCP-4 (pg/mL)\nA,1.5\nB,1,234,5\nC,1,2,,\n\nD,1,2\n")
    assert sheet.ragged == ("A", "B")
    assert [len(row) for row in sheet.rows] == [3] * 4


def test_wells_of_the_plate_are_told_from_samples():
    names = ["Standard1", "Std 2", "Blank", "Background0", "Control 7", "S-1", "p7", "p8", "p9"]
    types = ["", "", "", "", "", "", "C1", "ES2", "X9"]
    assert controls_of(names, types) == [*["control"] * 4, "", "", "control", "control", "sample"]

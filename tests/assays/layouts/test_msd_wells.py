from __future__ import annotations

from stratify.assays.layouts.concentration_sheet import find_sheet
from stratify.assays.layouts.msd_wells import is_wells, samples_of_wells

NAMES = [
    *("Sample", "Assay", "Well", "Concentration", "Signal", "Calc. Concentration", "Calc. Conc. Mean"),
    *("Detection Range", "Detection Limits: Calc. Low", "Detection Limits: Calc. High"),
]
INSIDE, BELOW, ABOVE = "In Detection Range", "Below Fit Curve Range", "Above Fit Curve Range"


def well(sample, assay, mean, told=INSIDE, nominal="", low=0.5):
    return [sample, assay, "A1", nominal, 900, mean, mean, told, low, 4000]


def test_replicates_that_were_averaged_are_one_level():
    rows = [
        well("A", "IL-6", 4.2),
        well("A", "IL-6", 4.2),
        well("B", "IL-6", "NaN", BELOW),
        well("B", "TNF", "", ABOVE),
    ]
    names, body = samples_of_wells(NAMES, rows)
    assert names == ["Sample", "Sample Type", "IL-6", "TNF"]
    assert body[:2] == [["A", "sample", 4.2, ""], ["B", "sample", BELOW, ABOVE]]
    assert body[2:] == [["LOD", "", "0.5", "0.5"], ["ULOQ", "", "4000", "4000"]]


def test_standards_are_controls():
    body = samples_of_wells(NAMES, [well("S1", "IL-6", 980, nominal=1000), well("A", "IL-6", 4)])[1]
    assert [row[:2] for row in body[:2]] == [["S1", "control"], ["A", "sample"]]


def test_wells_that_were_not_averaged_stay_apart():
    names = ["Sample", "Assay", "Signal", "Calc. Concentration"]
    body = samples_of_wells(names, [["A", "IL-6", 9, 4.0], ["A", "IL-6", 9, 4.0], ["A", "TNF", 9, 2.0]])[1]
    assert body == [["A", "sample", 4.0, 2.0], ["A", "sample", 4.0, ""]]


def test_limits_that_differ_between_wells_are_not_stated_for_all():
    body = samples_of_wells(NAMES, [well("A", "IL-6", 4), well("B", "IL-6", 5, low=0.7)])[1]
    assert [row[0] for row in body] == ["A", "B", "ULOQ"]


def test_list_below_titles_is_found():
    rows = [["Plate_1"], ["", ""], NAMES, well("A", "IL-6", 4.2)]
    sheet = find_sheet(rows)
    assert sheet.platform == "MSD"
    assert [sheet.names[j] for j in sheet.analytes] == ["IL-6"]


def test_other_columns_are_no_wells():
    assert not is_wells(["Sample", "Assay", "NPX"])
    assert not is_wells(["Sample", "Assay", "Signal"])

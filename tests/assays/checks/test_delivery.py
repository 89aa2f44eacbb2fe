from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.delivery import lots, normalisations, skipped_parts
from stratify.assays.checks.patients import Patients


def test_parts_that_were_not_read(make):
    table = make(3)
    assert skipped_parts(Patients(table))[0].items == ()
    table.uns["stratify"]["skipped"] = np.array(["a.xlsx, sheet Notes: no table"], dtype=object)
    (finding,) = skipped_parts(Patients(table))
    assert (finding.code, finding.severity, finding.axis) == ("skipped-part", "info", "table")
    assert finding.items == ("a.xlsx, sheet Notes: no table",)


def test_two_normalisations_of_joined_files(make):
    table = make(3)
    assert normalisations(Patients(table))[0].items == ()
    table.uns["stratify"]["normalization"] = "Plate control; Intensity Normalized (v.2)"
    (finding,) = normalisations(Patients(table))
    assert finding.code == "mixed-normalisation"
    assert finding.items == ("Intensity Normalized (v.2)", "Plate control")


@pytest.mark.parametrize("column", ["Panel_Lot_Nr", "lot@Inflammation", "Panel_Version"])
def test_lots_of_plates(make, column):
    table = make(4)
    table.obs["plate"] = ["P1", "P1", "P2", "P3"]
    table.obs[column] = ["B1", "B1", "B1", "B2"]
    found = lots(Patients(table))
    assert found[0].items == (f"{column} B1: P1, P2", f"{column} B2: P3")
    table.obs[column] = ["B1", "B1", "", "B1"]
    assert lots(Patients(table))[0].items == ()


def test_words_that_only_contain_the_letters_of_lot_are_none(make):
    table = make(4)
    table.obs["allotment"] = list("abcd")
    table.obs["plot"] = list("abcd")
    assert lots(Patients(table))[0].items == ()


def test_assays_of_several_lots(make):
    table = make(4, p=2)
    table.var["lot"] = ["B1 | B2", "B1"]
    assert lots(Patients(table))[1].items == ("A0",)

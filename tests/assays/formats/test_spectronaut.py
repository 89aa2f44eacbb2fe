from __future__ import annotations

from io import BytesIO

import numpy as np

from stratify.assays.files.part import Part
from stratify.assays.formats.spectronaut import FORMAT


def part(text):
    return Part("x.tsv", "text", lambda: BytesIO(text.encode()))


def test_pivot_table():
    pivot = part(
        "PG.ProteinGroups\tPG.Genes\t[1] S1.raw.PG.Quantity\t[2] S2.raw.PG.Quantity\t[1] S1.raw.PG.Qvalue\n"
        "P05231\tIL6\t1048576\tFiltered\t0.01\nP01375;P05231\tIL6;TNF\t2097152\t4194304\t0.01\n"
    )
    assert FORMAT.recognise(pivot)
    table = FORMAT.read(pivot)
    np.testing.assert_array_equal(table.X, [[20, 21], [np.nan, 22]])
    assert table.obs_names.tolist() == ["S1", "S2"]
    assert table.uns["stratify"]["scale"] == "log2 intensity"


def test_levels_that_are_log2_stay():
    table = FORMAT.read(part("PG.ProteinGroups\tPG.Genes\tS1.PG.Log2Quantity\nP05231\tIL6\t20.5\n"))
    assert table.X.tolist() == [[20.5]]


def test_long_report_is_left():
    assert not FORMAT.recognise(
        part("R.FileName\tPG.ProteinGroups\tPG.Genes\tPG.Quantity\nS1\tP05231\tIL6\t9\n")
    )

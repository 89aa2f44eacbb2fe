from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import stratify
from stratify.assays.checks.notes import reader_notes
from stratify.assays.checks.patients import Patients
from stratify.assays.quality import check
from stratify.assays.reader import read_assays


def test_notes_of_one_code_are_one_finding(make):
    table = make(3)
    assert not any(finding.items for finding in reader_notes(Patients(table)))
    notes = ["remark: a.csv: row 9", "unfinished-line: a.csv: the last line", "remark: b.csv: row 4"]
    table.uns["stratify"]["notes"] = np.array(notes, dtype=object)
    found = {f.code: f for f in reader_notes(Patients(table)) if f.items}
    assert found["remark"].items == ("a.csv: row 9", "b.csv: row 4")
    assert found["remark"].axis == "table"
    assert found["unfinished-line"].severity == "warning"


def test_every_note_that_a_reader_writes_has_a_meaning(make):
    sources = Path(stratify.__file__).parent.joinpath("assays").rglob("*.py")
    written = {
        code
        for path in sources
        for code in re.findall(
            r'f"([a-z]+(?:-[a-z]+)*): \{(?:part\.)?where\}: ', path.read_text(encoding="utf-8")
        )
    }
    table = make(3)
    known = {finding.code for finding in reader_notes(Patients(table))}
    assert {"remark", "spreadsheet-error", "no-logarithm", "unfinished-line"} <= written
    assert written <= known


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SampleID,IL6,TNF\nA,1.5,#N/A\nB,2.5,1.5\n", "spreadsheet-error"),
        ("SampleID,IL6,TNF\nA,1.5,1.25\nSampleID,IL6,TNF\nB,2.5,1.5\n", "repeated-header"),
        ("SampleID,IL6,TNF\nA,1.5,1.25\nB,2.5,1.5", "unfinished-line"),
    ],
)
def test_a_user_sees_them(tmp_path, text, code):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert code in {finding.code for finding in check(read_assays(tmp_path / "t.csv"))}

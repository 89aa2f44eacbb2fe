from __future__ import annotations

import pytest

from stratify.assays import scattered
from stratify.assays.reader import read_assays
from stratify.assays.scattered import refuse_scattered
from stratify.errors import AssayFileError


@pytest.fixture(autouse=True)
def _small_room(monkeypatch):
    monkeypatch.setattr(scattered, "ROOM", 1000)


NPX = "SampleID;Index;UniProt;Assay;Panel;NPX;Sample_Type;LOD;PlateID;QC_Warning"
LAYOUTS = {
    "npx-long": (NPX, "S{i};1;P{i:05d};G{i};Olink Target 96 P{i};9.4;SAMPLE;8.6;P1;Pass"),
    "table-long": ("sample_id,uniprot,value", "S{i},P{i:05d},1.5"),
    "protein-report": ("R.FileName\tPG.ProteinGroups\tPG.Genes\tPG.Quantity", "S{i}\tP{i:05d}\tG{i}\t9.5"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_row_with_a_sample_and_an_assay_of_its_own_is_no_table(name, tmp_path):
    head, row = LAYOUTS[name]
    path = tmp_path / "x.csv"
    path.write_text("\n".join([head, *(row.format(i=i) for i in range(100)), ""]), encoding="utf-8")
    with pytest.raises(AssayFileError, match="100 samples and 100 assays, with a number in 1 of 100 cells"):
        read_assays(path)


def test_a_column_beside_a_row_is_not_joined(tmp_path):
    for name, pairs in (("1", [(i, 0) for i in range(200)]), ("2", [(0, i) for i in range(200)])):
        rows = (f"S{s};1;P{a:05d};G{a};Olink Target 96 P;9.4;SAMPLE;8.6;P1;Pass" for s, a in pairs)
        (tmp_path / name).write_text("\n".join([NPX, *rows, ""]), encoding="utf-8")
    with pytest.raises(AssayFileError, match="the tables together: 200 samples and 200 assays"):
        read_assays(tmp_path / "1", tmp_path / "2")


def test_a_table_with_gaps_is_a_table():
    assert refuse_scattered("x", 1000, 1000, 60_000) is None
    assert refuse_scattered("x", 10, 90, 0) is None
    with pytest.raises(AssayFileError):
        refuse_scattered("x", 1000, 1000, 0)

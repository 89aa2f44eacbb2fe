from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from stratify.assays.files.container import open_parts
from stratify.assays.files.part import Part
from stratify.assays.formats.protein_report import is_protein_report, read_protein_report
from stratify.errors import AssayFileError

NAMES = ["File.Name", "Run", "Protein.Group", "Genes", "PG.MaxLFQ", "Precursor.Id", "Q.Value"]
ROWS = [
    ["a/S1.raw", "S1", "P05231", "IL6", 2.0**20, "AAK2", 0.001],
    ["a/S1.raw", "S1", "P05231", "IL6", 2.0**20, "CCK2", 0.001],
    ["a/S2.raw", "S2", "P05231", "IL6", 2.0**21, "AAK2", 0.001],
    ["a/S2.raw", "S2", "A0A024QZX5;P35237", "SERPINB6", 2.0**22, "DDK2", 0.001],
]
FRAME = pd.DataFrame(ROWS, columns=NAMES)


def part(frame):
    text = frame.to_csv(sep="\t", index=False)
    return Part("report.tsv", "text", lambda: BytesIO(text.encode()))


def check(table):
    np.testing.assert_array_equal(table.X, [[20, np.nan], [21, 22]])
    assert table.obs_names.tolist() == ["S1", "S2"]
    assert table.var["uniprot"].tolist() == ["P05231", "P35237"]
    assert table.uns["stratify"]["normalization"] == "PG.MaxLFQ"


def test_text():
    assert is_protein_report(part(FRAME))
    check(read_protein_report(part(FRAME)))


def test_parquet(tmp_path):
    FRAME.to_parquet(tmp_path / "report.parquet")
    delivered = open_parts(tmp_path / "report.parquet")[0]
    assert is_protein_report(delivered)
    check(read_protein_report(delivered))


def test_report_of_spectronaut():
    renamed = {
        "Run": "R.FileName",
        "Protein.Group": "PG.ProteinGroups",
        "Genes": "PG.Genes",
        "PG.MaxLFQ": "PG.Quantity",
    }
    table = read_protein_report(part(FRAME.rename(columns=renamed)))
    assert table.X[1].tolist() == [21, 22]


def test_two_levels_for_one_run_and_group_are_refused():
    frame = FRAME.copy()
    frame.loc[1, "PG.MaxLFQ"] = 5e6
    with pytest.raises(AssayFileError, match="several levels in runs S1"):
        read_protein_report(part(frame))


def test_text_in_place_of_a_level_is_refused():
    frame = FRAME.astype({"PG.MaxLFQ": object})
    frame.loc[2, "PG.MaxLFQ"] = "high"
    with pytest.raises(AssayFileError, match="text in column 'P05231', sample 'S2'"):
        read_protein_report(part(frame))


def test_other_tables_are_left(tmp_path):
    assert not is_protein_report(part(FRAME.drop(columns="PG.MaxLFQ")))
    (tmp_path / "x.parquet").write_bytes(b"PAR1 cut")
    assert not is_protein_report(open_parts(tmp_path / "x.parquet")[0])

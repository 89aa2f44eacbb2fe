from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

from stratify.assays.files.part import Part
from stratify.assays.formats.diann import FORMAT

EARLIER = ("Protein.Group", "Protein.Ids", "Protein.Names", "Genes", "First.Protein.Description")
LATER = (
    "Protein.Group",
    "Protein.Names",
    "Genes",
    "First.Protein.Description",
    "N.Sequences",
    "N.Proteotypic.Sequences",
)


def part(*lines):
    text = "\n".join("\t".join(map(str, line)) for line in lines) + "\n"
    return Part("report.pg_matrix.tsv", "text", lambda: BytesIO(text.encode()))


@pytest.mark.parametrize("described", [EARLIER, LATER])
def test_matrix(described):
    words = {
        "Protein.Group": "P05231;P05231-2",
        "Genes": "IL6",
        "N.Sequences": 4,
        "N.Proteotypic.Sequences": 4,
    }
    row = [words.get(name, "x") for name in described]
    matrix = part([*described, r"D:\runs\S1.raw", r"D:\runs\S2.raw"], [*row, 2**20, ""])
    assert FORMAT.recognise(matrix)
    table = FORMAT.read(matrix)
    assert table.obs_names.tolist() == ["S1", "S2"]
    assert table.var["uniprot"].tolist() == ["P05231"]
    np.testing.assert_array_equal(table.X, [[20], [np.nan]])
    assert table.uns["stratify"]["format"] == "diann"


def test_matrix_of_precursors_is_left():
    names = [*EARLIER, "Stripped.Sequence", "Precursor.Id", "S1.raw"]
    assert not FORMAT.recognise(part(names, ["P05231", "x", "x", "IL6", "x", "AAK", "AAK2", 5]))

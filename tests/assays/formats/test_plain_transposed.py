from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

from stratify.assays.files.part import Part
from stratify.assays.formats.plain_table import FORMAT as WIDE
from stratify.assays.formats.plain_transposed import FORMAT, is_transposed, read_transposed
from stratify.errors import AssayFileError

TURNED = """Protein,UniProt,Panel,Pat1,Pat2,LOD
Group,,,HC,MDD,
IL6,P05231,Inflammation,1.5,2.5,0.5
TNF,P01375,Inflammation,0.25,,0.75
Novel,Q00000,Inflammation,3.5,4.5,
"""


def part(text):
    return Part("x.csv", "text", lambda: BytesIO(text.encode()))


def test_proteins_in_rows_are_recognised_before_samples_in_rows():
    assert is_transposed(part(TURNED))
    assert FORMAT.rank < WIDE.rank


@pytest.mark.parametrize(
    "text",
    [
        "id,IL6,TNF\nS1,1.5,2.5\nS2,1.5,2.5\n",
        "gene,chr,start\nIL6,7,22725884\nTNF,6,31575565\n",
        "UniProt,rsid,b\nP05231,rs1,0.25\nP01375,rs2,-0.5\n",
        "Assay,LOD\nIL6,0.5\nTNF,0.7\n",
        "Sample,Gene,Value\nS1,IL6,0.5\nS2,TNF,0.7\n",
        "",
        "IL6\n",
    ],
)
def test_other_tables_are_not(text):
    assert not is_transposed(part(text))


def test_table_is_turned():
    adata = read_transposed(part(TURNED))
    assert adata.obs_names.tolist() == ["Pat1", "Pat2"]
    assert adata.var_names.tolist() == ["IL6", "TNF", "Novel"]
    np.testing.assert_array_equal(adata.X, [[1.5, 0.25, 3.5], [2.5, np.nan, 4.5]])
    np.testing.assert_array_equal(adata.layers["lod"][0], [0.5, 0.75, np.nan])
    assert adata.obs["group"].tolist() == ["HC", "MDD"]
    assert adata.var["uniprot"].tolist() == ["P05231", "P01375", "Q00000"]
    assert set(adata.var["panel"]) == {"Inflammation"}
    assert adata.uns["stratify"]["format"] == "table-transposed"


def test_a_protein_that_occurs_twice_is_refused():
    with pytest.raises(AssayFileError, match="several columns named IL6"):
        read_transposed(part("Protein,A,B\nIL6,1.5,2.5\nIL6,1.5,2.5\n"))


def test_text_in_place_of_a_level_is_refused_by_protein_and_sample():
    with pytest.raises(AssayFileError, match="text in column 'TNF', sample 'Pat2'"):
        read_transposed(part(TURNED.replace("0.25,,", "0.25,high,")))

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

from stratify.assays.files.part import Part
from stratify.assays.formats.plain_long import is_long, read_long
from stratify.errors import AssayFileError

LONG = """Sample ID;Age;Analyte;Concentration;Unit
S1;30;IL6;1,5;pg/mL
S1;30;TNF;2,5;pg/mL
S2;40;TNF;NA;pg/mL
S2;40;Novel;4,5;ng/mL
"""


def part(text):
    return Part("x.csv", "text", lambda: BytesIO(text.encode()))


def test_columns_are_recognised():
    assert is_long(part(LONG))
    for text in ("id,IL6\nS1,1.5\n", "SampleID,Assay\nS1,IL6\n", "SampleID,Analyte,Value\nS1,Size,1\n", ""):
        assert not is_long(part(text))


def test_table_is_spread():
    adata = read_long(part(LONG))
    assert adata.obs_names.tolist() == ["S1", "S2"]
    assert adata.var_names.tolist() == ["IL6", "TNF", "Novel"]
    np.testing.assert_array_equal(adata.X, [[1.5, 2.5, np.nan], [np.nan, np.nan, 4.5]])
    assert adata.obs["age"].tolist() == [30, 40]
    assert adata.var["uniprot"].tolist() == ["P05231", "P01375", ""]
    assert adata.var["unit"].tolist() == ["pg/mL", "pg/mL", "ng/mL"]
    assert adata.uns["stratify"]["scale"] == "unknown"


def test_order_of_lines_changes_no_value():
    first, *lines = LONG.strip().split("\n")
    straight, turned = read_long(part(LONG)), read_long(part("\n".join([first, *lines[::-1]])))
    turned = turned[straight.obs_names, straight.var_names]
    np.testing.assert_array_equal(straight.X, turned.X)
    assert straight.var["unit"].equals(turned.var["unit"])


def test_one_protein_on_two_panels_stays_apart():
    text = "Sample,Assay,Panel,Value\nS1,IL6,INF,1.5\nS1,IL6,CVD3,2.5\nS2,IL6,INF,3.5\n"
    adata = read_long(part(text))
    assert adata.var_names.tolist() == ["IL6@INF", "IL6@CVD3"]
    assert adata.var["panel"].tolist() == ["Inflammation", "Cardiovascular III"]
    assert adata.var["assay"].tolist() == ["IL6", "IL6"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("S1;30;IL6;9,5;pg/mL", "several for S1"),
        ("S3;30;IL6;high;pg/mL", "text in column 'IL6', sample 'S3'"),
        (";30;IL6;1,5;pg/mL", "a row without a sample id"),
        ("S3;30;;1,5;pg/mL", "without a protein"),
    ],
)
def test_unclear_rows_are_refused(line, message):
    with pytest.raises(AssayFileError, match=message):
        read_long(part(LONG + line + "\n"))


def test_one_protein_in_two_units_is_refused():
    with pytest.raises(AssayFileError, match=r"pg/mL, ng/mL for TNF"):
        read_long(part(LONG.replace("S2;40;TNF;NA;pg/mL", "S2;40;TNF;3,5;ng/mL")))

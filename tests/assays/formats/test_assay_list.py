from __future__ import annotations

from io import BytesIO

import pytest

from stratify.assays.files.part import Part
from stratify.assays.formats.assay_list import is_assay_list, read_assay_list


def part(text):
    return Part("x.csv", "text", lambda: BytesIO(text.encode()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Assay,Gene_Symbol\nADA,ADA\nIL8,CXCL8\n", True),
        ("UniProt,Protein,Panel\nP05231,Interleukin-6,INF\n", True),
        ("#,SeqID,Target\n1.0,18395-5,x\n", True),
        ("SampleID,Assay\nS1,IL6\n", False),
        ("Protein,Remark\nwater,wet\n", False),
        ("id,IL6\nS1,1.5\n", False),
        ("", False),
    ],
)
def test_lists_are_recognised(text, expected):
    assert is_assay_list(part(text)) is expected


def test_list_describes_assays():
    text = "Assay,Uniprot ID,OlinkID,Olink panel,Remark\nIL8,P10145,OID00471,Olink INFLAMMATION,good\n"
    text += "TNF,,,CVD3,\n"
    listed = read_assay_list(part(text))
    assert listed.shape == (0, 2)
    assert listed.var_names.tolist() == ["OID00471", "P01375@Cardiovascular III"]
    assert listed.var["gene"].tolist() == ["CXCL8", "TNF"]
    assert listed.var["panel"].tolist() == ["Inflammation", "Cardiovascular III"]
    assert listed.var["Remark"].tolist() == ["good", ""]


def test_what_is_listed_twice_is_kept_twice():
    listed = read_assay_list(part("UniProt,Panel\nP05231,INF\nP05231,INF\nP05231,CVD3\n"))
    assert listed.var_names.tolist() == [
        "P05231@Inflammation",
        "P05231@Inflammation #2",
        "P05231@Cardiovascular III",
    ]

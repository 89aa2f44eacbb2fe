from __future__ import annotations

from io import BytesIO

import pytest

from stratify.assays.files.part import Part
from stratify.assays.formats.gene_sets import is_gene_sets, read_gene_sets
from stratify.errors import AssayFileError

SETS = "TH2\tfrom a review\tIL4\tIL5\tIL13\nTH17\thttp://x\tIL17A\tIL22\tIL4\n"


def part(text):
    return Part("x.gmt", "text", lambda: BytesIO(text.encode()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SETS, True),
        ("id\tage\tIL6\tTNF\nS1\t30\t1.5\t2.5\n", False),
        ("a\tb\n", False),
        ("TH2\tremark\tone\ttwo\tthree\n", False),
        ("", False),
    ],
)
def test_layout_is_recognised(text, expected):
    assert is_gene_sets(part(text)) is expected


def test_other_kinds_are_not_opened():
    assert not is_gene_sets(Part("x", "cells", list))


def test_distinct_genes_are_kept():
    sets = read_gene_sets(part(SETS))
    assert sets.shape == (0, 5)
    assert sets.var["gene"].tolist() == ["IL4", "IL5", "IL13", "IL17A", "IL22"]
    assert sets.uns["stratify"]["sets"] == ["TH2", "TH17"]


def test_a_set_without_genes_is_refused():
    with pytest.raises(AssayFileError, match="names no gene"):
        read_gene_sets(part(SETS + "TH1\tcut\n"))

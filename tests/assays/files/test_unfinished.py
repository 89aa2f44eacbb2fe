from __future__ import annotations

from io import BytesIO

import pytest
from anndata import AnnData

from stratify.assays.files.part import Part
from stratify.assays.files.unfinished import tell_unfinished


@pytest.mark.parametrize(("text", "told"), [("id\nA\n", 0), ("id\r\nA\r\n", 0), ("id\nA", 1)])
def test_a_line_without_an_end_is_told(text, told):
    adata = AnnData(uns={"stratify": {"notes": []}})
    part = Part("x.csv", "text", lambda: BytesIO(text.encode()))
    assert tell_unfinished(adata, part) is adata
    assert len(adata.uns["stratify"]["notes"]) == told


def test_a_sheet_has_no_lines():
    adata = AnnData(uns={"stratify": {}})
    assert tell_unfinished(adata, Part("x.xlsx", "cells", list)).uns["stratify"] == {}

from __future__ import annotations

from io import BytesIO

import pytest

from stratify.assays.files import part as module
from stratify.assays.files.part import Part
from stratify.errors import AssayFileError


def text(data: bytes) -> Part:
    return Part("x.csv", "text", lambda: BytesIO(data))


@pytest.mark.parametrize(
    ("encoding", "stated"), [("utf-8", "utf-8-sig"), ("utf-16", "utf-16"), ("latin-1", "latin-1")]
)
def test_encoding_is_found(encoding, stated):
    part = text("Größe,IL6\nS1,1.5\n".encode(encoding))
    assert part.encoding == stated
    assert part.top == part.rows == [["Größe", "IL6"], ["S1", "1.5"]]


def test_letters_of_an_old_code_page_far_below_the_head(monkeypatch):
    monkeypatch.setattr(module, "HEAD", 20)
    assert text(b"id,x\n" + b"a,1\n" * 9 + b"\xe4,2\n").text.endswith("ä,2\n")


def test_head_may_end_within_a_letter(monkeypatch):
    monkeypatch.setattr(module, "HEAD", 7)
    assert text("a,b\nöööö,2\n".encode()).encoding == "utf-8-sig"


def test_text_too_large_to_be_read_at_once_is_refused(monkeypatch):
    monkeypatch.setattr(module, "LARGEST_TEXT", 10)
    with pytest.raises(AssayFileError, match="read at once"):
        assert text(b"SampleID,IL6\n").text


def test_only_cells_make_a_frame():
    part = Part("x.xlsx", "cells", lambda: [["SampleID", "IL6"], ["S1", 1.5]])
    assert part.frame.to_dict("list") == {"SampleID": ["S1"], "IL6": [1.5]}
    with pytest.raises(AssayFileError, match="a table of cells is needed"):
        assert Part("x.h5", "hdf5", lambda: BytesIO()).frame is None

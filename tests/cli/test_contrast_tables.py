from __future__ import annotations

import pytest

from stratify.cli.contrast_tables import read_contrast_table
from stratify.errors import StratifyError


def test_a_table_is_read(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("protein,q_value\nIL6,0.1\n", encoding="utf-8")
    assert read_contrast_table(path)["q_value"].tolist() == [0.1]


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00\x01", b'a\n"open', b"a,b\n1\n1,2,3,4\n"]
)
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(StratifyError, match=r"table\.csv"):
        read_contrast_table(path)


def test_a_table_of_several_contrasts_is_refused(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("contrast,protein\nAD - HC,IL6\nMDD - HC,IL6\n", encoding="utf-8")
    with pytest.raises(StratifyError, match="2: AD - HC, MDD - HC"):
        read_contrast_table(path)
    path.write_text("contrast,protein\nAD - HC,IL6\nAD - HC,TNF\n", encoding="utf-8")
    assert len(read_contrast_table(path)) == 2

from __future__ import annotations

import pytest

from stratify.errors import StratifyError
from stratify.reporting.signature_figures.saving import require_suffix, save_figure
from stratify.reporting.signature_figures.volcano import draw_volcano


@pytest.mark.parametrize(
    ("name", "start"), [("v.svg", b"<svg"), ("v.pdf", b"%PDF"), ("v.png", b"\x89PNG"), ("V.PNG", b"\x89PNG")]
)
def test_the_same_figure_gives_the_same_bytes_in_every_kind(contrast, tmp_path, name, start):
    written = [save_figure(draw_volcano(contrast, "AD - HC"), tmp_path / k / name) for k in "ab"]
    one, other = (path.read_bytes() for path in written)
    assert one == other
    assert one.startswith(start)
    assert [path.name for path in (tmp_path / "a").iterdir()] == [name]


def test_the_alternative_text_is_in_the_file(contrast, tmp_path):
    drawing = draw_volcano(contrast, "AD - HC")
    assert "Volcano of AD - HC" in save_figure(drawing, tmp_path / "v.svg").read_text(encoding="utf-8")
    assert b"Volcano of AD - HC" in save_figure(drawing, tmp_path / "v.png").read_bytes()


@pytest.mark.parametrize("name", ["v.docx", "v", "folder.svg"])
def test_other_kinds_are_refused(tmp_path, name):
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(StratifyError, match=r"\.svg, \.pdf, \.png"):
        require_suffix(tmp_path / name)

from __future__ import annotations

from stratify.reporting.stored_card import read_stored_card, write_whole


def test_every_form_is_made_again_to_the_byte(card_folder):
    files = read_stored_card(card_folder).files()
    assert set(files) == {"card.md", "card.html", "card.json"}
    for name, text in files.items():
        assert (card_folder / name).read_text(encoding="utf-8") == text


def test_a_file_is_written_as_a_whole(tmp_path):
    write_whole("text", tmp_path / "below" / "a.md")
    assert [path.name for path in (tmp_path / "below").iterdir()] == ["a.md"]

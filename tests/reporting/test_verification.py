from __future__ import annotations

import json
import re
import shutil

import pytest

from stratify.errors import ModelError
from stratify.reporting.folder import write_model_folder
from stratify.reporting.manifest import write_manifest
from stratify.reporting.stored_card import read_stored_card
from stratify.reporting.verification import differences, rederived, verify_card


@pytest.fixture
def forged(card_folder, tmp_path):
    """A copy in which files are changed, and the manifest written again to fit."""
    folder = tmp_path / "small-1"
    shutil.copytree(card_folder, folder)

    def change(*changes):
        for name, old, new in changes:
            text = (folder / name).read_text(encoding="utf-8")
            assert re.search(old, text), old
            (folder / name).write_text(re.sub(old, new, text, count=1), encoding="utf-8", newline="\n")
        write_manifest(folder)
        return read_stored_card(folder)

    return change


def derived_places(card):
    again = rederived(card)
    stored = {key: card.run[key] for key in again}
    return {one.place for one in differences(stored, again, "facts/run.json")}


def test_an_untouched_card_follows_from_its_facts(card_folder):
    found = verify_card(read_stored_card(card_folder))
    assert found.differences == ()
    assert found.derived > 100
    assert found.stated < 30


def test_trees_are_verified_too(boosted, make_facts, tmp_path):
    write_model_folder(boosted, make_facts(boosted), {}, tmp_path / "m")
    assert derived_places(read_stored_card(tmp_path / "m")) == set()


def test_one_changed_prediction_is_named(forged):
    found = derived_places(forged(("facts/out_of_fold.csv", r"(person-03,1,False,-?\d+\.\d)\d", r"\g<1>0")))
    assert {"facts/run.json tables.out_of_fold.csv", "facts/run.json calibration.brier"} <= found


def test_a_prediction_of_another_family_too(forged):
    change = r"(composite,1,\d,person-20,0,True,-?\d+\.\d\d)\d", r"\g<1>0"
    assert "facts/run.json tables.out_of_fold.csv" in derived_places(
        forged(("facts/out_of_fold.csv", *change))
    )


def test_each_changed_number_is_named(forged):
    changed = {
        "card.html line": ("card.html", r"<p>AD 16|AUC 1\.00", "AUC 0.90"),
        "card.json line": ("card.json", r'"shown": "1\.00"', '"shown": "0.90"'),
        "card.md line": ("card.md", r"AUC 1\.00", "AUC 0.90"),
        "facts/run.json calibration.brier": ("facts/run.json", r'"brier": 0\.0\d', '"brier": 0.09'),
        "facts/detectability.csv": ("facts/detectability.csv", r"4\.0,0\.1,18,0\.2", "4.0,0.1,18,0.9"),
        "figures roc": ("figures/roc.svg", r"AUC 1\.00", "AUC 0.91"),
        "figures magnitude": ("facts/target_scores.csv", r"(\n-?)(\d)(.|\n)*$", r"\1\2\n"),
    }
    found = [one.place for one in verify_card(forged(*changed.values())).differences]
    for place in changed:
        assert any(one.startswith(place) for one in found), place


def test_a_number_that_only_the_record_has_is_named_by_its_line(forged):
    card = forged(("facts/run.json", r'"read": 56', '"read": 57'))
    line = (card.loaded.folder / "card.md").read_text(encoding="utf-8").splitlines()
    again = card.files()["card.md"].splitlines()
    assert [(a, b) for a, b in zip(line, again, strict=True) if a != b][-1] == (
        "| Read | 56 |",
        "| Read | 57 |",
    )


def test_a_table_with_a_word_for_a_number_is_refused(forged):
    with pytest.raises(ModelError, match="tables of facts"):
        forged(("facts/target_scores.csv", r"\n(-?\d)", r"\nnine\1"))


def test_a_changed_byte_is_refused_before_anything_is_read(card_folder, tmp_path):
    folder = tmp_path / "small-1"
    shutil.copytree(card_folder, folder)
    with (folder / "card.md").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(ModelError, match=r"changed: card\.md"):
        read_stored_card(folder)


def test_facts_of_another_form_are_refused(card_folder, tmp_path):
    folder = tmp_path / "small-1"
    shutil.copytree(card_folder, folder)
    run = json.loads((folder / "facts" / "run.json").read_text(encoding="utf-8"))
    (folder / "facts" / "run.json").write_text(json.dumps(run | {"record": 0}), encoding="utf-8")
    write_manifest(folder)
    with pytest.raises(ModelError, match="of another form"):
        read_stored_card(folder)


def test_the_figures_of_a_card_do_not_say_who(card_folder):
    assert "person-" not in (card_folder / "facts" / "target_scores.csv").read_text(encoding="utf-8")


def test_differences_are_walked():
    stored = {"a": [1.0, 2.0], "b": {"c": True}, "d": 1}
    derived = {"a": [1.0 + 1e-12, 3.0, 4.0], "b": {"c": 1}, "e": None}
    assert [one.place for one in differences(stored, derived, "x")] == [
        "x a.1",
        "x a.2",
        "x b.c",
        "x e",
        "x d",
    ]

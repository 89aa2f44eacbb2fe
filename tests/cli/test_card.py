from __future__ import annotations

import json
import re
import shutil

import pytest

from stratify.reporting.manifest import write_manifest


@pytest.fixture
def model(folder):
    return folder / "models" / "small-1"


@pytest.fixture
def forged(model, tmp_path):
    """A copy of the model with one number of its card changed, and a manifest that fits."""
    copy = tmp_path / "forged"
    shutil.copytree(model, copy)
    text = (copy / "card.md").read_text(encoding="utf-8")
    (copy / "card.md").write_text(
        text.replace("| Read | 122 |", "| Read | 123 |"), encoding="utf-8", newline="\n"
    )
    write_manifest(copy)
    return copy


def test_a_card_is_printed_as_it_lies_in_the_folder(stratify, model):
    code, out, err = stratify("card", model)
    assert code == 0, err
    assert out == (model / "card.md").read_text(encoding="utf-8")
    facts = json.loads(stratify("card", model, "--json")[1])["facts"]
    assert facts["run"]["flow"]["read"] == 122


@pytest.mark.parametrize("ending", ["md", "html", "json"])
def test_a_card_is_written_in_each_form(stratify, model, tmp_path, ending):
    out = tmp_path / "below" / f"mine.{ending}"
    code, printed, err = stratify("card", model, "-o", out)
    assert (code, printed) == (0, f"card: {out}\n"), err
    assert out.read_bytes() == (model / f"card.{ending}").read_bytes()
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_a_card_that_follows_from_its_facts_is_verified(stratify, model):
    code, out, err = stratify("card", model, "--verify")
    assert code == 0, err
    assert re.match(r"\d+ numbers derived again, the card written again: no difference\n", out)


def test_a_verification_is_printed_as_json(stratify, model):
    code, out, err = stratify("card", model, "--verify", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (told.pop("model"), told.pop("differences")) == (str(model), [])
    assert told.pop("derived") > 50
    assert told.pop("stated") > 5
    assert told == {}


def test_a_changed_number_is_refused_by_its_place(stratify, forged, refused):
    text = refused(stratify("card", forged, "--verify", "--json"))
    assert re.search(r"card\.md line \d+: '\| Read \| 123 \|' stored", text)


def test_a_changed_byte_is_refused_by_its_file(stratify, model, tmp_path, refused):
    copy = tmp_path / "copy"
    shutil.copytree(model, copy)
    path = copy / "facts" / "out_of_fold.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.1", "0.2", 1), encoding="utf-8", newline="\n")
    assert "changed: facts/out_of_fold.csv" in refused(stratify("card", copy, "--verify"))


def test_what_changed_between_two_models(stratify, model, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(model, other)
    path = other / "facts" / "run.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"read": 122', '"read": 130'), encoding="utf-8")
    write_manifest(other)
    assert stratify("card", other, "--against", model)[1] == "run.flow.read: 122 -> 130\n1 facts differ\n"
    assert stratify("card", model, "--against", model)[1] == "0 facts differ\n"
    found = json.loads(stratify("card", other, "--against", model, "--json")[1])
    assert found["changes"] == [{"fact": "run.flow.read", "before": "122", "after": "130"}]


def test_wrong_questions_leave_no_file(stratify, model, tmp_path, refused):
    assert stratify("card", model, "-o", tmp_path / "card.pdf")[0] == 2
    assert stratify("card", model, "--verify", "--against", model)[0] == 2
    refused(stratify("card", tmp_path))
    refused(stratify("card", model, "-o", _folder(tmp_path / "card.md")))
    assert [path.name for path in tmp_path.iterdir()] == ["card.md"]


def _folder(path):
    path.mkdir()
    return path

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from stratify.reporting.differences import differences

DEMO = Path(__file__).parents[2] / "models" / "demo-1"


@pytest.fixture
def copy(tmp_path):
    return Path(
        shutil.copytree(DEMO, tmp_path / "copy", ignore=shutil.ignore_patterns("figures", "card.html"))
    )


@pytest.fixture
def original(tmp_path, copy):
    return Path(shutil.copytree(copy, tmp_path / "original"))


def told(old, new):
    return [str(one) for one in differences(old, new)]


def rewrite(folder, name, change):
    path = folder / name
    record = json.loads(path.read_text(encoding="utf-8"))
    change(record)
    path.write_text(json.dumps(record), encoding="utf-8")


def test_same_folder_does_not_differ_whatever_its_manifest_and_signature(original, copy):
    (copy / "manifest.json").write_text("{}", encoding="utf-8")
    (copy / "manifest.sig").write_bytes(b"x")
    assert told(original, copy) == []


def test_fields_are_named_and_values_are_not(original, copy):
    rewrite(
        copy, "facts/run.json", lambda r: r["calibration"].update(slope=r["calibration"]["slope"] + 1e-12)
    )
    rewrite(copy, "facts/run.json", lambda r: r.update(question="Another?"))
    rewrite(copy, "facts/run.json", lambda r: r["settings"].pop("seed"))
    found = differences(original, copy)
    assert [one.place for one in found] == [
        "facts/run.json calibration.slope",
        "facts/run.json question",
        "facts/run.json settings.seed",
    ]
    assert [one.last_digits for one in found] == [True, False, False]
    assert [one.found for one in found][1:] == ["another value", "only in the stored model"]


@pytest.mark.parametrize(("size", "last"), [(1e-12, True), (1e-3, False)])
def test_arrays_and_tables_say_by_how_much(original, copy, size, last):
    with np.load(copy / "bundle" / "arrays.npz") as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays["background"][3] += size
    np.savez(copy / "bundle" / "arrays.npz", **arrays)
    (one,) = differences(original, copy)
    assert one.place == "bundle/arrays.npz background"
    assert one.last_digits is last
    stated = float(one.found.split()[5])
    assert stated == pytest.approx(size / max(1.0, abs(arrays["background"][3])), rel=0.1)


def test_columns_of_a_table(original, copy):
    path = copy / "facts" / "out_of_fold.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    first = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
    first |= {"sample_id": "another", "score": str(float(first["score"]) + 1)}
    lines[1] = ",".join(first.values())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = told(original, copy)
    assert found[0] == "facts/out_of_fold.csv sample_id: 1 other words"
    assert found[1].startswith("facts/out_of_fold.csv score: numbers differ by up to")


def test_files_of_one_side_and_other_bytes(original, copy):
    (copy / "card.md").write_text("x", encoding="utf-8")
    (copy / "MLmodel").unlink()
    (copy / "more.txt").write_text("x", encoding="utf-8")
    assert told(original, copy) == [
        "MLmodel: only in the stored model",
        "more.txt: only in the new model",
        "card.md: other bytes",
    ]


def test_same_content_in_other_bytes_is_said(original, copy):
    rewrite(copy, "facts/run.json", lambda record: None)
    assert told(original, copy) == ["facts/run.json: written otherwise"]


def test_what_became_unknown_is_no_last_digit(original, copy):
    rewrite(copy, "facts/run.json", lambda r: r["calibration"].update(slope=None))
    (one,) = differences(original, copy)
    assert (one.found, one.last_digits) == ("another value", False)

from __future__ import annotations

import pytest


@pytest.mark.parametrize("arguments", [["screen"], ["check", "--nonsense"], ["nonsense"]])
def test_wrong_usage_exits_with_two(stratify, arguments):
    assert stratify(*arguments)[0] == 2


@pytest.mark.parametrize(
    ("verb", "words"),
    [("simulate", ["study", "strong-", "along", "confounded"]), ("screen", ["Olink", "SomaScan"])],
)
def test_help_names_what_may_be_given(stratify, verb, words):
    code, out, _ = stratify(verb, "--help")
    assert code == 0
    assert [word for word in words if word not in out] == []


def test_a_place_that_can_not_be_written_is_refused_in_three_lines(stratify, folder, tmp_path, refused):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for verb in (
        ["simulate", "-o", tmp_path / "file" / "cohort.csv", "--n", "20"],
        ["simulate", "-o", tmp_path, "--n", "20"],
        ["screen", folder / "models/small-1", folder / "new.csv", "-o", tmp_path / "file" / "out"],
    ):
        refused(stratify(*verb))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert not tmp_path.with_name(tmp_path.name + ".part").exists()

from __future__ import annotations

import json
from pathlib import Path

import pytest

import stratify as package

SHIPPED = Path(package.__file__).parent / "data" / "definitions" / "th2-v1.toml"


@pytest.fixture
def second(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8")
    path = tmp_path / "th2-v2.toml"
    changed = text.replace("version = 1", "version = 2").replace(
        "axis_percentile = 0.95", "axis_percentile = 0.8"
    )
    path.write_text(changed, encoding="utf-8")
    return path


def test_a_definition_is_printed_as_a_page(stratify):
    code, printed, err = stratify("define", "th2-v1")
    assert (code, err) == (0, "")
    assert "**Th2-skewed (v1) means:**" in printed
    assert "| CCL17 | Q92583 | 1 |" in printed


def test_json_holds_what_the_page_says(stratify):
    facts = json.loads(stratify("define", "th2-v1", "--json")[1])
    assert facts["unsourced"] == []
    assert facts["axis_proteins"]["Th2"][1]["gene"] == "CCL17"


def test_two_definitions_are_compared_line_by_line(stratify, second):
    code, printed, _ = stratify("define", "th2-v1", "--against", second)
    assert code == 0
    assert printed.splitlines()[2:] == ["| version | 1 | 2 |", "| axis_percentile | 0.95 | 0.8 |"]
    assert "say the same" in stratify("define", "th2-v1", "--against", "th2-v1")[1]


def test_two_definitions_are_compared_on_the_same_people(stratify, folder, second):
    people = ["--cohort", folder / "cohort.csv", "--clinical", folder / "cohort-clinical.csv"]
    code, printed, err = stratify("define", "th2-v1", "--against", second, *people)
    assert code == 0, err
    assert "Th2-skewed (v1) and Th2-skewed (v2): 108 people" in printed
    assert "by the first only 0" in printed
    facts = json.loads(stratify("define", "th2-v1", "--against", second, *people, "--json")[1])
    assert facts["people"]["n"] == 108
    assert len(facts["people"]["discordant"]) == facts["people"]["only_second"] > 0
    assert [one["what"] for one in facts["differences"]] == ["version", "axis_percentile"]


def test_wrong_questions_are_refused(stratify, folder, refused):
    assert "th2-v1" in refused(stratify("define", "th2-v9"))
    people = ["--cohort", folder / "cohort.csv", "--clinical", folder / "cohort-clinical.csv"]
    refused(stratify("define", "th2-v1", "--against", "th2-v1", *people, "--reference", "Healthy"))
    refused(stratify("define", "th2-v1", "--against", "resemblance-v1", *people))
    assert stratify("define", "th2-v1", *people)[0] == 2

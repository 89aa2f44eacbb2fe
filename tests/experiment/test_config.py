"""Experiment files: what is understood, and how a mistake is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from stratify.errors import ExperimentError
from stratify.experiment.config import read_experiment

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
MINIMAL = """
name = "small"
question = "Is there anything?"
[data]
files = ["table.csv"]
positive = ["AD"]
negative = ["HC"]
matrix = "serum"
site = "unknown"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(EXPERIMENTS.glob("*.toml")), ids=lambda path: path.name)
def test_every_committed_experiment_is_valid(path):
    config = read_experiment(path)
    assert config.name == path.stem
    assert config.question.endswith("?")


def test_every_committed_experiment_is_described():
    page = (EXPERIMENTS / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in page for path in EXPERIMENTS.glob("*.toml"))


def test_defaults_are_those_of_the_design(tmp_path):
    config = read_experiment(write(tmp_path, MINIMAL))
    assert config.learning.default == "factor-centroids"
    assert (config.learning.folds, config.learning.repeats, config.learning.permutations) == (5, 5, 199)


@pytest.mark.parametrize(
    ("change", "nearest"),
    [
        (("positive =", "positve ="), "positive"),
        (("question =", "quesion ="), "question"),
        (("[data]", "[dta]"), "data"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(tmp_path, change, nearest):
    with pytest.raises(ExperimentError) as caught:
        read_experiment(write(tmp_path, MINIMAL.replace(*change)))
    assert nearest in caught.value.do


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        MINIMAL.replace('name = "small"', 'name = "../up"'),
        MINIMAL.replace('files = ["table.csv"]', ""),
        MINIMAL.replace("[data]", '[data]\nsimulate = "study"'),
        MINIMAL.replace('positive = ["AD"]', "positive = []"),
        MINIMAL.replace('matrix = "serum"', ""),
        MINIMAL.replace('site = "unknown"', ""),
        MINIMAL + "[learning]\nfolds = 1\n",
        MINIMAL + '[learning]\nfamilies = ["xgbost"]\n',
    ],
)
def test_what_makes_no_sense_is_refused_in_three_parts(tmp_path, text):
    with pytest.raises(ExperimentError) as caught:
        read_experiment(write(tmp_path, text))
    assert caught.value.expected
    assert caught.value.found
    assert caught.value.do


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(ExperimentError, match="no file"):
        read_experiment(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    "text",
    [
        MINIMAL.replace("[data]", "version = true\n[data]"),
        MINIMAL.replace("[data]", 'seed = "1"\n[data]'),
        MINIMAL + "[learning]\nfolds = 3.0\n",
        MINIMAL.replace("[data]", '[data]\ngroup = ""'),
    ],
)
def test_values_of_another_type_are_not_taken_for_numbers(tmp_path, text):
    with pytest.raises(ExperimentError):
        read_experiment(write(tmp_path, text))


def test_a_byte_order_mark_changes_nothing(tmp_path):
    assert read_experiment(write(tmp_path, "\ufeff" + MINIMAL)) == read_experiment(write(tmp_path, MINIMAL))


def test_the_account_of_an_older_experiment_stays_the_same(tmp_path):
    stated = read_experiment(write(tmp_path, MINIMAL)).model_dump(mode="json")
    assert "labels" not in stated
    assert "allow_inseparable_site" not in stated["data"]
    assert not {"adjust", "without_handling_proteins", "negative_controls"} & set(stated["learning"])


def test_only_label_settings_that_were_chosen_are_accounted_for(tmp_path):
    text = MINIMAL + '[labels]\nsource = "axis-rule"\ndrop_label_proteins = true\n'
    stated = read_experiment(write(tmp_path, text)).model_dump(mode="json")
    assert stated["labels"] == {"source": "axis-rule", "drop_label_proteins": True}
    text = MINIMAL.replace("[data]", "[data]\nallow_inseparable_site = true")
    assert read_experiment(write(tmp_path, text)).model_dump()["data"]["allow_inseparable_site"]


def test_without_a_diagnosis_other_groups_are_labelled(tmp_path):
    text = MINIMAL.replace('positive = ["AD"]\nnegative = ["HC"]\n', "") + '[labels]\nsource = "axis-rule"\n'
    with pytest.raises(ExperimentError, match=r"labels\.people"):
        read_experiment(write(tmp_path, text))
    assert read_experiment(write(tmp_path, text + 'people = ["MDD"]\n')).data.positive == ()
    with pytest.raises(ExperimentError, match=r"data\.positive and data\.negative"):
        read_experiment(write(tmp_path, text.replace("axis-rule", "reference-disease")))

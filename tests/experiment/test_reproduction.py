from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from stratify.errors import ExperimentError, ModelError
from stratify.experiment import reproduction
from stratify.experiment.config import read_experiment
from stratify.experiment.reproduction import reproduce, stored_config
from stratify.reporting.manifest import write_manifest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "models" / "demo-1"


@pytest.fixture
def record():
    return json.loads((DEMO / "facts" / "run.json").read_text(encoding="utf-8"))


def test_stored_settings_are_those_of_the_experiment_file(record):
    config = read_experiment(ROOT / "experiments" / "demo.toml")
    assert stored_config(record["settings"]).model_dump(
        exclude={"learning": {"workers"}}
    ) == config.model_dump(exclude={"learning": {"workers"}})


def test_settings_of_another_version_are_named():
    with pytest.raises(ExperimentError, match=r"learning\.magic"):
        stored_config({"name": "x", "question": "?", "learning.magic": 1, "data.simulate": "study"})


@pytest.fixture
def rerun(monkeypatch, record):
    """Put a folder in the place of a new training."""

    def prepare(new, sources=None):
        seen = {}

        def run(config, path, *, models, tracked, tell):
            seen.update(path=path, tracked=tracked)
            return SimpleNamespace(folder=new)

        told = SimpleNamespace(sources=record["sources"] if sources is None else sources)
        monkeypatch.setattr(reproduction, "load_cohort", lambda config, folder: told)
        monkeypatch.setattr(reproduction, "run_config", run)
        return seen

    return prepare


def test_same_folder_is_identical(rerun):
    seen = rerun(DEMO)
    found = reproduce(DEMO, experiments="somewhere")
    assert found.identical
    assert found.digest == found.again
    assert seen == {"path": Path("somewhere/demo.toml"), "tracked": False}


def test_another_card_leaves_the_numbers_the_same(rerun, tmp_path):
    copy = Path(shutil.copytree(DEMO, tmp_path / "demo-1"))
    (copy / "card.md").write_text("x", encoding="utf-8")
    write_manifest(copy)
    rerun(copy)
    found = reproduce(DEMO)
    assert [str(one) for one in found.differences] == ["card.md: other bytes"]
    assert (found.identical, found.same_numbers) == (False, True)
    assert found.digest != found.again


def test_another_score_is_another_number(rerun, tmp_path):
    copy = Path(shutil.copytree(DEMO, tmp_path / "demo-1"))
    text = (copy / "facts" / "out_of_fold.csv").read_text(encoding="utf-8")
    (copy / "facts" / "out_of_fold.csv").write_text(
        text.replace("-2.516737", "-2.516738", 1), encoding="utf-8"
    )
    write_manifest(copy)
    rerun(copy)
    assert not reproduce(DEMO).same_numbers


def test_other_versions_are_named(rerun, monkeypatch, record):
    rerun(DEMO)
    now = record["software"] | {"numpy": "99.0"}
    del now["mlflow"]
    monkeypatch.setattr(reproduction, "software_versions", lambda: now)
    then = record["software"]
    assert reproduce(DEMO).environment == {"mlflow": (then["mlflow"], None), "numpy": (then["numpy"], "99.0")}


@pytest.mark.parametrize("sources", [{}, {"cohort.csv": "0" * 64}])
def test_other_data_are_refused_by_name(rerun, sources):
    rerun(DEMO, sources)
    with pytest.raises(ExperimentError, match=r"another SHA-256: cohort-clinical\.csv, cohort\.csv"):
        reproduce(DEMO)


def test_a_model_without_record_is_refused(tmp_path):
    copy = Path(shutil.copytree(DEMO, tmp_path / "demo-1"))
    (copy / "facts" / "run.json").unlink()
    write_manifest(copy)
    with pytest.raises(ModelError, match=r"facts/run\.json"):
        reproduce(copy)

from __future__ import annotations

import json

import pandas as pd
import pytest

from stratify.experiment.run import run_experiment


def test_train_prints_the_stable_keys_and_tracks_the_run(folder):
    printed = json.loads((folder / "train.out").read_text())
    assert {"model", "run_id", "auc", "auc_low", "auc_high", "baseline_auc", "family"} <= set(printed)
    assert printed["run_id"]
    assert (folder / "mlruns" / "mlflow.db").is_file()
    assert (folder / "models" / "small-1" / "card.html").is_file()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("[data]", '[data]\ngroup = "diagnosis_code"'), "diagnosis_code"),
        (('positive = ["AD"]', 'positive = ["Nobody"]'), "Nobody"),
        (("positive =", "positve ="), "did you mean 'positive'"),
        (('"cohort.csv"', '"absent.csv"'), "absent.csv"),
    ],
)
def test_an_experiment_that_can_not_run_is_refused_and_leaves_nothing(
    stratify, folder, tmp_path, change, word, experiment
):
    for name in ("cohort.csv", "cohort-clinical.csv"):
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "bad.toml").write_text(experiment.replace(*change), encoding="utf-8")
    code, out, err = stratify("train", tmp_path / "bad.toml", "--models", tmp_path / "models")
    assert (code, out) == (1, "")
    assert word in err
    assert "Traceback" not in err
    assert not (tmp_path / "models").exists()


def test_training_names_samples_without_a_partner(folder, tmp_path, experiment):
    clinical = pd.read_csv(folder / "cohort-clinical.csv")
    (tmp_path / "cohort.csv").symlink_to(folder / "cohort.csv")
    clinical.iloc[1:].to_csv(tmp_path / "cohort-clinical.csv", index=False)
    (tmp_path / "experiment.toml").write_text(
        experiment.replace("repeats = 2", "repeats = 1"), encoding="utf-8"
    )
    told = []
    run_experiment(tmp_path / "experiment.toml", models=tmp_path / "models", tracked=False, tell=told.append)
    assert f"not in the clinical table: {clinical['sample_id'][0]}" in told


@pytest.mark.parametrize(
    "change",
    [
        ('target = ["MDD"]', 'target = ["MDD"]\ncovariates = ["agee"]'),
        ("repeats = 2", "repeats = 2\nfolds = 31"),
        ('definition = "th2-v1"', 'definition = "th2"'),
    ],
)
def test_what_can_be_known_before_training_is_refused_before_a_line_of_progress(
    stratify, folder, tmp_path, change, refused, experiment
):
    for name in ("cohort.csv", "cohort-clinical.csv"):
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "bad.toml").write_text(experiment.replace(*change), encoding="utf-8")
    refused(stratify("train", tmp_path / "bad.toml", "--models", tmp_path / "models"))
    assert not (tmp_path / "models").exists()

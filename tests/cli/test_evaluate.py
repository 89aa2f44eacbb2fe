from __future__ import annotations

import json

import pandas as pd
import pytest


@pytest.fixture
def cohort(folder):
    return [folder / "models/small-1", folder / "cohort.csv", "--clinical", folder / "cohort-clinical.csv"]


SIDES = ["--positive", "AD", "--negative", "HC", "--negative", "PSO"]


def test_metrics_and_predictions_of_a_labelled_cohort(stratify, cohort, tmp_path):
    out = tmp_path / "predictions.csv"
    code, printed, err = stratify("evaluate", *cohort, *SIDES, "-o", out)
    assert code == 0, err
    assert "persons: 30 positive, 53 negative" in printed
    assert "calibration slope: " in printed
    assert "nobody has labelled" in err
    assert "WARNING: the model learned from cohort.csv" in err
    table = pd.read_csv(out)
    assert table.columns.tolist() == ["sample_id", "label", "probability"]
    assert table["label"].value_counts(dropna=False).tolist() == [53, 30, 25]
    code, printed, _ = stratify("evaluate", *cohort, *SIDES, "-o", out, "--json")
    facts = json.loads(printed)
    assert "far too good" in facts["learned_from"]
    assert facts["auc_low"] <= facts["auc"] <= facts["auc_high"]


def test_without_labels_there_are_no_metrics(stratify, folder, tmp_path):
    code, printed, _ = stratify(
        "evaluate", folder / "models/small-1", folder / "new.csv", "-o", tmp_path / "p.csv"
    )
    assert code == 0
    assert "nobody is labelled: no metrics" in printed
    assert "anchored: bridge 100%" in printed


def test_people_of_the_training_under_another_file_are_recognised_by_their_ids(stratify, cohort, tmp_path):
    table = pd.read_csv(cohort[1], sep=";")
    table.to_csv(tmp_path / "again.csv", sep=";", index=False)
    model, _, *clinical = cohort
    code, _, err = stratify(
        "evaluate", model, tmp_path / "again.csv", *clinical, *SIDES, "-o", tmp_path / "p.csv"
    )
    assert code == 0
    assert "WARNING: " in err


def test_a_group_that_is_not_there_is_refused(stratify, cohort, tmp_path, refused):
    answer = stratify(
        "evaluate", *cohort, "--positive", "eczema", "--negative", "HC", "-o", tmp_path / "p.csv"
    )
    assert "AD" in refused(answer)
    assert list(tmp_path.iterdir()) == []

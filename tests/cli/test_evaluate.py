from __future__ import annotations

import json
import shutil

import numpy as np
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


def test_a_recalibration_is_offered_written_and_applied_by_name_only(stratify, cohort, folder, tmp_path):
    table = pd.read_csv(cohort[1], sep=";")
    noise = np.random.default_rng(0).normal(0, 1.5, len(table))
    table.assign(NPX=table["NPX"] + noise).to_csv(tmp_path / "again.csv", sep=";", index=False)
    shutil.copy(cohort[3], tmp_path / "again-clinical.csv")
    with (tmp_path / "again-clinical.csv").open("a") as file:
        file.write("\n")
    other = [cohort[0], tmp_path / "again.csv", "--clinical", tmp_path / "again-clinical.csv"]
    out = tmp_path / "p.csv"
    code, printed, err = stratify("evaluate", *other, *SIDES, "-o", out, "--recalibrate", "slope")
    assert code == 0, err
    assert "recalibration of the slope, not applied" in printed
    update = tmp_path / "p.csv.recalibration.json"
    assert json.loads(update.read_text(encoding="utf-8"))["positives"] == 30
    screened = ["screen", cohort[0], folder / "new.csv", "-o"]
    assert stratify(*screened, tmp_path / "plain")[0] == 0
    assert stratify(*screened, tmp_path / "mended", "--recalibration", update)[0] == 0
    plain, mended = (pd.read_csv(tmp_path / name / "results.csv") for name in ("plain", "mended"))
    assert plain["call"].equals(mended["call"])
    assert not np.allclose(plain["probability"], mended["probability"])


def test_the_people_of_the_training_recalibrate_nothing(stratify, cohort, tmp_path, refused):
    answer = stratify("evaluate", *cohort, *SIDES, "-o", tmp_path / "p.csv", "--recalibrate", "intercept")
    assert "did not learn from" in refused(answer)
    assert list(tmp_path.iterdir()) == []

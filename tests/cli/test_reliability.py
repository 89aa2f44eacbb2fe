from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def twice(folder):
    """The candidates, each measured again under another id."""
    table = pd.read_csv(folder / "new.csv", sep=";")
    people = table["Sample_Type"] == "SAMPLE"
    again = table[people].assign(
        SampleID=table["SampleID"] + "-2",
        NPX=table["NPX"] + np.random.default_rng(0).normal(0, 0.16, len(table)),
    )
    pd.concat([table, again]).to_csv(folder / "twice.csv", sep=";", index=False)
    clinical = pd.read_csv(folder / "new-clinical.csv")
    more = clinical.assign(sample_id=clinical["sample_id"] + "-2")
    pd.concat([clinical, more]).to_csv(folder / "twice-clinical.csv", index=False)
    return [folder / "models/small-1", folder / "twice.csv", "--clinical", folder / "twice-clinical.csv"]


def test_scores_and_calls_of_repeats(stratify, twice, tmp_path):
    out = tmp_path / "r.csv"
    code, printed, err = stratify("reliability", *twice, "-o", out)
    assert code == 0, err
    assert "30 persons with 60 samples" in printed
    assert "same call in" in printed
    assert "whatever changed in between" in err
    assert len(pd.read_csv(out)) == 60
    code, printed, _ = stratify("reliability", *twice, "-o", out, "--json")
    facts = json.loads(printed)
    assert facts["magnitude_z"]["icc"] > 0.5
    assert facts["pairs"] == 30


def test_persons_with_one_sample_are_refused(stratify, folder, tmp_path, refused):
    answer = stratify(
        "reliability",
        folder / "models/small-1",
        folder / "new.csv",
        "-o",
        tmp_path / "r.csv",
        "--clinical",
        folder / "new-clinical.csv",
    )
    assert "measure more persons twice" in refused(answer)
    assert list(tmp_path.iterdir()) == []

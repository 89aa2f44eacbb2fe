"""A model in other cohorts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError, ScreeningError
from stratify.screening.evaluation import evaluate


@pytest.fixture
def labelled(study, tmp_path):
    """The people of the study, with noise of another measurement."""
    again = study.adata.copy()
    again.X = np.asarray(again.X) + np.random.default_rng(7).normal(0, 0.16, again.shape)
    again.write_h5ad(tmp_path / "again.h5ad")
    return tmp_path / "again.h5ad"


SIDES = {"positive": ["AD"], "negative": ["PSO", "HC"]}


def test_labelled_people_give_metrics(model_folder, labelled):
    found = evaluate(model_folder, [labelled], **SIDES)
    assert (found.performance.positives, found.performance.negatives) == (30, 53)
    assert found.performance.auc[0] > 0.85
    assert found.predictions.columns.tolist() == ["sample_id", "label", "probability"]
    assert found.predictions["label"].isna().sum() == 25
    facts = found.as_dict()
    assert {"auc", "auc_low", "auc_high", "calibration_slope", "net_benefit", "shift"} <= set(facts)


def test_unlabelled_people_give_a_report_of_shift_only(model_folder, laboratory_file):
    found = evaluate(model_folder, [laboratory_file])
    assert found.performance is None
    assert found.predictions["label"].isna().all()
    assert found.as_dict().keys() == {"learned_from", "shift"}
    assert found.familiar == ""
    assert found.shift["persons"] == 40
    assert found.shift["anchored"] == {"bridge": 1.0}
    assert sum(found.shift["known_biology"].values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("sides", "error"),
    [
        ({"positive": ["AD"]}, ScreeningError),
        ({"positive": ["AD"], "negative": ["AD"]}, ScreeningError),
        ({"positive": ["eczema"], "negative": ["HC"]}, ScreeningError),
    ],
)
def test_labels_must_have_two_sides_that_exist(model_folder, labelled, sides, error):
    with pytest.raises(error):
        evaluate(model_folder, [labelled], **sides)


def test_too_few_labelled_people_are_refused(model_folder, arrivals, tmp_path):
    people = (arrivals.obs["sample_type"] == "sample").to_numpy()
    arrivals.obs["group"] = pd.Series("", arrivals.obs_names)
    arrivals.obs.loc[arrivals.obs_names[people][:6], "group"] = ["a", "a", "b", "b", "b", "b"]
    arrivals.write_h5ad(tmp_path / "few.h5ad")
    with pytest.raises(CohortError, match="scored persons of each class"):
        evaluate(model_folder, [tmp_path / "few.h5ad"], positive=["a"], negative=["b"])

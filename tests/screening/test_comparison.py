from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from stratify.errors import ModelError, ScreeningError
from stratify.reporting.manifest import write_manifest
from stratify.screening import comparison
from stratify.screening.comparison import compare

DEMO = Path(__file__).parents[2] / "models" / "demo-1"


def test_out_of_fold_scores_of_the_same_people(rewritten):
    worse = rewritten(2, noise=4.0)
    found = compare(DEMO, worse)
    facts = found.as_dict()
    table = pd.read_csv(DEMO / "facts" / "out_of_fold.csv").query("family == 'factor-centroids'")
    areas = [roc_auc_score(rows["label"], rows["score"]) for _, rows in table.groupby("repeat")]
    assert facts["auc_first"] == pytest.approx(np.mean(areas), abs=1e-12)
    assert (facts["first"], facts["second"]) == ("demo-1", "demo-2")
    assert (facts["positives"], facts["negatives"]) == (30, 53)
    assert facts["difference_low"] > 0
    assert facts["not_worse"]
    assert not compare(worse, DEMO).as_dict()["not_worse"]
    assert "not shown to be not worse at a margin of 0.05" in compare(worse, DEMO).sentence()
    assert compare(worse, DEMO).found.not_worse(0.5)


def test_same_model_differs_by_nothing(rewritten):
    found = compare(DEMO, rewritten(2))
    assert (found.found.difference, found.found.low, found.found.high) == (0.0, 0.0, 0.0)


def change(folder, name, edit):
    place = folder / "facts" / name
    place.write_text(edit(place.read_text(encoding="utf-8")), encoding="utf-8")
    write_manifest(folder)


def test_other_people_are_not_the_same_people(rewritten):
    folder = rewritten(2)

    def other_files(text):
        record = json.loads(text)
        record["sources"] = dict.fromkeys(record["sources"], "0" * 64)
        return json.dumps(record)

    change(folder, "run.json", other_files)
    with pytest.raises(ModelError, match="no assay file, or no person, in common"):
        compare(DEMO, folder)


def test_other_labels_are_another_question(rewritten):
    folder = rewritten(2)
    person = pd.read_csv(folder / "facts" / "out_of_fold.csv")["sample_id"][0]
    change(folder, "out_of_fold.csv", lambda text: text.replace(f",{person},0,", f",{person},1,"))
    with pytest.raises(ModelError, match=f"another label: {person}"):
        compare(DEMO, folder)


@pytest.fixture
def evaluations(monkeypatch):
    """What each model's evaluation in a cohort says, in turn."""

    def answer(*told):
        turns = iter(told)
        monkeypatch.setattr(comparison, "evaluate", lambda *given, **labels: next(turns))

    return answer


def predictions(probabilities):
    labels = pd.array([1, 1, 0, 0, None], dtype="Int64")
    ids = [f"S{i}" for i in range(5)]
    return pd.DataFrame({"sample_id": ids, "label": labels, "probability": probabilities})


def told(probabilities, *, labelled=True, familiar=""):
    return SimpleNamespace(
        predictions=predictions(probabilities), performance="some" if labelled else None, familiar=familiar
    )


def test_a_labelled_cohort_is_matched_by_sample(evaluations):
    evaluations(told([0.9, 0.8, 0.2, None, 0.5]), told([0.9, 0.1, 0.2, 0.3, 0.5]))
    found = compare(DEMO, DEMO, ["somewhere/cohort.csv"])
    assert found.people == "people of cohort.csv"
    assert (found.found.n_positive, found.found.n_negative) == (2, 1)
    assert (found.found.first, found.found.second) == (1.0, 0.5)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"labelled": False}, "nobody is labelled"),
        ({"familiar": "it learned from it"}, "learned from it"),
    ],
)
def test_a_cohort_that_says_nothing_of_the_two_is_refused(evaluations, side, bad, words):
    two = [told([0.9, 0.8, 0.2, 0.1, 0.5], **(bad if place == side else {})) for place in (0, 1)]
    evaluations(*two)
    with pytest.raises(ScreeningError, match=words):
        compare(DEMO, DEMO, ["cohort.csv"])


def test_a_model_without_its_facts_is_refused(model_folder):
    with pytest.raises(ModelError, match=r"facts/run\.json\nfound: none in 'tiny-1'"):
        compare(model_folder, model_folder)

import json

import numpy as np
import pytest

from stratify.screening.drift.runs import run_of, trained_on
from stratify.screening.drift.verdict import IN_CONTROL, KINDS, LOOK, OFF, drift, holm, judge


def patients(arrivals):
    return (arrivals.obs["sample_type"] == "sample").to_numpy()


def judged(loaded, arrivals, name="run"):
    return judge(loaded.model, [run_of(name, arrivals, loaded)], trained_on(loaded.model))


def test_holm_multiplies_the_smallest_by_all_and_never_falls():
    assert holm(np.array([0.02, 0.01, 0.9, 0.021])).tolist() == pytest.approx([0.06, 0.04, 0.9, 0.06])
    assert holm(np.array([])).tolist() == []


def test_people_of_the_same_world_are_in_control(loaded, arrivals):
    found = judged(loaded, arrivals)
    assert found.level == IN_CONTROL
    assert set(found.table["figure"]) == set(KINDS)
    assert found.runs.loc[0, "compared"] == "levels and results"


def test_patients_who_lie_off_their_bridges_are_off(loaded, arrivals):
    arrivals.X[patients(arrivals)] += 0.5 * np.random.default_rng(0).standard_normal(arrivals.n_vars)
    found = judged(loaded, arrivals)
    assert found.level == OFF
    row = found.table.set_index("figure").loc["levels"]
    assert (row["level"], row["adjusted_p"] <= 0.01, row["value"] > 0.2) == (OFF, True, True)


def test_a_small_offset_that_many_people_show_asks_for_a_look_only(loaded, arrivals, monkeypatch):
    monkeypatch.setitem(KINDS, "levels", KINDS["levels"].__class__("", "", 99.0, ""))
    arrivals.X[patients(arrivals)] += 0.5 * np.random.default_rng(0).standard_normal(arrivals.n_vars)
    assert judged(loaded, arrivals).table.set_index("figure").loc["levels", "level"] == LOOK


def test_a_batch_that_nothing_anchors_asks_for_a_look(loaded, arrivals):
    alone = arrivals[patients(arrivals)].copy()
    alone.uns["stratify"]["normalization"] = ""
    found = judged(loaded, alone)
    assert found.runs.loc[0, "anchored"] == "none"
    assert found.level == LOOK


def test_several_runs_are_summed_and_share_one_allowance(loaded, arrivals):
    half = [arrivals[np.r_[part, 40:47]].copy() for part in (np.arange(20), np.arange(20, 40))]
    runs = [run_of(name, part, loaded) for name, part in zip("ab", half, strict=True)]
    found = judge(loaded.model, runs, trained_on(loaded.model))
    assert found.runs["run"].tolist() == ["a", "b", "all"]
    assert found.runs["persons"].tolist() == [20, 20, 40]
    assert found.table["adjusted_p"].tolist() == holm(found.table["p_value"].to_numpy()).tolist()
    assert len(found.table) == 2 * len(KINDS)


def test_one_patient_is_counted_and_not_judged_by_means(loaded, arrivals):
    found = judged(loaded, arrivals[np.r_[0, 40:47]].copy())
    assert {"levels", "score", "spread"}.isdisjoint(found.table["figure"])
    assert found.runs.loc[0, "compared"] == "results only"


def test_files_are_read_and_an_accepted_run_may_be_the_reference(model_folder, laboratory_file):
    found = drift(model_folder, [laboratory_file], reference=laboratory_file)
    assert found.reference == "40 people of new patients.csv"
    assert found.level == IN_CONTROL
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert (told["level"], told["runs"][0]["persons"]) == (IN_CONTROL, 40)

"""A plan as a table, and labels beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ScreeningError
from stratify.screening.measurements import COLUMNS, estimate_measured, plan_cohort
from stratify.screening.target_scores import target_scores


@pytest.fixture(scope="module")
def plan(model_folder, _arrivals, tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "new.h5ad"
    _arrivals.copy().write_h5ad(path)
    return plan_cohort(target_scores(model_folder, [path]), budget=20, seed=1)


@pytest.fixture
def files(plan, tmp_path):
    """The plan, and labels of the chosen that follow the score."""
    plan.to_csv(tmp_path / "plan.csv", index=False)
    chosen = plan[plan["chosen"] == "yes"]
    rng = np.random.default_rng(0)
    ige = (100 * np.exp(chosen["score"] + rng.normal(size=len(chosen)))).round(1)
    labels = pd.DataFrame({"sample_id": chosen["sample_id"], "ige": ige, "atopic": (ige > 100).astype(int)})
    labels.to_csv(tmp_path / "labels.csv", index=False)
    return tmp_path / "plan.csv", tmp_path / "labels.csv"


def test_the_plan_names_everybody(plan):
    assert plan.columns.tolist() == list(COLUMNS)
    assert len(plan) == 40
    assert (plan["chosen"] == "yes").sum() == 20
    assert plan["inclusion_probability"].sum() == pytest.approx(20)
    assert set(plan.loc[plan["flagged"] == "yes", "call"]) <= {"Th2-skewed"}


def test_a_level_above_a_bound_is_the_label(files):
    by_word = estimate_measured(*files, label="atopic")
    assert by_word == estimate_measured(*files, label="ige", above=100)
    assert by_word.estimates.people == 40
    assert by_word.estimates.measured == 20
    assert (by_word.missing, by_word.unplanned, by_word.unknown) == (0, 0, 0)


def test_labels_outside_the_choice_do_not_count(files, plan):
    labels = pd.read_csv(files[1])
    other = plan.loc[plan["chosen"] == "no", "sample_id"].iloc[0]
    more = pd.DataFrame({"sample_id": [other, "nobody"], "ige": [1.0, 1.0], "atopic": [1, 1]})
    pd.concat([labels, more]).to_csv(files[1], index=False)
    found = estimate_measured(*files, label="atopic")
    assert (found.unplanned, found.unknown, found.estimates.measured) == (1, 1, 20)


def test_a_chosen_person_without_a_label_is_counted(files):
    labels = pd.read_csv(files[1])
    low = labels["sample_id"].iloc[0]
    labels.assign(atopic=labels["atopic"].astype(object).where(labels["sample_id"] != low, "")).to_csv(
        files[1], index=False
    )
    assert estimate_measured(*files, label="atopic").missing == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table.assign(atopic="perhaps"), "other cells for"),
        (lambda table: pd.concat([table, table]), "repeated"),
        (lambda table: table.drop(columns="atopic"), "columns sample_id, ige"),
    ],
)
def test_other_tables_of_labels_are_refused(files, change, told):
    change(pd.read_csv(files[1])).to_csv(files[1], index=False)
    with pytest.raises(ScreeningError, match=told):
        estimate_measured(*files, label="atopic")


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.drop(columns="stratum"),
        lambda table: table.assign(score="high"),
        lambda table: table.assign(chosen="1"),
        lambda table: table.assign(stratum=0.5),
        lambda table: pd.concat([table, table]),
    ],
)
def test_changed_plans_are_refused(files, change):
    change(pd.read_csv(files[0])).to_csv(files[0], index=False)
    with pytest.raises(ScreeningError, match="use the file as it was written"):
        estimate_measured(*files, label="atopic")

import numpy as np
import pandas as pd
import pytest

from stratify.learning.metrics import auc
from stratify.learning.subgroups import subgroups


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    label = np.arange(60) % 2
    once = pd.DataFrame({"sample_id": [f"s{i}" for i in range(60)], "label": label})
    return pd.concat([once.assign(repeat=r, score=label + rng.normal(size=60)) for r in range(2)])


def people(**columns):
    return pd.DataFrame(columns, index=[f"s{i}" for i in range(60)])


def test_values_are_levels_and_numbers_are_split_at_the_median(predictions):
    table = people(sex=np.repeat(["F", "M"], 30), age=np.arange(60.0))
    rows = subgroups(predictions, table)
    assert [(row.column, row.level) for row in rows] == [
        ("sex", "F"),
        ("sex", "M"),
        ("age", "at most 29.5"),
        ("age", "above 29.5"),
    ]
    assert {(row.positives, row.negatives) for row in rows} == {(15, 15)}


def test_the_auc_is_that_of_these_people_averaged_over_repeats(predictions):
    row = subgroups(predictions, people(sex=np.repeat(["F", "M"], 30)))[0]
    parts = [
        part[part["sample_id"].isin([f"s{i}" for i in range(30)])]
        for _, part in predictions.groupby("repeat")
    ]
    wanted = np.mean([auc(part["label"].to_numpy(), part["score"].to_numpy()) for part in parts])
    assert row.auc == pytest.approx(wanted)
    assert row.low < row.auc < row.high


def test_too_few_of_a_class_have_no_auc(predictions):
    sex = np.where(np.arange(60) < 5, "M", "F")
    rows = {row.level: row for row in subgroups(predictions, people(sex=sex))}
    assert (rows["M"].positives, rows["M"].negatives) == (2, 3)
    assert np.isnan(rows["M"].auc)
    assert np.isfinite(rows["F"].auc)


def test_people_of_whom_it_is_not_known_and_people_without_label_are_left_out(predictions):
    sex = pd.Series(np.repeat(["F", None], 30), dtype=object).to_numpy()
    (row,) = subgroups(
        predictions.assign(label=predictions["label"].where(predictions["repeat"] >= 0)), people(sex=sex)
    )
    assert row.positives + row.negatives == 30
    unlabelled = predictions.assign(label=-1)
    assert subgroups(unlabelled, people(sex=sex)) == []


def test_two_numbers_are_two_levels(predictions):
    rows = subgroups(predictions, people(female=np.arange(60) % 3 == 0, visits=np.arange(60) % 2))
    assert [row.level for row in rows] == ["False", "True", "0", "1"]

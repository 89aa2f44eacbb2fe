from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.harmonise.covariate_coding import CovariateCoding
from stratify.errors import HarmonisationError


@pytest.fixture
def obs():
    return pd.DataFrame(
        {"sex": ["F", "M", "F"], "age": [30, 40, 50], "group": ["b", "c", "a"]}, ["s1", "s2", "s3"]
    )


def test_words_become_indicators_but_for_the_first(obs):
    coding = CovariateCoding.learn(obs, ["group", "age"])
    assert coding.columns(obs).tolist() == [[1, 0, 30], [0, 1, 40], [0, 0, 50]]


def test_a_later_person_is_coded_alike(obs):
    coding = CovariateCoding.learn(obs, ["group", "age", "sex"])
    np.testing.assert_array_equal(coding.columns(obs.iloc[[1]]), coding.columns(obs)[[1]])


def test_nothing_kept_is_no_column(obs):
    assert CovariateCoding.learn(obs, []).columns(obs).shape == (3, 0)


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [("sex", "X", "none for s2"), ("sex", None, "none for s2"), ("age", np.nan, "none for s2")],
)
def test_unknown_or_missing_values_are_named_by_sample(obs, name, value, found):
    coding = CovariateCoding.learn(obs, ["sex", "age"])
    later = obs.astype(object)
    later.loc["s2", name] = value
    with pytest.raises(HarmonisationError, match=f"a known {name} for each sample.*\nfound: {found}"):
        coding.columns(later)


def test_absent_columns_are_named(obs):
    with pytest.raises(HarmonisationError, match="absent: bmi"):
        CovariateCoding.learn(obs, ["bmi", "sex"])
    with pytest.raises(HarmonisationError, match="a known sex for each sample"):
        CovariateCoding.learn(obs, ["sex"]).columns(obs[["age"]])

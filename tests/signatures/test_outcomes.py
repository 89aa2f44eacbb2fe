"""Outcomes in the spellings and the states in which clinics deliver them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ClinicalTableError, CohortError
from stratify.signatures.outcomes import read_outcome, require_variation


@pytest.mark.parametrize(
    ("asked", "column", "name"),
    [
        ("madrs", "MADRS", "madrs"),
        ("MADRS", "MADRS_total", "madrs"),
        ("hamd", "HDRS-17", "hamd"),
        ("HAM-D", "HAMD17 total", "hamd"),
        ("qids", "QIDS-SR16", "qids"),
        ("HADS", "hads_total", "hads"),
        ("hads_depression", "HADS-D", "hads_depression"),
        ("crp", "CRP", "CRP"),
        ("Gender", "sex", "sex"),
    ],
)
def test_scales_are_found_in_their_spellings(asked, column, name):
    obs = pd.DataFrame({column: ["no", "yes", ""] if name == "sex" else ["1", "2", "NA"], "other": 1})
    found = read_outcome(obs, asked)
    assert (found.column, found.name) == (column, name)
    assert np.isnan(found.values.iloc[2])


def test_depression_half_and_whole_of_hads_are_two_things():
    obs = pd.DataFrame({"HADS_D": [1.0, 2.0], "HADS_total": [3.0, 4.0]})
    assert read_outcome(obs, "hads").column == "HADS_total"
    assert read_outcome(obs, "HADS-D").column == "HADS_D"


def test_ordinal_words_become_their_place():
    obs = pd.DataFrame({"severity": ["Mild", "severe", "", "moderate"]})
    found = read_outcome(obs, "severity")
    assert found.steps[-1] in ("extreme", "severe")
    assert np.argsort(found.values.to_numpy())[:3].tolist() == [0, 3, 1]
    own = read_outcome(pd.DataFrame({"x": ["b", "a", "c"]}), "x", steps=["c", "b", "a"])
    assert own.values.tolist() == [1.0, 2.0, 0.0]


def test_an_ordered_category_carries_its_order():
    cells = pd.Categorical(["late", "early", "middle"], ["early", "middle", "late"], ordered=True)
    assert read_outcome(pd.DataFrame({"stage": cells}), "stage").values.tolist() == [2.0, 0.0, 1.0]
    numbers = pd.Categorical([10, 5, 7], [5, 7, 10], ordered=True)
    assert read_outcome(pd.DataFrame({"stage": numbers}), "stage").values.tolist() == [10.0, 5.0, 7.0]


def test_text_is_refused_by_sample_and_never_quoted():
    obs = pd.DataFrame({"MADRS": ["31", "secret words", "24"]}, index=["S1", "S2", "S3"])
    with pytest.raises(ClinicalTableError, match="S2") as caught:
        read_outcome(obs, "madrs")
    assert "secret" not in str(caught.value)
    with pytest.raises(ClinicalTableError, match="S2"):
        read_outcome(obs, "madrs", steps=["31", "24"])


def test_an_unknown_column_is_refused_with_those_that_are_there():
    with pytest.raises(ClinicalTableError, match="MADRS"):
        read_outcome(pd.DataFrame({"MADRS": [1]}), "bdi")


def test_values_beyond_the_scale_are_told():
    obs = pd.DataFrame({"MADRS": [20, 99, -1]}, index=["S1", "S2", "S3"])
    assert read_outcome(obs, "madrs").notes == ("madrs should lie between 0 and 60; outside for S2, S3",)


@pytest.mark.parametrize(
    ("values", "persons"),
    [
        ([20.0] * 12, range(12)),
        ([20.0] * 10 + [30.0, 30.0], range(12)),
        ([1.0, 2.0], range(2)),
        (list(range(24)), [0, 1, 2] * 8),
        ([20.0] * 9 + [30.0] * 4, [*range(9), 9, 9, 9, 9]),
    ],
)
def test_what_can_not_be_followed_is_refused(values, persons):
    with pytest.raises(CohortError):
        require_variation("MADRS", np.array(values, dtype=float), [str(p) for p in persons])


def test_many_ties_are_no_obstacle():
    require_variation("MADRS", np.array([20.0] * 9 + [30.0] * 3), [str(p) for p in range(12)])

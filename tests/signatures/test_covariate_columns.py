"""Covariates as numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from stratify.errors import ClinicalTableError
from stratify.signatures.covariate_columns import covariate_columns


def test_words_become_levels_and_numbers_stay():
    obs = pd.DataFrame({"age": ["30", "41", "52"], "site": ["b", "a", "c"]})
    columns, known, names = covariate_columns(obs, ["age", "site"])
    assert columns.tolist() == [[30, 1, 0], [41, 0, 0], [52, 0, 1]]
    assert known.all()
    assert names == ["age", "site"]


def test_a_plate_that_is_written_as_a_number_is_a_category():
    columns, _, _ = covariate_columns(
        pd.DataFrame({"plate": [1, 2, 3], "bmi": [20, 21, 22]}), ["plate", "bmi"]
    )
    assert columns.shape == (3, 3)


def test_gaps_are_marked_and_constants_left_out():
    obs = pd.DataFrame({"sex": ["F", "", "F", "M"], "age": [30.0, 40.0, None, 50.0], "site": ["a"] * 4})
    columns, known, _ = covariate_columns(obs, ["sex", "age", "site", "sex"])
    assert known.tolist() == [True, False, False, True]
    assert columns.shape == (4, 2)


def test_none_at_all_and_one_that_is_not_there():
    columns, known, names = covariate_columns(pd.DataFrame({"age": [1, 2]}), [])
    assert columns.shape == (2, 0)
    assert known.all()
    assert names == []
    with pytest.raises(ClinicalTableError, match="age"):
        covariate_columns(pd.DataFrame({"age": [1, 2]}), ["agee"])

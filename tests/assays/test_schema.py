from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratify.assays.schema import (
    LARGEST_NUMBER,
    OBS_COLUMNS,
    VAR_COLUMNS,
    as_text,
    canonical_column,
    normalise_obs,
    normalise_word,
    parse_numbers,
    rename_columns,
)


def test_no_spelling_means_two_things():
    for columns in (OBS_COLUMNS, VAR_COLUMNS):
        spellings = [word for column in columns for word in column.spellings]
        assert len(spellings) == len(set(spellings))


def test_better_spelling_wins_and_the_other_stays():
    assert rename_columns(["Condition", "Group", "MADRS"]) == {"Group": "group"}
    assert canonical_column("Individual_ID") == "patient_id"
    assert canonical_column("Subgroup") == "Subgroup"


@pytest.mark.parametrize(
    ("column", "word", "canonical"),
    [
        ("matrix", "K2-EDTA plasma", "EDTA"),
        ("matrix", "Serum", "serum"),
        ("matrix", "saliva", "saliva"),
        ("qc", "Warning", "warn"),
        ("sample_type", "SAMPLE_CONTROL", "control"),
        ("sex", "Female", "F"),
    ],
)
def test_values_are_spelled_in_one_way(column, word, canonical):
    assert normalise_word(column, word) == canonical


@given(st.lists(st.floats(-LARGEST_NUMBER, LARGEST_NUMBER)))
def test_numbers_are_read_exactly(numbers):
    values, wrong = parse_numbers([repr(number) for number in numbers])
    assert values.tolist() == numbers
    assert not wrong.any()


@pytest.mark.parametrize("cell", ["<LOD", "1,5", "inf", "high"])
def test_text_is_no_number(cell):
    values, wrong = parse_numbers([cell, "", "NA", None, 2.0])
    assert wrong.tolist() == [True, False, False, False, False]
    assert np.isnan(values[:4]).all()
    assert values[4] == 2


def test_table_of_samples_becomes_canonical():
    given = pd.DataFrame(
        {
            "Gender": ["female", "M", ""],
            "BMI": ["21.5", "NA", "30"],
            "Age": ["(60,80]", "(40,60]", ""],
            "ward": ["3", "x", "+"],
        }
    )
    obs = normalise_obs(given)
    assert obs["sex"].tolist() == ["F", "M", ""]
    assert obs["bmi"].tolist() == pytest.approx([21.5, np.nan, 30], nan_ok=True)
    assert obs["age_band"].tolist() == ["(60,80]", "(40,60]", ""]
    assert obs["age"].tolist() == pytest.approx([70, 50, np.nan], nan_ok=True)
    assert obs["ward"].tolist() == ["3", "x", "+"]
    assert list(given.columns) == ["Gender", "BMI", "Age", "ward"]


def test_ids_that_are_numbers_stay_words():
    assert normalise_obs(pd.DataFrame({"patient_id": [101.0, 102.0]}))["patient_id"].tolist() == [
        "101",
        "102",
    ]
    assert as_text(float("nan")) == ""


def test_what_no_instrument_gives_is_no_number():
    values, wrong = parse_numbers([True, 1e300, "-1e31", "inf", 1e9, "nan"])
    assert wrong.tolist() == [True, True, True, True, False, False]
    assert values[4] == 1e9
    assert np.isnan(np.delete(values, 4)).all()

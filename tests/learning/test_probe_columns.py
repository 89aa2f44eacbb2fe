from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ClinicalTableError
from stratify.learning.probe_columns import ProbeColumn, probe_columns

N = 40


@pytest.fixture
def obs():
    return pd.DataFrame(
        {
            "plate": ["P1", "P2"] * 20,
            "site": [""] * N,
            "collection_datetime": [f"2021-0{1 + i % 9}-01" for i in range(N)],
            "sex": ["F"] * N,
            "age": np.arange(N) + 20.0,
            "age_band": ["20 to 40"] * N,
            "batch": ["x", "y"] * 20,
        }
    )


def columns(obs, extra=(), patients=None):
    found, skipped = probe_columns(obs, np.arange(len(obs)) if patients is None else patients, extra)
    return {column.name: column for column in found}, skipped


def test_usual_columns_are_found_with_their_role(obs):
    found, skipped = columns(obs)
    assert {name: column.role for name, column in found.items()} == {
        "plate": "batch",
        "collection_datetime": "batch",
        "age": "covariate",
    }
    assert skipped == {
        "site": "fewer than 20 patients in classes of at least 5",
        "sex": "one class of at least 5 patients",
    }


def test_a_named_column_is_probed_too_and_an_unknown_one_refused(obs):
    assert "batch" in columns(obs, ["batch"])[0]
    with pytest.raises(ClinicalTableError, match="bach"):
        columns(obs, ["bach"])


def test_dates_are_days_and_written_as_dates(obs):
    date = columns(obs)[0]["collection_datetime"]
    assert date.values[1] - date.values[0] == 31
    assert date.write(date.values[1]) == "2021-02-01"


def test_dates_of_mixed_precision_and_nonsense(obs):
    obs["collection_datetime"] = ["2021-01-02 08:00", "2021-01-02T20:00:00Z", "soon"] + ["2021-05-01"] * 37
    date = columns(obs)[0]["collection_datetime"]
    assert date.values[1] - date.values[0] == 0.5
    assert date.known.sum() == 39


def test_plates_of_panels_are_used_where_their_union_is_finer(obs):
    obs["plate@A"] = obs["plate"]
    obs["plate@B"] = ["P3"] * 10 + ["P4"] * 30
    obs["plate"] = obs["plate@A"] + " | " + obs["plate@B"]
    found, _ = columns(obs)
    assert {"plate@A", "plate@B"} < set(found)
    assert "plate" not in found


def test_a_class_counts_patients_not_samples(obs):
    obs["plate"] = ["P1"] * 36 + ["P2"] * 4
    assert columns(obs)[1]["plate"] == "one class of at least 5 patients"
    obs["plate"] = ["P1"] * 34 + ["P2"] * 6
    assert columns(obs, patients=np.r_[np.arange(34), [99] * 6])[1]["plate"].startswith("one class")


def test_design_has_one_column_a_class_and_none_for_unknown():
    column = ProbeColumn("site", "batch", np.array(["A", "", "B"], dtype=object))
    assert column.design().tolist() == [[1, 0], [0, 0], [0, 1]]
    assert column.known.tolist() == [True, False, True]


def test_a_class_that_becomes_rare_is_unknown():
    column = ProbeColumn("site", "batch", np.array(["A"] * 6 + ["B"] * 6, dtype=object))
    rows = np.arange(8)
    assert column.take(rows, rows).values.tolist() == ["A"] * 6 + [""] * 2

"""Scores of target people."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.reader import read_assays
from stratify.errors import ScreeningError
from stratify.screening.score import screen_cohort
from stratify.screening.target_scores import target_scores


@pytest.fixture
def grouped(arrivals, tmp_path):
    """Half of the new patients are in question; bridge samples stay."""
    people = (arrivals.obs["sample_type"] == "sample").to_numpy()
    arrivals.obs["group"] = np.where(people, "other", "")
    arrivals.obs.iloc[np.flatnonzero(people)[::2], arrivals.obs.columns.get_loc("group")] = "MDD"
    arrivals.write_h5ad(tmp_path / "new.h5ad")
    return tmp_path / "new.h5ad"


def test_those_in_question_get_the_scores_of_a_screening(model_folder, loaded, grouped):
    found = target_scores(model_folder, [grouped], target=["MDD"])
    screened = screen_cohort(loaded, read_assays(grouped))
    wanted = pd.Series(screened.scores, screened.table["sample_id"])
    assert len(found.table) == 20
    np.testing.assert_array_equal(found.score, wanted[found.table["sample_id"]])
    assert found.by_member.shape == (len(loaded.model.members), 20)
    assert np.corrcoef(found.by_member.mean(axis=0), found.score)[0, 1] > 0.95
    assert np.isfinite(found.leak).all()
    assert 0 < found.batch_error < loaded.model.healthy.sd


def test_samples_that_failed_are_left_out(model_folder, arrivals, tmp_path):
    first = arrivals.obs_names[0]
    values = np.asarray(arrivals.X).copy()
    values[0] = np.nan
    arrivals.X = values
    arrivals.write_h5ad(tmp_path / "new.h5ad")
    found = target_scores(model_folder, [tmp_path / "new.h5ad"])
    assert first not in set(found.table["sample_id"])
    assert len(found.table) == 39
    assert np.isfinite(found.by_member).all()


def test_a_group_that_nobody_belongs_to_is_refused(model_folder, grouped):
    with pytest.raises(ScreeningError, match="nobody in depression"):
        target_scores(model_folder, [grouped], target=["depression"])

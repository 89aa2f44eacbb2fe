from __future__ import annotations

import io

import numpy as np
import pytest

from stratify.errors import CohortError, ExperimentError, ModelError
from stratify.signatures.activity.frozen import FrozenActivity, freeze
from stratify.signatures.activity.gene_sets import named_set
from stratify.signatures.activity.registry import METHODS
from stratify.signatures.activity.scores import frozen_activity

SETS = [named_set("two", ["CCL17", "IFNG"], "x"), named_set("NONE", ["INS"], "x")]


@pytest.mark.parametrize("method", list(METHODS))
def test_lone_patient_from_a_file_of_arrays_is_batch(people, method):
    frozen = freeze(people[:7], SETS, method=method, label="HC")
    stored = io.BytesIO()
    np.savez(stored, **frozen.to_state())
    stored.seek(0)
    with np.load(stored, allow_pickle=False) as arrays:
        again = FrozenActivity.from_state(dict(arrays))
    batch = frozen_activity(people, frozen)
    for i in range(people.n_obs):
        alone = frozen_activity(people[[i], ::-1], again)
        np.testing.assert_array_equal(alone.scores.to_numpy()[0], batch.scores.to_numpy()[i])
    assert batch.sets.equals(frozen_activity(people, again).sets)
    assert (batch.form, np.isfinite(batch.scores["two"]).all()) == ("frozen", True)


def test_too_few_reference_people_are_refused_where_they_are_needed(people):
    with pytest.raises(CohortError, match="at least 3 reference people"):
        freeze(people[:2], SETS, method="gsva")
    assert freeze(people[:0], SETS, method="rank").n_reference == 0
    with pytest.raises(ExperimentError, match="method"):
        freeze(people, SETS, method="pca")


def test_another_scale_or_another_assay_is_refused(people):
    frozen = freeze(people, SETS)
    other = people[:1].copy()
    other.uns["stratify"] = {"scale": "log2 RFU"}
    with pytest.raises(CohortError, match="NPX"):
        frozen.levels(other)
    with pytest.raises(CohortError, match="none that has a level"):
        frozen.levels(people[:1, []])


def test_a_state_that_lacks_an_array_is_refused(people):
    arrays = freeze(people, SETS).to_state()
    del arrays["listed"]
    with pytest.raises(ModelError, match="listed"):
        FrozenActivity.from_state(arrays)

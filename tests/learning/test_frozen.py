from dataclasses import replace

import numpy as np

from stratify.learning.frozen import Batch


def batch():
    levels = np.arange(12.0).reshape(4, 3)
    return Batch(
        levels,
        levels > 5,
        ["ok", "warn", "fail", "ok"],
        "bridge",
        np.full(3, 0.1),
        ["serum", "", "EDTA", "serum"],
        limits=levels - 1,
        covariates=levels[:, :2],
    )


def test_some_patients_take_all_of_theirs_along():
    whole, rows = batch(), np.array([2, 0])
    some = whole.of(rows)
    for name in ("profiles", "below_lod", "limits", "covariates"):
        np.testing.assert_array_equal(getattr(some, name), getattr(whole, name)[rows])
    assert some.quality == ["fail", "ok"]
    assert some.matrix == ["EDTA", "serum"]
    assert some.anchored == "bridge"
    assert some.offset_error is whole.offset_error


def test_all_patients_are_the_very_batch_and_what_is_unknown_stays_so():
    whole = batch()
    assert whole.of(np.arange(4)) is whole
    bare = replace(whole, matrix=(), limits=None, covariates=None).of(np.array([1]))
    assert (bare.matrix, bare.limits, bare.covariates) == ((), None, None)


def test_a_protein_is_weighty_where_any_model_uses_it(trained):
    model = trained("pathway-xgboost").model
    used = model.scorer.importance() > 0
    by_folds = [member.scorer.importance() > 0 for member in model.members]
    np.testing.assert_array_equal(model.weighty, np.any([used, *by_folds], axis=0))
    assert model.weighty.sum() > used.sum()
    assert not model.weighty.all()

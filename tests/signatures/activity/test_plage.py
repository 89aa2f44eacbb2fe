from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.activity.method import Members
from stratify.signatures.activity.plage import METHOD, cohort_plage, fit_plage, score_plage


def test_cohort_scores_are_those_of_r_up_to_the_sign(reference):
    got, wanted = cohort_plage(reference.levels, reference.members), reference.scores("plage")
    scored = np.array(reference.names) != "one"  # for one member R gives every sample a one
    assert (wanted[:, ~scored] == 1).all()
    sign = np.sign((got * wanted).sum(axis=0))
    np.testing.assert_allclose(got[:, scored], (wanted * sign)[:, scored], atol=1e-12)


def test_lone_patient_is_batch(alone_is_batch):
    alone_is_batch(METHOD)


def test_a_high_score_means_high_levels_of_most_members(ragged):
    healthy, _, members = ragged
    state = fit_plage(healthy, members)
    assert (state["loadings"].sum(axis=1)[state["inside"].any(axis=1)] > 0).all()
    np.testing.assert_allclose(np.square(state["loadings"]).sum(axis=1)[1:5], 1.0)
    high = np.where(np.isnan(state["center"]), 0.0, state["center"] + 2 * np.nan_to_num(state["scale"]))
    scores = score_plage(state, high[None])[0]
    assert (scores[state["inside"].any(axis=1)] > 0).all()


def test_sign_holds_where_loadings_cancel_and_for_more_members_than_people():
    rng = np.random.default_rng(0)
    one = rng.normal(size=40)
    levels = np.stack([one, -one], axis=1)
    members = Members.equal(np.ones((1, 2), dtype=bool))
    np.testing.assert_allclose(np.abs(fit_plage(levels, members)["loadings"]), np.sqrt(0.5))
    wide = rng.normal(size=(6, 30))
    state = fit_plage(wide, Members.equal(np.ones((1, 30), dtype=bool)))
    assert np.square(score_plage(state, wide)).sum() == pytest.approx(1.0)


def test_one_member_is_its_z():
    levels = np.random.default_rng(0).normal(size=(10, 1))
    z = levels - levels.mean()
    got = cohort_plage(levels, Members.equal(np.ones((1, 1), dtype=bool)))
    np.testing.assert_allclose(got, z / np.sqrt(np.square(z).sum()))


def test_constant_members_are_not_scored():
    assert np.isnan(cohort_plage(np.ones((5, 2)), Members.equal(np.ones((1, 2), dtype=bool)))).all()

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stratify.simulation.cohort import fresh_mdd, simulate_study
from stratify.simulation.design import StudyDesign
from stratify.simulation.severity import draw_madrs
from stratify.simulation.world import draw_world


def test_only_depressed_patients_have_a_severity_in_whole_points():
    study = simulate_study(seed=1)
    madrs, group = study.adata.obs["madrs"], study.adata.obs["group"]
    assert (madrs.notna() == (group == "MDD")).all()
    assert (madrs.dropna() % 1 == 0).all()


def test_severity_follows_the_skew_by_the_slope_of_the_design():
    sizes = np.repeat([0.0, 0.5], 20_000)
    for slope in (0.0, 8.0):
        world = draw_world(replace(StudyDesign(), madrs_slope=slope), 0)
        points = draw_madrs(world, np.full(40_000, "MDD"), sizes, np.random.default_rng(0))
        assert abs(points[20_000:].mean() - points[:20_000].mean() - slope / 2) < 0.2


def test_new_patients_have_their_own_severity_and_keep_it():
    world = simulate_study(seed=1).world
    one, other = (fresh_mdd(world, 30, seed=seed)[0].obs["madrs"].to_numpy() for seed in (1, 2))
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(one, fresh_mdd(world, 30, seed=1)[0].obs["madrs"].to_numpy())

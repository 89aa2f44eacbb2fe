from dataclasses import replace

import numpy as np
import pytest

from stratify.simulation.design import StudyDesign
from stratify.simulation.people import bayes_score, draw_biology, draw_people, measure, site_names
from stratify.simulation.world import draw_world, stream

DESIGN = StudyDesign()
N = 3000


def people_of(design, group="MDD", n=N, prevalence=0.25, **options):
    world = draw_world(design, 1)
    groups = np.full(n, group)
    rng = stream("people", 1)
    size = options.pop("relative_size", design.relative_size)
    return world, draw_people(world, groups, rng, prevalence=prevalence, relative_size=size, **options)


def auc(score, positive):
    order = np.argsort(np.argsort(score))
    n = positive.sum()
    return (order[positive].sum() - n * (n - 1) / 2) / (n * (~positive).sum())


def test_biology_has_the_covariance_of_the_world():
    world = draw_world(replace(DESIGN, leak_sd=0.0), 1)
    rng = np.random.default_rng(0)
    _, _, unhidden = measure(world, draw_biology(world, 20_000, rng), np.zeros((1, 363)), rng)
    error = np.cov(unhidden.T) - world.covariance
    assert np.abs(error).max() < 0.06


def test_skewed_patients_carry_the_ad_direction_at_their_relative_size():
    world, people = people_of(DESIGN)
    skewed = people.causes["skewed"].to_numpy()
    sizes = people.causes["relative_size"]
    assert skewed.mean() == 0.25
    assert (sizes[skewed].mean(), sizes[skewed].std()) == pytest.approx((0.5, 0.1), abs=0.02)
    assert not sizes[~skewed].any()
    deviation = people.profile - people.known
    ad = world.directions["AD"].to_numpy()
    gap = deviation[skewed].mean(axis=0) - deviation[~skewed].mean(axis=0)
    assert gap @ ad / (ad @ ad) == pytest.approx(0.5, abs=0.05)


def test_patients_of_ad_carry_it_whole_and_of_psoriasis_their_own():
    world, ad_people = people_of(DESIGN, "AD")
    ad, psoriasis = (world.directions[d].to_numpy() for d in ("AD", "PSO"))
    assert (ad_people.profile - ad_people.known).mean(axis=0) @ ad / (ad @ ad) == pytest.approx(1, abs=0.05)
    _, pso_people = people_of(DESIGN, "PSO")
    assert pso_people.known.mean(axis=0) @ psoriasis / (psoriasis @ psoriasis) == pytest.approx(1, abs=0.1)
    assert not pso_people.causes["skewed"].any()


def test_under_the_rival_truth_everyone_shifts_and_nobody_is_skewed():
    _, people = people_of(replace(DESIGN, truth="everyone_shifts", everyone_size=0.2))
    assert not people.causes["skewed"].any()
    assert (people.causes["relative_size"] == 0.2).all()


@pytest.mark.parametrize(("share", "plant"), [("inflamed_share", "inflammation"), ("th1_share", "th1")])
def test_negative_plants_move_what_they_say_and_nothing_of_the_skew(share, plant):
    off = replace(DESIGN, inflamed_share=0.0, th1_share=0.0)
    world, without = people_of(off)
    _, planted = people_of(replace(off, **{share: 0.4}))
    size = planted.causes[plant].to_numpy()
    assert (size > 0).mean() == pytest.approx(0.4, abs=0.03)
    assert np.allclose(planted.profile - without.profile, np.outer(size, world.directions[plant]))
    assert planted.causes["skewed"].equals(without.causes["skewed"])


def test_leak_is_one_healthy_sd_a_unit_on_the_handling_proteins():
    world, people = people_of(DESIGN)
    _, leaky = people_of(DESIGN, leak_offset=1.0)
    leak = world.directions["leak"].to_numpy()
    assert np.allclose(leaky.profile - people.profile, leak)
    assert (leaky.causes["leak"] - people.causes["leak"]).to_numpy() == pytest.approx(1.0)
    assert people.causes["leak"].mean() == pytest.approx(0.5, abs=0.03)
    assert people.causes["leak"].std() == pytest.approx(0.3, abs=0.03)


def test_leak_can_be_tied_to_a_site_or_planted_in_some():
    _, people = people_of(replace(DESIGN, leak_offset_site=1.0, leak_offset_mdd=0.0), "HC")
    by_site = people.causes["leak"].groupby(people.obs["site"].to_numpy()).mean()
    assert by_site["psychiatry"] - by_site["dermatology"] == pytest.approx(1.0, abs=0.05)
    _, some = people_of(replace(DESIGN, leak_share=0.3, plant_size=2.0))
    assert some.causes["leak"].mean() == pytest.approx(0.5 + 0.6, abs=0.1)


def test_sites_and_tubes_follow_their_ties():
    _, tied = people_of(replace(DESIGN, site_tie=1.0, matrix_share_mdd=0.4))
    assert (tied.obs["site"] == "psychiatry").all()
    assert (tied.obs["matrix"] == "EDTA").mean() == pytest.approx(0.4, abs=0.03)
    _, healthy = people_of(replace(DESIGN, site_tie=1.0, matrix_share_mdd=0.4), "HC")
    assert healthy.obs["site"].value_counts(normalize=True).to_numpy() == pytest.approx([0.5, 0.5], abs=0.05)
    assert (healthy.obs["matrix"] == "serum").all()
    assert site_names(1).tolist() == ["psychiatry"]


def test_age_raises_the_proteins_that_rise_with_it():
    world, people = people_of(DESIGN, "HC")
    column = int(np.flatnonzero(world.assays["gene"] == "KYNU")[0])
    slope = np.polyfit(people.obs["age"], people.profile[:, column], 1)[0]
    assert slope == pytest.approx(DESIGN.covariate_size / 13, rel=0.3)
    assert people.obs["age"].between(18, 70).all()


def test_the_bayes_score_is_a_calibrated_likelihood_ratio_with_the_auc_of_theory():
    design = replace(DESIGN, relative_size_sd=0.0)
    world, people = people_of(design, n=8000, prevalence=0.5)
    rng = np.random.default_rng(1)
    _, _, unhidden = measure(world, people.profile, np.zeros((1, 363)), rng)
    score = bayes_score(world, unhidden, people.known, 0.5)
    skewed = people.causes["skewed"].to_numpy()
    assert auc(score, skewed) == pytest.approx(world.half_size_auc, abs=0.012)
    claimed = 1 / (1 + np.exp(-score))
    for low, high in ((0.05, 0.3), (0.3, 0.7), (0.7, 0.95)):
        inside = (claimed > low) & (claimed < high)
        assert skewed[inside].mean() == pytest.approx(claimed[inside].mean(), abs=0.07)


def test_no_nuisance_moves_the_bayes_score():
    world, people = people_of(DESIGN)
    _, leaky = people_of(replace(DESIGN, inflamed_share=1.0, matrix_share_mdd=1.0), leak_offset=2.0)
    before = bayes_score(world, people.profile, people.known, 0.5)
    after = bayes_score(world, leaky.profile, leaky.known, 0.5)
    assert after == pytest.approx(before, abs=1e-6)


def test_a_plate_shifts_readings_and_limits_and_not_the_profile():
    world, people = people_of(DESIGN, n=50)
    offset = np.full((50, 363), 0.7)
    moved = measure(world, people.profile, offset, np.random.default_rng(2))
    still = measure(world, people.profile, 0 * offset, np.random.default_rng(2))
    assert moved[0] - still[0] == pytest.approx(offset)
    assert moved[1] - still[1] == pytest.approx(offset)
    assert (moved[2] == still[2]).all()

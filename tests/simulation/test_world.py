from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.simulation.design import StudyDesign, design_preset
from stratify.simulation.signature import pathway_members
from stratify.simulation.world import draw_world, stream

DESIGN = design_preset("strong-none")


@pytest.fixture(scope="module")
def world():
    return draw_world(DESIGN, 3)


def test_a_stream_belongs_to_its_name_and_seeds():
    first = stream("levels", 1).random(3)
    assert (first == stream("levels", 1).random(3)).all()
    assert not (first == stream("factors", 1).random(3)).any()
    assert not (first == stream("levels", 2).random(3)).any()


@pytest.mark.parametrize("shared", [0.0, 0.2, 0.6])
def test_the_share_of_shared_variance_is_the_dial(shared):
    world = draw_world(replace(DESIGN, shared_variance=shared), 3)
    assert (world.loadings**2).sum(axis=1).mean() == pytest.approx(shared, abs=0.03)


def test_covariance_has_unit_variance_and_ties_assays_of_one_protein(world):
    covariance = world.covariance
    leak = DESIGN.leak_sd**2 * world.directions["leak"].to_numpy()
    assert np.diag(covariance) == pytest.approx(1 + leak)
    assert np.linalg.eigvalsh(covariance).min() > 0
    pair = np.flatnonzero(world.assays["uniprot"] == "P05231")
    assert covariance[pair[0], pair[1]] > 0.75


def test_the_eigenvalues_fall_off_as_the_decay_says():
    values = [
        np.linalg.eigvalsh(draw_world(replace(DESIGN, factor_decay=decay), 3).covariance)[::-1]
        for decay in (0.0, 1.0)
    ]
    assert values[0][0] / values[0][7] < 2 < 5 < values[1][0] / values[1][7]
    assert values[1][8] < values[1][7] / 2


@pytest.mark.parametrize("share", [0.0, 0.03, 0.5])
def test_the_disease_lies_along_the_factors_as_far_as_the_dial_says(share):
    world = draw_world(replace(DESIGN, disease_along=share), 5)
    direction = world.directions["AD"].to_numpy()
    basis = np.linalg.qr(world.loadings)[0]
    assert ((basis.T @ direction) ** 2).sum() / (direction**2).sum() == pytest.approx(share, abs=1e-9)


def test_no_protein_is_shared_beyond_the_limit_even_for_a_direction_of_few_proteins():
    world = draw_world(replace(StudyDesign(), signature="literature", shared_variance=0.9), 1)
    assert (world.loadings**2).sum(axis=1).max() <= 0.95
    assert (world.own > 0).all()
    assert (world.levels["noise"] > 0).all()


@pytest.mark.parametrize("dial", [0.75, 0.92, 0.98])
def test_the_separability_is_the_bayes_auc_at_half_size_and_counts_visible_assays_only(dial):
    world = draw_world(replace(DESIGN, separability=dial), 2)
    weights = world.bayes_weights
    assert world.half_size_auc == pytest.approx(dial, abs=1e-9)
    assert not weights[~world.visible].any()
    rng = np.random.default_rng(0)
    factor = np.linalg.cholesky(world.covariance)
    scores = rng.standard_normal((4000, len(weights))) @ factor.T @ weights
    gap = 0.5 * world.directions["AD"].to_numpy() @ weights
    assert (scores[:2000, None] + gap > scores[2000:]).mean() == pytest.approx(dial, abs=0.012)


def test_turning_one_dial_leaves_the_rest_of_the_world(world):
    other = draw_world(replace(DESIGN, leak_sd=0.5, n_plates=3), 3)
    assert other.levels.equals(world.levels)
    assert (other.loadings == world.loadings).all()
    assert (other.sites == world.sites).all()


def test_plates_and_sites_have_mean_zero_and_the_spread_of_their_dials():
    world = draw_world(replace(DESIGN, n_plates=40, plate_sd=0.2, n_sites=30, site_sd=0.3), 3)
    assert world.plates.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert (world.plates.std(), world.sites.std()) == pytest.approx((0.2, 0.3), rel=0.05)


def test_nuisance_directions_sit_on_their_proteins(world):
    directions, assays = world.directions, world.assays
    for name, pathway in (("leak", "QC_preanalytical"), ("inflammation", "Innate_general"), ("th1", "Th1")):
        assert (directions[name].to_numpy() == pathway_members(assays, pathway)).all()
    rising = assays["gene"].isin(["CXCL10", "KYNU", "CCL20"]).to_numpy()
    assert (directions["age"][rising] == DESIGN.covariate_size).all()
    assert 0.05 < (directions["age"] != 0).mean() < 0.2
    edta = directions["edta"] * world.levels["sd"]
    assert edta[(assays["gene"] == "CCL17").to_numpy()].item() == pytest.approx(-1.38)


def test_psoriasis_shares_part_of_the_direction_of_ad():
    shared, alone = (
        draw_world(replace(DESIGN, psoriasis_overlap=overlap), 3).directions[["AD", "PSO"]].corr().iloc[0, 1]
        for overlap in (0.5, 0.0)
    )
    assert alone < 0.05 < 0.3 < shared


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_world(world):
    again, other = draw_world(DESIGN, 3), draw_world(DESIGN, 4)
    pd.testing.assert_frame_equal(world.directions, again.directions, check_exact=True)
    assert world.loadings.tobytes() == again.loadings.tobytes()
    assert not (world.loadings == other.loadings).any()

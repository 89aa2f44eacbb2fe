import numpy as np
import pandas as pd
import pytest

from stratify.simulation.signature import (
    draw_signature,
    literature_signature,
    pathway_members,
    study_assays,
)

ASSAYS = study_assays()
TH2 = pathway_members(ASSAYS, "Th2")


def draw(overlap, seed=0, n_signal=24, **options):
    rng = np.random.default_rng(seed)
    return draw_signature(ASSAYS, rng, n_signal=n_signal, prior=TH2, prior_overlap=overlap, **options)


def moved_proteins(direction, among=slice(None)):
    return set(ASSAYS["uniprot"][direction.to_numpy() != 0][among])


def test_the_study_has_all_assays_but_the_five_named_copies():
    assert ASSAYS["panel"].value_counts().to_dict() == {
        "Inflammation": 92,
        "Cardiovascular III": 92,
        "Neurology": 90,
        "Cardiovascular II": 89,
    }
    assert ASSAYS.index.is_unique
    assert ASSAYS["uniprot"].nunique() == 354
    assert ASSAYS[["uniprot", "gene", "panel", "assay"]].notna().all(axis=None)


def test_members_are_found_by_any_subunit():
    assert "IL12B;IL12A" in set(ASSAYS["gene"][pathway_members(ASSAYS, "Th1")])
    assert pathway_members(ASSAYS, "Th2", "Th1").sum() > TH2.sum()
    assert not pathway_members(ASSAYS, "no such pathway").any()


@pytest.mark.parametrize("overlap", [0.0, 0.5, 1.0])
def test_the_overlap_dial_is_met_as_far_as_the_prior_reaches(overlap):
    prior = set(ASSAYS["uniprot"][TH2])
    for seed in range(5):
        moved = moved_proteins(draw(overlap, seed))
        assert len(moved) == 24
        assert len(moved & prior) == min(round(24 * overlap), len(prior))


def test_turning_the_dial_up_keeps_the_prior_proteins():
    prior = set(ASSAYS["uniprot"][TH2])
    assert moved_proteins(draw(0.25)) & prior < moved_proteins(draw(0.5)) & prior


def test_the_draw_is_independent_of_the_prior_and_mostly_up():
    counts = pd.Series(0.0, index=ASSAYS.index)
    up = []
    for seed in range(200):
        direction = draw(0.0, seed)
        counts += direction != 0
        up.append((direction[direction != 0] > 0).mean())
    assert counts[TH2].max() == 0
    others = counts[~TH2]
    assert others.mean() == pytest.approx(200 * 24 / 338, rel=0.05)
    assert others.std() < 1.5 * np.sqrt(others.mean())
    assert np.mean(up) == pytest.approx(0.85, abs=0.03)


def test_assays_of_one_protein_move_together():
    direction = draw(0.0, n_signal=300)
    assert direction.groupby(ASSAYS["uniprot"]).nunique().max() == 1


def test_a_second_disease_shares_what_it_is_told_to():
    first = draw(0.5, seed=1)
    second = draw(0.0, seed=2, keep=first, keep_share=0.25)
    shared = (first != 0) & (second != 0)
    assert len(moved_proteins(first) & moved_proteins(second)) == 6
    assert first[shared].equals(second[shared])
    assert len(moved_proteins(second)) == 24


def test_the_literature_preset_carries_the_assumed_sizes():
    sd = pd.Series(0.5, index=ASSAYS.index)
    direction = literature_signature(ASSAYS, sd, "AD_vs_HC")
    by_gene = direction.groupby(ASSAYS["gene"]).first()
    assert by_gene["CCL17"] == pytest.approx(4.0)
    assert by_gene["CCL17"] == by_gene.max()
    assert by_gene["TNF"] == 0
    assert not literature_signature(ASSAYS, sd, "no such contrast").any()

"""Stress by blockade."""

from __future__ import annotations

import json

import numpy as np
import pytest

from stratify.signatures.animal_table import read_animals
from stratify.signatures.factorial_experiment import analyse_factorial
from stratify.simulation.animals import simulate_animals


def analysed(seed=1, split=False, mixed=True, change=lambda frame: frame, **dials):
    return analyse_factorial(read_animals(change(simulate_animals(seed, **dials))), split=split, mixed=mixed)


def pick(found, effect="interaction", outcome="interaction_ratio", scale="difference"):
    table = found.table()
    keep = (table["effect"] == effect) & (table["outcome"] == outcome) & (table["scale"] == scale)
    return table[keep].iloc[0]


def test_a_planted_interaction_is_found_as_a_ratio_of_ratios():
    found = pick(analysed(cohorts=6, interaction=0.6), scale="ratio")
    assert found["low"] < np.exp(0.6) < found["high"]
    assert found["p_value"] < 0.01
    simple = pick(analysed(cohorts=6, interaction=0.6), "treatment in unstressed", scale="ratio")
    assert simple["low"] < 1.0 < simple["high"]


def test_difference_of_differences_is_that_of_the_cells():
    found = analysed()
    means = found.counts.set_index(["stress", "treatment"])["interaction_ratio"]
    wanted = means[1, 1] - means[1, 0] - means[0, 1] + means[0, 0]
    assert pick(found)["estimate"] == pytest.approx(wanted, abs=1e-3)
    inside = (
        pick(found, "treatment in stressed")["estimate"] - pick(found, "treatment in unstressed")["estimate"]
    )
    assert inside == pytest.approx(wanted, abs=1e-3)


def test_robust_and_mixed_rows_agree_and_cohorts_are_shown():
    found = analysed()
    one, two = pick(found), pick(found, "interaction, mixed model")
    assert one["estimate"] == pytest.approx(two["estimate"], abs=1e-6)
    assert one["high"] == pytest.approx(two["high"], rel=0.05)
    over = pick(found, "interaction over cohorts")
    assert over["df"] == 2
    assert over["high"] - over["low"] > one["high"] - one["low"]
    assert "interaction in cohort 3" in found.table()["effect"].tolist()
    keys = ["outcome", "scale", "effect"]
    assert not found.table().duplicated(keys).any()


def test_animals_alone_in_their_cages_are_ordinary_rows():
    found = analysed(per_cage=1, cages=6)
    assert pick(found)["method"].startswith("cohort as block, ordinary")
    assert "interaction, mixed model" not in found.table()["effect"].tolist()


def test_copied_animals_prove_nothing_more():
    def copied(frame):
        return frame.loc[frame.index.repeat(2)].assign(animal=[f"B{i}" for i in range(2 * len(frame))])

    plain, twice = analysed(cages=3), analysed(cages=3, change=copied)
    width = [pick(found)["high"] - pick(found)["low"] for found in (plain, twice)]
    assert width[1] > 0.85 * width[0]


def test_the_split_is_used_only_when_asked_for_and_said():
    without, with_split = analysed(), analysed(split=True)
    assert not without.facts()["split_used"]
    assert any("no split" in note for note in without.notes)
    assert "share" not in set(without.table()["scale"])
    shares = with_split.table().query("scale == 'share'")
    assert len(shares) == 4
    assert shares["p_value"].isna().all()
    assert shares["estimate"].between(0, 1).all()
    assert any("asked for" in note for note in with_split.notes)
    json.dumps(with_split.facts(), allow_nan=False)


def test_a_ratio_of_zero_has_no_logarithm_and_gaps_are_counted():
    def change(frame):
        frame.loc[0, "interaction_ratio"] = 0.0
        frame.loc[1, "time_in_zone"] = None
        return frame

    found = analysed(change=change)
    assert "ratio" not in set(found.table()["scale"])
    assert any("no ratio of ratios" in note for note in found.notes)
    assert any("time_in_zone: 1 animals without a value" in note for note in found.notes)


def test_an_outcome_without_spread_and_one_with_an_empty_cell_are_left_out():
    flat = analysed(change=lambda frame: frame.assign(time_in_zone=10.0))
    assert "time_in_zone" not in set(flat.table()["outcome"])

    def hole(frame):
        frame.loc[frame["stress"] == "defeat", "time_in_zone"] = None
        return frame

    assert any("not analysed" in note for note in analysed(change=hole).notes)


def test_the_level_is_kept_with_cages_and_cohorts():
    p = [
        pick(analysed(seed, mixed=False, interaction=0.0, cohorts=2, spread=(0.3, 0.3, 0.4)))["p_value"]
        for seed in range(60)
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.15

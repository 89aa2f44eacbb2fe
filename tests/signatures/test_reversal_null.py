"""The two nulls of reversal."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.patients import patients_of
from stratify.signatures.relabelling import effects_of
from stratify.signatures.reversal_null import chance, reversal_scores

PAIR = ("MDD", "HC")


def ask(people, directions, masked=None, count=199):
    patients = patients_of(people, PAIR)
    effects = effects_of(patients, [PAIR])
    masked = np.zeros(directions.shape, dtype=bool) if masked is None else masked
    return chance(patients, effects, PAIR, directions, masked, count=count, seed=0), effects


def down(*genes, proteins=60):
    row = np.zeros((1, proteins))
    row[0, list(genes)] = -1
    return row


def test_scores_are_about_standard_normal_without_a_disease(make_people):
    rng = np.random.default_rng(0)
    directions = rng.choice([-1.0, 0.0, 1.0], (12, 60))
    scores = []
    for seed in range(40):
        effects = effects_of(patients_of(make_people(seed), PAIR), [PAIR])
        scores.append(reversal_scores(effects.z, directions, effects.residual)[0])
    assert np.std(scores) == pytest.approx(1, abs=0.12)


def test_a_reversing_drug_is_shown_and_its_opposite_is_not(make_people):
    shift = np.zeros(60)
    shift[:8] = 1.5
    directions = np.vstack([down(*range(8)), -down(*range(8))])
    told, _ = ask(make_people(shifts={"MDD": shift}), directions)
    assert told.p_value[0] <= 0.01
    assert told.p_value[1] > 0.9


def test_labels_hold_their_level_with_proteins_that_vary_together(make_people):
    rng = np.random.default_rng(5)
    p_values = []
    for seed in range(80):
        people = make_people(seed, shared=0.8)
        factor = np.linalg.svd(make_people(seed, shared=0.8).X - people.X.mean(axis=0))[2][0]
        genes = np.argsort(factor * rng.choice([-1, 1]))[:10]
        p_values.append(ask(people, down(*genes), count=99)[0].labels[0])
    assert 0 < np.mean(np.array(p_values) <= 0.1) < 0.2


def test_a_drug_no_better_than_others_like_it_is_not_shown(make_people):
    # everything is up in the disease, so that any drug that lowers something reverses it
    told, _ = ask(make_people(shifts={"MDD": 1.0}), down(3, 9, 20, 33, 41, 52))
    assert told.labels[0] <= 0.01
    assert told.signatures[0] > 0.05
    assert told.p_value[0] == told.signatures[0]


def test_drugs_do_not_see_each_other(make_people):
    rows = np.vstack([down(1, 2, 3), down(4, 5, 6, 7), down(1, 2, 3)])
    people = make_people()
    together, _ = ask(people, rows)
    for i in range(3):
        alone, _ = ask(people, rows[i : i + 1])
        assert (alone.labels[0], alone.signatures[0]) == (together.labels[i], together.signatures[i])


def test_a_drug_without_directions_has_no_p_value(make_people):
    told, effects = ask(make_people(), np.zeros((1, 60)))
    assert np.isnan([told.labels[0], told.signatures[0], told.p_value[0]]).all()
    assert np.isnan(reversal_scores(effects.z, np.zeros((1, 60)), effects.residual)).all()


def test_one_protein_and_all_proteins_are_possible(make_people):
    rows = np.vstack([down(7), np.full((1, 60), -1.0)])
    told, _ = ask(make_people(), rows)
    assert np.isfinite(told.p_value).all()
    assert told.signatures[1] == 1.0  # there is but one signature that lowers all proteins

"""Two contrasts of one cohort: what they share, and that shared controls are no overlap."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom, pearsonr

from stratify.errors import CohortError
from stratify.signatures.overlap import STATES, exceeded, overlap, states

FIRST, SECOND = ("MDD", "HC"), ("AD", "HC")


def shift(*moved, size=2.0, proteins=60):
    values = np.zeros(proteins)
    values[list(moved)] = size
    return values


@pytest.fixture(scope="module")
def found(make_people):
    mdd = shift(0, 1, 2) - shift(3) + shift(4)
    ad = shift(0, 1, 2) - shift(3) - shift(4) + shift(5)
    return overlap(make_people(shifts={"MDD": mdd, "AD": ad}), FIRST, SECOND, relabellings=199)


def test_proteins_are_sorted_into_states(found):
    table = found.table.set_index("protein")
    assert (table.loc[["GENE0", "GENE1", "GENE2"], "state"] == "shared up").all()
    assert table.loc[["GENE3", "GENE4", "GENE5"], "state"].tolist() == [
        "shared down",
        "discordant",
        "second only",
    ]
    assert sum(found.counts[state] for state in STATES) == found.counts["background"] == 60


def test_a_real_overlap_is_found_and_told_as_json(found):
    assert found.p_value <= 0.01
    assert found.correlation.low > 0
    facts = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert facts["shared_groups"] == ["HC"]
    assert "by construction" in " ".join(facts["notes"])


def test_the_contrast_with_less_of_an_effect_is_doubted(make_people):
    strong, weak = shift(*range(8), size=2.0), shift(*range(8), size=0.4)
    for shifts, doubted in (({"MDD": weak, "AD": strong}, "first"), ({"MDD": strong, "AD": weak}, "second")):
        found = overlap(make_people(shifts=shifts), FIRST, SECOND, relabellings=199)
        assert (found.tests["p_value"] == found.tests[f"p_{doubted}"]).all()
        assert set(found.tests["relabelled"]) == {"-".join(FIRST if doubted == "first" else SECOND)}
        assert found.tests["observed"].notna().all()


def test_the_hypergeometric_is_scipys(found):
    counts = found.counts
    both = sum(counts[state] for state in STATES[:3])
    wanted = hypergeom.sf(both - 1, 60, both + counts["first only"], both + counts["second only"])
    assert found.hypergeometric_p == pytest.approx(wanted)


def test_the_curve_expects_chance(found):
    np.testing.assert_allclose(found.curve["expected"], 2 * found.curve["top"] ** 2 / 60)
    assert (found.curve["up"] <= found.curve["top"]).all()
    assert (found.curve["relabelled_high"] >= found.curve["relabelled"]).all()


def test_shared_controls_alone_are_no_overlap(make_people):
    ours, naive = [], []
    for seed in range(30):
        one = overlap(
            make_people(seed, shifts={"AD": shift(*range(8), size=1.0)}), FIRST, SECOND, relabellings=99
        )
        ours.append(one.p_value)
        effects = [one.table[f"{side}_log2_fold_change"] for side in ("first", "second")]
        naive.append(pearsonr(*effects, alternative="greater").pvalue)
    assert np.mean(np.array(ours) <= 0.05) <= 0.15
    assert np.mean(np.array(naive) <= 0.05) > 0.6


def test_contrasts_without_common_people_say_so(make_people):
    people = make_people(counts={"MDD": 12, "AD": 12, "HC": 12, "PSO": 12})
    found = overlap(people, FIRST, ("AD", "PSO"), relabellings=19)
    assert found.shared_groups == ()
    assert found.correlation.by_construction == 0
    assert "share no people" in " ".join(found.notes)


def test_a_shared_case_works_too(make_people):
    found = overlap(make_people(), FIRST, ("MDD", "AD"), relabellings=19)
    assert found.shared_groups == ("MDD",)
    assert found.correlation.by_construction > 0


def test_exchanged_contrasts_and_shuffled_rows_give_the_same_counts(make_people, found):
    mdd = shift(0, 1, 2) - shift(3) + shift(4)
    ad = shift(0, 1, 2) - shift(3) - shift(4) + shift(5)
    people = make_people(shifts={"MDD": mdd, "AD": ad})
    mixed = people[np.random.default_rng(0).permutation(len(people))].copy()
    again = overlap(mixed, FIRST, SECOND, relabellings=199)
    pd.testing.assert_frame_equal(again.table, found.table)
    assert again.p_value == found.p_value
    turned = overlap(people, SECOND, FIRST, relabellings=19)
    assert turned.counts["first only"] == found.counts["second only"]
    assert turned.correlation.estimate == pytest.approx(found.correlation.estimate)


def test_a_fold_change_threshold_lowers_counts(make_people, found):
    mdd = shift(0, 1, 2) - shift(3) + shift(4)
    people = make_people(shifts={"MDD": mdd, "AD": mdd})
    strict = overlap(people, FIRST, SECOND, thresholds=(0.05, 5.0), relabellings=9)
    assert strict.counts["neither"] == 60
    assert strict.hypergeometric_p == 1.0


@pytest.mark.parametrize(
    ("second", "proteins", "words"),
    [(("HC", "MDD"), 60, "two different"), (SECOND, 8, "at least 10 proteins"), (("XX", "HC"), 60, "'XX'")],
)
def test_questions_without_an_answer_are_refused(make_people, second, proteins, words):
    with pytest.raises(CohortError, match=words):
        overlap(make_people(proteins=proteins), FIRST, second, relabellings=9)


def test_missing_values_and_covariates_are_taken(make_people):
    people = make_people(shifts={"MDD": shift(0), "AD": shift(0)})
    people.X[np.random.default_rng(0).random(people.shape) < 0.2] = np.nan
    found = overlap(people, FIRST, SECOND, covariates=["age"], relabellings=49)
    assert found.table.loc[0, "state"] == "shared up"
    assert "large groups" in " ".join(found.notes)


def test_p_values_are_never_nought():
    assert exceeded(np.array([9.0, 1.0, 2.0, 3.0])) == 0.25
    assert exceeded(np.zeros(5)) == 1.0


def test_states_need_both_thresholds():
    columns = ["first_log2_fold_change", "first_q_value", "second_log2_fold_change", "second_q_value"]
    rows = [[1, 0.01, 1, 0.01], [1, 0.01, -1, 0.01], [0.1, 0.01, 1, 0.01], [1, 0.9, 1, np.nan]]
    told = states(pd.DataFrame(rows, columns=columns), 0.05, 0.5)
    assert told == ["shared up", "discordant", "second only", "neither"]

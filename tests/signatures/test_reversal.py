"""Drugs laid over a profile: what is called, what is not, and what changes nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError, StratifyError
from stratify.signatures.differential import contrast
from stratify.signatures.drug_signatures import drug_signatures
from stratify.signatures.reversal import (
    COLUMNS,
    LITTLE,
    NOT_COMPUTED,
    NOTHING,
    SHOWN,
    TARGETS,
    reverse,
    reverse_table,
)

PAIR = {"case": "MDD", "control": "HC"}


def drug(name, genes, direction="down", size="", **more):
    return [
        {"drug": name, "gene": gene, "direction": direction, "log2fc": size, "log2fc_basis": "measured"}
        | {"material": "serum", "confidence": "verified"}
        | more
        for gene in genes
    ]


def genes(*numbers):
    return [f"GENE{i}" for i in numbers]


ROWS = [
    *drug("right", genes(*range(8)), size="-0.5"),
    *drug("wrong", genes(*range(8)), "up", size="0.5"),
    *drug("guessed", genes(*range(8)), size="-9", confidence="memory", log2fc_basis="prior_guess"),
    *drug("elsewhere", genes(*range(30, 40))),
    *drug("lonely", genes(0)),
    *drug("absent", ["NOWHERE"]),
    *drug("own", genes(0, 1, 2, 3)),
]
BOUND = pd.DataFrame({"drug": "own", "gene": genes(0, 1, 2, 3)})


def drugs(rows=ROWS):
    return drug_signatures(pd.DataFrame(rows), BOUND)


@pytest.fixture(scope="module")
def people(make_people):
    shift = np.zeros(60)
    shift[:8] = 1.5
    return make_people(shifts={"MDD": shift})


@pytest.fixture(scope="module")
def found(people):
    return reverse(people, **PAIR, drugs=drugs(), relabellings=399)


def test_the_table_has_its_stable_columns_first(found):
    assert list(found.table) == list(COLUMNS)
    assert list(COLUMNS[:7]) == [
        "drug",
        "n_shared",
        "fraction_reversed",
        "percent_normalised",
        "rank_correlation",
        "p_value",
        "evidence",
    ]


def test_the_right_drug_is_first_and_shown(found):
    first = found.table.set_index("drug").loc["right"]
    assert (first["rank"], first["call"], first["fraction_reversed"]) == (1, SHOWN, 1.0)
    assert first["fraction_low"] <= 1.0
    assert 20 < first["percent_normalised"] < 60
    assert first["percent_low"] <= first["percent_normalised"] <= first["percent_high"]
    assert first["share_first"] > 0.9
    assert first["reversed"].split() == genes(*range(8))


def test_the_opposite_counts_against(found):
    wrong = found.table.set_index("drug").loc["wrong"]
    assert wrong["percent_normalised"] < 0
    assert wrong["fraction_reversed"] == 0
    assert wrong["p_value"] > 0.9


def test_guessed_sizes_give_no_percentage(found):
    guessed = found.table.set_index("drug").loc["guessed"]
    assert np.isnan(guessed["percent_normalised"])
    assert np.isnan(guessed["percent_low"])
    assert guessed["evidence"] == "assumption"
    assert "direction only" in guessed["note"]


def test_a_drug_whose_shared_proteins_are_its_targets_is_never_called(found):
    own = found.table.set_index("drug").loc["own"]
    assert (own["call"], own["n_shared"], own["n_masked"]) == (TARGETS, 0, 4)
    assert np.isnan([own["p_value"], own["rank"], own["fraction_reversed"], own["percent_normalised"]]).all()


def test_too_little_is_said(found):
    calls = found.table.set_index("drug")["call"]
    assert (calls["lonely"], calls["absent"]) == (LITTLE, NOTHING)
    assert np.isnan(found.table.set_index("drug").loc["lonely", "rank"])


def test_order_and_duplicates_of_drugs_change_nothing(people, found):
    mixed = pd.DataFrame(ROWS + ROWS[::2]).sample(frac=1, random_state=1).to_dict("records")
    for chosen in (drugs(mixed), drugs()[::-1], drugs() + drugs()[:3]):
        again = reverse(people, **PAIR, drugs=chosen, relabellings=399)
        pd.testing.assert_frame_equal(again.table, found.table)


def test_order_of_people_changes_nothing(people, found):
    mixed = people[np.random.default_rng(0).permutation(len(people))].copy()
    pd.testing.assert_frame_equal(reverse(mixed, **PAIR, drugs=drugs(), relabellings=399).table, found.table)


def test_without_a_disease_hardly_anything_is_shown(make_people):
    shown = 0
    for seed in range(12):
        table = reverse(make_people(seed), **PAIR, drugs=drugs(), relabellings=99).table
        shown += int((table["call"] == SHOWN).sum())
    assert shown <= 2


def test_a_table_gives_all_but_what_needs_patients(people, found):
    told = contrast(people, **PAIR).table()
    given = reverse_table(told.sample(frac=1, random_state=0), drugs()).table.set_index("drug")
    wanted = found.table.set_index("drug")
    for column in ("n_shared", "fraction_reversed", "percent_normalised", "evidence"):
        pd.testing.assert_series_equal(given[column].sort_index(), wanted[column].sort_index())
    assert given[["p_value", "rank", "score", "percent_low"]].isna().all(axis=None)
    assert given.loc["right", "call"] == NOT_COMPUTED
    assert given.loc["own", "call"] == TARGETS


def test_tables_without_shrunken_changes_are_refused(people):
    told = contrast(people, **PAIR).table()
    with pytest.raises(StratifyError, match="no shrunken_fold_change"):
        reverse_table(told.drop(columns="shrunken_fold_change"))
    with pytest.raises(StratifyError, match="no number"):
        reverse_table(told.assign(shrunken_fold_change=np.nan))


def test_effects_that_are_missing_are_not_shared(people):
    told = contrast(people, **PAIR).table()
    told.loc[told["protein"] == "GENE0", "shrunken_fold_change"] = np.nan
    table = reverse_table(told, drugs()).table.set_index("drug")
    assert (table.loc["right", "n_shared"], table.loc["lonely", "call"]) == (7, NOTHING)


def test_bare_tables_take_all_directions_as_known(people):
    told = contrast(people, **PAIR).table()[["protein", "shrunken_fold_change"]]
    assert reverse_table(told, drugs()).table.set_index("drug").loc["right", "n_sized"] == 8


def test_gaps_and_covariates_are_taken(people):
    holes = people.copy()
    holes.X[np.random.default_rng(0).random(holes.shape) < 0.2] = np.nan
    table = reverse(holes, **PAIR, drugs=drugs(), covariates=["age"], relabellings=199).table
    assert table.loc[0, "drug"] == "right" or table.loc[0, "rank"] == 1
    assert table.set_index("drug").loc["right", "p_value"] <= 0.02


def test_small_groups_are_refused(make_people):
    with pytest.raises(CohortError, match="at least 3 patients"):
        reverse(make_people(counts={"MDD": 2, "HC": 20}), **PAIR)


def test_shipped_drugs_share_nothing_with_made_up_proteins(people):
    assert set(reverse(people, **PAIR, relabellings=19).table["call"]) == {NOTHING}

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.proteins.identity import panel_sizes
from stratify.assays.proteins.matching import (
    PREFERRED_PANELS,
    display_names,
    match_assays,
    overlapping,
    preferred_assays,
)
from stratify.assays.proteins.panels import canonical_panel, target96


def frame(*rows, columns=("uniprot", "gene", "panel")):
    return pd.DataFrame([row[1:] for row in rows], [row[0] for row in rows], list(columns))


def study():
    table = target96()
    index = pd.Index(table["uniprot"] + "@" + table["panel"], dtype=object)
    return table.set_axis(index, axis=0)


def test_same_id_wins_over_same_protein():
    have = frame(("other", "P1", "G1", "Neurology"), ("OID1", "P9", "G9", "Neurology"))
    assert match_assays(frame(("OID1", "P1", "G1", "Neurology")), have).tolist() == [1]


def test_another_panel_is_another_assay():
    wanted = frame(("a", "P05231", "IL6", "Inflammation"))
    for prefer in (False, True):
        other = frame(("b", "P05231", "IL6", "Cardiovascular II"))
        assert match_assays(wanted, other, prefer=prefer).tolist() == [-1]
        assert match_assays(wanted, frame(("b", "P05231", "IL6", "INF")), prefer=prefer).tolist() == [0]


def test_unknown_panel_needs_a_protein_measured_once():
    once = frame(("a", "P05231", "IL6", "Inflammation"))
    twice = frame(*[(p, "P05231", "IL6", p) for p in ("Cardiovascular II", "Inflammation")])
    unknown = frame(("IL6", "", "IL6", ""))
    assert match_assays(once, unknown).tolist() == [0]
    assert match_assays(twice, unknown).tolist() == [-1, -1]
    assert match_assays(unknown, twice).tolist() == [-1]


def test_model_takes_one_of_several_by_the_order_of_panels():
    twice = frame(*[(p, "P05231", "IL6", p) for p in ("Cardiovascular II", "Inflammation")])
    unknown = frame(("IL6", "P05231", "IL6", ""))
    assert match_assays(unknown, twice, prefer=True).tolist() == [1]
    assert match_assays(twice, unknown, prefer=True).tolist() == [-1, 0]
    aptamers = frame(("1-1", "P05231", "IL6", ""), ("2-2", "P05231", "IL6", ""))
    assert match_assays(unknown, aptamers, prefer=True).tolist() == [-1]  # nothing tells them apart


def test_complex_is_the_same_in_any_order():
    wanted = frame(("a", "Q8NEV9,Q14213", "IL27", "CVD2"))
    assert match_assays(wanted, frame(("b", "Q14213;Q8NEV9", "EBI3", "Cardiovascular II"))).tolist() == [0]


def test_isoforms_are_told_apart_only_where_both_are_there():
    columns = ("uniprot", "gene", "panel")
    both = frame(("a", "O75882", "ATRN", "X"), ("b", "O75882-2", "ATRN", "X"), columns=columns)
    assert match_assays(frame(("w", "O75882-2", "ATRN", "X")), both).tolist() == [1]
    assert match_assays(frame(("w", "O75882-2", "ATRN", "X")), both.iloc[:1]).tolist() == [0]


def test_protein_group_and_its_reviewed_member_are_one():
    group = frame(("a", "A0A024QZX5;A0A087X1N8;P35237", "", ""))
    assert match_assays(group, frame(("b", "P35237", "SERPINB6", ""))).tolist() == [0]


def test_fragment_is_never_given_for_its_protein():
    columns = ("uniprot", "gene", "panel", "assay")
    bnp = frame(("a", "P16860", "NPPB", "Cardiovascular II", "BNP"), columns=columns)
    fragment = frame(("b", "P16860", "NPPB", "", "NTproBNP"), columns=columns)
    explore = frame(("c", "NTproBNP", "NPPB", "", "NTproBNP"), columns=columns)
    assert match_assays(bnp, fragment).tolist() == [-1]
    assert match_assays(bnp, explore, prefer=True).tolist() == [-1]
    assert match_assays(fragment, explore).tolist() == [0]
    assert match_assays(bnp, frame(("d", "", "NPPB", ""))).tolist() == [0]


def test_ambiguous_name_matches_nothing():
    transferrin = frame(("a", "P02787", "TF", ""))
    assert match_assays(transferrin, frame(("TF", "", "TF", ""))).tolist() == [-1]
    assert match_assays(transferrin, frame(("TF", "P02787", "TF", ""))).tolist() == [0]


def test_unknown_proteins_do_not_match_each_other():
    assert match_assays(frame(("a", "", "", "")), frame(("b", "", "", ""))).tolist() == [-1]


@pytest.mark.parametrize("prefer", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_changes_nothing(seed, prefer):
    table = study()
    have = table.copy()
    have.loc[have.index[:100], "panel"] = ""
    have.index = pd.Index([f"OID{i:05}" for i in range(len(have))])
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(table)), rng.permutation(len(have))
    straight = match_assays(table, have, prefer=prefer)
    shuffled = match_assays(table.iloc[rows], have.iloc[columns], prefer=prefer)
    found = np.where(shuffled >= 0, columns[shuffled], -1)
    assert np.array_equal(found, straight[rows])
    assert (straight >= 0).sum() > 300
    assert len(set(straight[straight >= 0])) == (straight >= 0).sum()


def test_overlaps_of_the_study_are_found():
    found = overlapping(study())
    assert len(found) == 13  # of 14 repeated accessions, BNP and NT-proBNP are two molecules
    assert found["P05231"] == ("P05231@Inflammation", "P05231@Cardiovascular II")
    assert "P16860" not in found
    assert overlapping(frame(("a", "", "", ""), ("b", "", "", ""))) == {}


def test_one_assay_of_each_protein_is_preferred():
    table = study()
    chosen = preferred_assays(table)
    assert (~chosen).sum() == 13
    assert set(table.loc[~chosen, "panel"]) == {"Cardiovascular II", "Cardiovascular III", "Neurology"}
    assert overlapping(table[chosen]) == {}
    rows = np.random.default_rng(0).permutation(len(table))
    assert np.array_equal(preferred_assays(table.iloc[rows]), chosen[rows])


def test_assays_that_stand_equally_are_all_kept():
    table = frame(
        ("a", "P05231", "IL6", "New"), ("b", "P05231", "IL6", ""), ("c", "", "", ""), ("d", "", "", "")
    )
    assert preferred_assays(table).all()
    assert preferred_assays(table.iloc[:0]).tolist() == []


def test_order_of_panels_names_every_panel_once():
    assert len(set(PREFERRED_PANELS)) == len(PREFERRED_PANELS)
    assert {canonical_panel(panel) for panel in PREFERRED_PANELS} == set(panel_sizes()) - {"SomaScan"}


def test_every_protein_gets_a_name_of_its_own():
    columns = {"gene": ["IL6", "IL6", "IL6", "TNF", ""], "panel": ["A", "A", "B", "B", "X"]}
    names = display_names(pd.DataFrame(columns, index=["s", "t", "u", "v", "P1@X"]))
    assert names == ["IL6 [s]", "IL6 [t]", "IL6 [B]", "TNF", "P1@X"]


def test_only_genes_that_repeat_carry_their_panel():
    names = display_names(study())
    assert len(set(names)) == len(names)
    assert sum("[" in name for name in names) == study()["gene"].duplicated(keep=False).sum() > 0

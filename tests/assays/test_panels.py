from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.panels import (
    canonical_panel,
    display_names,
    gene_of,
    identify,
    is_protein_name,
    match_assays,
    target96,
)


def frame(*rows):
    return pd.DataFrame([row[1:] for row in rows], [row[0] for row in rows], ["uniprot", "gene", "panel"])


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("Olink Target 96 Cardiovascular II(v.5006)", "Cardiovascular II"),
        ("CVD II", "Cardiovascular II"),
        ("CVD3", "Cardiovascular III"),
        ("Olink INFLAMMATION(v.3012)", "Inflammation"),
        ("In", "Inflammation"),
        ("CM", "Cardiometabolic"),
        ("IR", "Immune Response"),
        ("Olink Something New", "Something New"),
        ("", ""),
    ],
)
def test_panel_has_one_name(given, canonical):
    assert canonical_panel(given) == canonical


def test_panels_of_the_study_are_whole():
    table = target96()
    assert table.groupby("panel").size().to_dict() == dict.fromkeys(
        ("Inflammation", "Cardiovascular II", "Cardiovascular III", "Neurology"), 92
    )
    assert (table["in_study"] == "no").sum() == 5
    table.loc[:, "gene"] = "changed by the caller"
    assert "IL13" in set(target96()["gene"])


def test_names_are_found_by_gene_assay_or_accession():
    assert identify("il-13") == identify("IL13") == identify("P35225") == ("P35225", "IL13")
    assert identify("Freezer_Time") == ("", "")
    assert gene_of("unknown", "PRCP") == "PRCP"


@pytest.mark.parametrize("name", ["OID00471", "2780-35", "A0A024R0T9;K7ER74", "Q8NEV9", "MCP-1"])
def test_protein_names_are_recognised(name):
    assert is_protein_name(name)


@pytest.mark.parametrize("name", ["Age", "MADRS", "sepal_length", "x", "disease.duration"])
def test_other_names_are_not_proteins(name):
    assert not is_protein_name(name)


def test_same_id_wins_over_same_protein():
    have = frame(("other", "P1", "G1", "Neurology"), ("OID1", "P9", "G9", "Neurology"))
    assert match_assays(frame(("OID1", "P1", "G1", "Neurology")), have).tolist() == [1]


def test_another_panel_is_another_assay():
    wanted = frame(("a", "P05231", "IL6", "Inflammation"))
    assert match_assays(wanted, frame(("b", "P05231", "IL6", "Cardiovascular II"))).tolist() == [-1]
    assert match_assays(wanted, frame(("b", "P05231", "IL6", "INF"))).tolist() == [0]


def test_unknown_panel_needs_a_protein_measured_once():
    once = frame(("a", "P05231", "IL6", "Inflammation"))
    twice = frame(*[(p, "P05231", "IL6", p) for p in ("Inflammation", "Cardiovascular II")])
    unknown = frame(("IL6", "", "IL6", ""))
    assert match_assays(once, unknown).tolist() == [0]
    assert match_assays(twice, unknown).tolist() == [-1, -1]
    assert match_assays(unknown, twice).tolist() == [-1]


def test_complex_is_the_same_in_any_order():
    wanted = frame(("a", "Q8NEV9,Q14213", "IL27", "CVD2"))
    assert match_assays(wanted, frame(("b", "Q14213;Q8NEV9", "EBI3", "Cardiovascular II"))).tolist() == [0]


def test_unknown_proteins_do_not_match_each_other():
    assert match_assays(frame(("a", "", "", "")), frame(("b", "", "", ""))).tolist() == [-1]


@pytest.mark.parametrize("seed", range(5))
def test_order_of_rows_changes_nothing(seed):
    table = target96().set_index("assay", drop=False)
    table.index = pd.Index([f"{u}@{p}" for u, p in zip(table["uniprot"], table["panel"], strict=True)])
    have = table.copy()
    have.loc[have.index[:100], "panel"] = ""
    have.index = pd.Index([f"OID{i:05}" for i in range(len(have))])
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(table)), rng.permutation(len(have))
    straight = match_assays(table, have)
    shuffled = match_assays(table.iloc[rows], have.iloc[columns])
    found = np.where(shuffled >= 0, columns[shuffled], -1)
    assert np.array_equal(found, straight[rows])
    assert (straight >= 0).sum() > 300
    assert len(set(straight[straight >= 0])) == (straight >= 0).sum()


def test_every_protein_gets_a_name_of_its_own():
    columns = {"gene": ["IL6", "IL6", "IL6", "TNF", ""], "panel": ["A", "A", "B", "B", "X"]}
    names = display_names(pd.DataFrame(columns, index=["s", "t", "u", "v", "P1@X"]))
    assert names == ["IL6 [s]", "IL6 [t]", "IL6 [B]", "TNF", "P1@X"]


def test_only_genes_that_repeat_carry_their_panel():
    table = target96().set_index(["uniprot", "panel"], drop=False)
    names = display_names(
        table.set_axis(pd.Index([f"{u}@{p}" for u, p in table.index], dtype=object), axis=0)
    )
    assert len(set(names)) == len(names)
    assert sum("[" in name for name in names) == table["gene"].duplicated(keep=False).sum() > 0

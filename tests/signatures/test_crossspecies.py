"""A mouse signature over a human one."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.errors import CohortError
from stratify.signatures.crossspecies import compare_species
from stratify.signatures.orthologues import orthologue_table


def signatures(n=60, load=0.8, seed=0):
    single = (
        orthologue_table().query("kind == 'one2one' and source == 'Ensembl and HGNC'").iloc[100 : 100 + n]
    )
    rng = np.random.default_rng(seed)
    m = rng.normal(size=n)
    mouse = pd.DataFrame({"gene": single["mouse_gene"].to_numpy(), "logFC": m, "SE": 0.3})
    human = pd.DataFrame(
        {"gene": single["human_gene"].to_numpy(), "logFC": load * m + 0.3 * rng.normal(size=n), "t": 2.0}
    )
    return mouse, human


def test_a_shared_signature_agrees_and_a_foreign_one_does_not():
    good, bad = compare_species(*signatures()), compare_species(*signatures(load=0.0))
    assert good.concordance.pairs == 60
    assert good.concordance.low > 0.8
    assert good.concordance.p_direction < 1e-6
    assert bad.concordance.low < 0 < bad.concordance.high
    assert good.lost.empty


def test_case_of_symbols_plays_no_part_and_duplicates_are_joined():
    mouse, human = signatures()
    loud = pd.concat([mouse.assign(gene=mouse["gene"].str.upper()), mouse.iloc[:1]])
    quiet = human.assign(gene=human["gene"].str.lower())
    one, two = compare_species(mouse, human), compare_species(loud, quiet)
    assert any("joined" in note for note in two.notes)
    pd.testing.assert_frame_equal(one.pairs, two.pairs)


def test_what_was_lost_is_listed_with_its_reason():
    mouse, human = signatures()
    mouse = pd.concat(
        [mouse, pd.DataFrame({"gene": ["Ccl3", "Nonsense1", "Ccl17", "IL4R"], "logFC": 1.0, "SE": 0.1})]
    )
    human = pd.concat([human, pd.DataFrame({"gene": ["CXCL8", "CCL22"], "logFC": 1.0, "t": 1.0})])
    lost = compare_species(mouse, human).lost.set_index("gene")
    assert lost.loc["Ccl3", "reason"] == "CCL3 and Ccl3 are not one to one"
    assert lost.loc["Ccl17", "reason"] == "CCL17 is not in the human table"
    assert lost.loc["IL4R", "reason"] == "IL4R is a human symbol: write Il4ra"
    assert lost.loc["CXCL8", "reason"] == "no mouse gene stands for CXCL8"
    assert lost.loc["CCL22", "reason"] == "Ccl22 is not in the mouse table"
    assert "Nonsense1" in lost.index


def test_the_table_has_a_row_a_gene_and_facts_are_json():
    mouse, human = signatures()
    found = compare_species(mouse.iloc[:-5], human)
    table = found.table()
    assert len(table) == 60
    assert (table["reason"] != "").sum() == 5
    assert table.loc[table["reason"] != "", "mouse_gene"].tolist() == [""] * 5
    json.dumps(found.facts(), allow_nan=False)
    assert found.facts()["lost_human"] == 5


def test_people_behind_the_human_table_widen_the_interval():
    mouse, human = signatures(load=0.2)
    rng = np.random.default_rng(0)
    factor = rng.normal(size=(80, 1))
    levels = 2.0 * factor * mouse["logFC"].to_numpy() + rng.normal(size=(80, 60))
    levels[3, 4] = np.nan
    obs = pd.DataFrame({"group": ["MDD", "HC"] * 40}, index=[f"S{i}" for i in range(80)])
    people = AnnData(
        levels, obs=obs, var=pd.DataFrame({"gene": human["gene"].to_numpy()}, index=human["gene"])
    )
    alone, together = (compare_species(mouse, human, people=p).concordance for p in (None, people))
    assert together.inflation > 5
    assert alone.inflation < 2
    assert together.high - together.low > alone.high - alone.low
    assert together.correlation == alone.correlation


def test_too_few_pairs_are_refused_and_few_are_warned_of():
    mouse, human = signatures()
    with pytest.raises(CohortError, match="at least 5"):
        compare_species(mouse.iloc[:3], human)
    assert any("only" in note for note in compare_species(mouse.iloc[:10], human).notes)


def test_ratios_that_are_no_logarithms_are_doubted():
    mouse, human = signatures()
    found = compare_species(mouse.assign(logFC=np.exp2(mouse["logFC"])), human)
    assert any("above zero" in note for note in found.notes)


def test_fold_changes_of_zero_say_nothing_and_are_refused():
    genes = ["Ccl17", "Il6", "Tnf", "Ccl22", "Ifng", "Il10"]
    mouse = pd.DataFrame({"gene": genes, "logFC": [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]})
    human = pd.DataFrame({"gene": [gene.upper() for gene in genes], "logFC": np.arange(1.0, 7.0)})
    for table in (mouse, mouse.assign(logFC=0.0)):
        with pytest.raises(CohortError, match="other than zero"):
            compare_species(table, human)

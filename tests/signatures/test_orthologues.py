"""Mouse symbols onto human ones."""

from __future__ import annotations

import hashlib
import json
from importlib import resources

import pandas as pd
import pytest

from stratify.signatures.orthologues import orthologue_table, to_human, to_mouse


def test_known_pairs_are_mapped():
    pairs = {
        "Ccl17": "CCL17",
        "Ccl22": "CCL22",
        "Il4ra": "IL4R",
        "Il13": "IL13",
        "Kitl": "KITLG",
        "Il1rl1": "IL1RL1",
        "Fgf15": "FGF19",
    }
    assert to_human(pairs)["human_gene"].tolist() == list(pairs.values())
    assert to_mouse(pairs.values())["mouse_gene"].tolist() == list(pairs)


@pytest.mark.parametrize("symbol", ["Ccl17", "CCL17", "ccl17", " Ccl17 "])
def test_case_and_blanks_play_no_part(symbol):
    assert to_human([symbol]).loc[0].tolist() == ["Ccl17", "CCL17", ""]


@pytest.mark.parametrize(
    ("symbol", "reason"),
    [
        ("Ccl3", "not one to one"),
        ("Ccl8", "not one to one"),
        ("Cxcl5", "sources disagree"),
        ("Mmp1a", "not one to one"),
        ("CXCL8", "no mouse gene stands for CXCL8"),
        ("CCL13", "no mouse gene stands for CCL13"),
        ("IL4R", "write Il4ra"),
        ("Nonsense1", "no human protein"),
        ("", "no human protein"),
        (None, "no human protein"),
    ],
)
def test_what_is_not_one_to_one_is_lost_with_its_reason(symbol, reason):
    row = to_human([symbol]).loc[0]
    assert row["human_gene"] == ""
    assert reason in row["reason"]


def test_human_genes_without_a_partner_are_explained():
    reasons = to_mouse(["CXCL8", "CCL8", "XYZ123"])["reason"].tolist()
    assert [
        words in reason
        for words, reason in zip(["no mouse", "one to one", "not listed"], reasons, strict=True)
    ] == [True] * 3


def test_one_to_one_is_one_to_one_both_ways():
    table = orthologue_table()
    single = table[table["kind"] == "one2one"]
    assert not table["human_gene"].duplicated().any()
    assert not single["mouse_gene"].str.lower().duplicated().any()
    assert not single["mouse_gene"].str.contains("|", regex=False).any()
    assert set(table["kind"]) == {"one2one", "many", "none", "disputed"}
    assert (table["source"] != "").all()
    back = to_human(single["mouse_gene"])
    assert back["human_gene"].tolist() == single["human_gene"].tolist()


def test_every_gene_of_the_four_panels_is_listed():
    with resources.files("stratify.data").joinpath("target96.csv").open(encoding="utf-8") as file:
        panels = pd.read_csv(file)
    single = {gene for text in panels["gene"] for gene in [text] if gene.isalnum() or "-" in gene}
    assert single - set(orthologue_table()["human_gene"]) == set()


def test_the_table_is_the_one_that_its_account_describes():
    folder = resources.files("stratify.data")
    facts = json.loads(folder.joinpath("orthologues.json").read_text(encoding="utf-8"))
    digests = {"orthologues.csv": facts["sha256"]} | {
        k: v for k, v in facts["inputs"].items() if "/" not in k
    }
    for name, wanted in digests.items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == wanted, name

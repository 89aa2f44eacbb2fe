"""What counts as evidence, and what never becomes a size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.signatures.drug_signatures import (
    ASSUMPTION,
    DIRECTIONS,
    GRADES,
    SERUM,
    TISSUE,
    assay_genes,
    drug_signatures,
    gene_key,
    read_drugs,
    shipped_drugs,
)

SHIPPED = {drug.drug: drug for drug in shipped_drugs()}


def row(gene="IL6", direction="down", drug="mab", **more):
    measured = {"confidence": "verified", "log2fc_basis": "measured", "material": "serum", "log2fc": "-1"}
    return {"drug": drug, "gene": gene, "direction": direction} | measured | more


def one(*rows):
    (drug,) = drug_signatures(pd.DataFrame(rows))
    return drug


def same(a, b):
    return (a.drug, a.genes, a.evidence, a.conflicting, a.direction.tolist(), str(a.size)) == (
        b.drug,
        b.genes,
        b.evidence,
        b.conflicting,
        b.direction.tolist(),
        str(b.size),
    )


def test_assumed_and_remembered_sizes_are_never_sizes():
    for drug in SHIPPED.values():
        for grade, size in zip(drug.evidence, drug.size, strict=True):
            assert np.isnan(size) or grade == SERUM
    assert np.isnan(SHIPPED["fezakinumab"].size).all()
    assert set(SHIPPED["fezakinumab"].evidence) == {ASSUMPTION}
    assert np.isnan(one(row(confidence="memory")).size).all()
    assert one(row(log2fc_basis="prior_guess")).evidence == (ASSUMPTION,)


def test_a_threshold_and_a_tissue_are_no_sizes():
    assert one(row(log2fc_basis="threshold_FCH1.5")).evidence == (DIRECTIONS,)
    skin = one(row(material="skin"))
    assert (skin.evidence, np.isnan(skin.size).all()) == ((TISSUE,), True)
    assert one(row(material="")).evidence == (DIRECTIONS,)


def test_dupilumab_is_put_together_from_serum_and_skin():
    drug = SHIPPED["dupilumab"]
    place = drug.genes.index("CCL17")
    assert drug.evidence[place] == SERUM
    assert drug.size[place] == pytest.approx(((-2.58 - 1.86) / 2 + (-3.13 - 0.41) / 2) / 2)
    assert drug.evidence[drug.genes.index("MMP12")] == TISSUE
    assert ASSUMPTION not in drug.evidence
    assert {"IL4R", "IL4", "IL13"} <= drug.masked


def test_every_shipped_drug_has_known_targets_and_a_pathway():
    assert all(drug.targets_known and drug.masked and drug.pathway for drug in SHIPPED.values())
    assert {grade for drug in SHIPPED.values() for grade in drug.evidence} <= set(GRADES)
    assert not {"MDD", "AD"} & set(SHIPPED)


def test_order_duplicates_and_spelling_change_nothing():
    rows = [row("CCL17"), row("IL6", log2fc="-2"), row("IL6", log2fc="-1"), row("TNF", "none", log2fc="0")]
    wanted = one(*rows)
    shuffled = [
        dict(rows[i], drug=name) for i, name in zip([3, 1, 0, 2], ["mab", " MAB", "mab", "Mab "], strict=True)
    ]
    again = one(*shuffled, *shuffled)
    assert same(one(*[dict(entry, drug=wanted.drug) for entry in shuffled]), wanted)
    assert (again.genes, again.size.tolist()) == (wanted.genes, wanted.size.tolist())
    assert wanted.size[wanted.genes.index("IL6")] == -1.5


def test_both_directions_of_one_gene_are_left_out_and_named():
    drug = one(row("IL6", "up", log2fc=""), row("IL6", "down", log2fc=""), row("TNF"))
    assert (drug.genes, drug.conflicting) == (("TNF",), ("IL6",))
    against_its_size = one(row("IL6", "up", log2fc="-1"), row("TNF"))
    assert against_its_size.conflicting == ("IL6",)


def test_what_was_measured_as_not_moved_may_have_a_size():
    drug = one(row("IL6", "none", log2fc="-0.05"), row("TNF"))
    assert (drug.genes, drug.conflicting) == (("IL6", "TNF"), ())
    assert (drug.direction.tolist(), drug.size.tolist()) == ([0.0, -1.0], [-0.05, -1.0])


def test_better_evidence_decides_a_conflict():
    drug = one(row("IL6", "down"), row("IL6", "up", material="skin", log2fc="1"))
    assert (drug.direction.tolist(), drug.evidence) == ([-1.0], (SERUM,))


def test_memory_counts_only_without_anything_better():
    drug = one(row("IL6"), row("TNF", confidence="memory"))
    assert drug.genes == ("IL6",)


def test_aliases_and_accessions_are_genes():
    assert one(row("TARC"), row("Q99616")).genes == ("CCL13", "CCL17")
    assert gene_key(" il6 ") == "IL6"
    table = pd.DataFrame({"protein": ["IL6 [Inflammation]", "TNF (A2)", ""], "uniprot": ["", "", "P10145"]})
    assert assay_genes(table) == ["IL6", "TNF", "CXCL8"]


def test_unknown_words_numbers_and_infinities_are_no_sizes():
    drug = one(row("IL6", "changed"), row("TNF", log2fc="12,5"), row("CCL2", log2fc="-inf"))
    assert drug.genes == ("CCL2", "TNF")
    assert np.isnan(drug.size).all()


@pytest.mark.parametrize("column", ["drug", "gene", "direction"])
def test_missing_columns_are_named(column, tmp_path):
    table = pd.DataFrame([row()]).drop(columns=column)
    table.to_csv(tmp_path / "drugs.csv", index=False)
    with pytest.raises(StratifyError, match=f"no {column}"):
        read_drugs(tmp_path / "drugs.csv")


def test_tables_without_a_drug_or_that_are_none_are_refused(tmp_path):
    with pytest.raises(StratifyError, match="at least one drug"):
        drug_signatures(pd.DataFrame([row(direction="?")]))
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(StratifyError, match="is none"):
        read_drugs(tmp_path / "empty.csv")


def test_own_targets_are_added(tmp_path):
    pd.DataFrame([row(), row("TNF")]).to_csv(tmp_path / "drugs.csv", index=False)
    assert not read_drugs(tmp_path / "drugs.csv")[0].targets_known
    pd.DataFrame({"drug": ["MAB"], "gene": ["IL-6"]}).to_csv(tmp_path / "targets.csv", index=False)
    (drug,) = read_drugs(tmp_path / "drugs.csv", tmp_path / "targets.csv")
    assert drug.masked == {"IL6"}


def test_minimal_tables_are_directions():
    (drug,) = drug_signatures(pd.DataFrame({"drug": ["a"], "gene": ["IL6"], "direction": ["UP"]}))
    assert (drug.direction.tolist(), drug.evidence, drug.pathway) == ([1.0], (ASSUMPTION,), "")

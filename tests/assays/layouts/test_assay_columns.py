from __future__ import annotations

import pandas as pd

from stratify.assays.layouts.assay_columns import assay_columns, is_remark, naming_column


def test_columns_of_public_lists_are_known():
    assert assay_columns(["Olink.ID", "UniProt.ID", "Protein.name", "Gene.name"]) == {
        "Olink.ID": "assay_id",
        "UniProt.ID": "uniprot",
        "Protein.name": "assay",
        "Gene.name": "gene",
    }
    assert assay_columns(["SampleID", "IL6"]) == {}


def test_a_declared_spelling_wins_over_a_loose_one():
    assert assay_columns(["Target", "Assay"]) == {"Assay": "assay"}


def test_naming_column_is_one_whose_cells_are_proteins():
    frame = pd.DataFrame({"Gene": ["x1", "y2"], "Protein": ["IL6", "TNF"], "S1": ["1", "2"]})
    assert naming_column(frame, assay_columns(frame.columns)) == "Protein"
    assert naming_column(frame[["Gene"]], {"Gene": "gene"}) is None
    assert naming_column(frame.head(0), assay_columns(frame.columns)) is None


def test_remarks():
    assert is_remark("Ensembl_gene_id")
    assert not is_remark("Patient 1")

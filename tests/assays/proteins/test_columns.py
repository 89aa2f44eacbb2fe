from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest

from stratify.assays.proteins.columns import (
    CLINICAL_WORDS,
    identify_columns,
    is_clinical_word,
    is_protein_name,
)
from stratify.assays.proteins.identity import identify
from stratify.assays.proteins.panels import target96


def header(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig") as handle:
        return next(csv.reader(handle))


@pytest.mark.parametrize(
    "name",
    ["OID00471", "OID99999", "2780-35", "seq.99999.1", "A0A024R0T9;K7ER74", "Q8NEV9", "MCP-1", "NRXN1"],
)
def test_protein_names_are_recognised(name):
    assert is_protein_name(name)


@pytest.mark.parametrize(
    "name",
    ["Age", "SEX", "MADRS", "sepal_length", "x", "disease.duration", "BMI", "COPD", "2021-03", "", "TF"],
)
def test_other_names_are_not_proteins(name):
    assert not is_protein_name(name)


@pytest.mark.parametrize("word", sorted(CLINICAL_WORDS))
def test_each_clinical_word_is_also_a_protein(word):
    assert any(identify(word)) or word in ("TF", "TM")
    assert is_clinical_word(word.lower())
    assert not is_protein_name(word)


def test_clinical_word_is_a_protein_among_those_of_its_panel():
    panel = target96().query("panel == 'Cardiovascular III'")["assay"].tolist()
    assert {"MB", "TR"} < set(panel)
    half = [name for name in panel if not is_clinical_word(name)][:47]
    assert identify_columns([*half, "MB", "CRP"])["MB"] == ("P02144", "MB")
    assert "CRP" not in identify_columns([*half, "MB", "CRP"])  # on no panel that is there
    assert "MB" not in identify_columns([*half[:40], "MB"])


def test_name_of_two_proteins_is_told_by_the_panel_or_by_the_other():
    names = target96().query("panel == 'Cardiovascular II'")["assay"].tolist()
    assert identify_columns(names)["TF"] == ("P13726", "F3")
    assert "TF" not in identify_columns(["TF", "IL6"])


def test_transferrin_stays_beside_tissue_factor(data_dir):
    with (data_dir / "olink_panels" / "olink_explore_ht.csv").open(encoding="utf-8") as handle:
        genes = [row["Gene.name"] for row in csv.DictReader(handle)]
    found = identify_columns(genes)
    assert found["TF"] == ("P02787", "TF")
    assert found["F3"] == ("P13726", "F3")
    assert all(found[name][1] for name in genes)


def test_accession_of_no_menu_is_kept_as_delivered():
    found = identify_columns(["A0A075B6H7", "A0A024QZX5;P35237", "OID99999", "Kiel"])
    assert found == {
        "A0A075B6H7": ("A0A075B6H7", ""),
        "A0A024QZX5;P35237": ("P35237", "SERPINB6"),
        "OID99999": ("", ""),
    }


@pytest.mark.parametrize("seed", range(3))
def test_order_of_columns_changes_nothing(seed):
    names = np.array([*target96()["assay"].unique(), "CRP", "age", "W0W0W0", "eGFR"], dtype=object)
    shuffled = names[np.random.default_rng(seed).permutation(len(names))].tolist()
    assert identify_columns(shuffled) == identify_columns(names.tolist())


@pytest.mark.parametrize(
    ("file", "first", "count"),
    [
        ("ciim_breda/ciim_breda_inf.csv.gz", 7, 63),
        ("ciim_hannover/ciim_hannover_healthy_vs_convalescent.csv.gz", 7, 299),
        ("lvv_cohort1/Cohort 1 Post QC Data.csv", 7, 158),
    ],
)
def test_each_column_of_real_tables_is_told(data_dir, file, first, count):
    names = header(data_dir / file)
    found = identify_columns(names)
    assert list(found) == names[first:]
    assert len(found) == count
    assert all(uniprot and gene for uniprot, gene in found.values())


def test_olinkids_of_a_table_are_resolved(data_dir):
    names = header(data_dir / "ciim_breda" / "disease_severity__train_x.csv")
    genes = [gene for _, gene in identify_columns(names).values()]
    assert "CXCL8" in genes
    assert "" not in genes


def test_protein_groups_of_a_mass_spectrometer(data_dir):
    found = identify_columns(header(data_dir / "alzheimer_csf" / "proteome.csv"))
    assert len(found) == 1542
    assert sum(gene != "" for _, gene in found.values()) == 1195
    assert all(uniprot for uniprot, _ in found.values())


@pytest.mark.parametrize(
    "file",
    [
        "alzheimer_csf/clinic_ml.csv",
        "alzheimer_csf/meta.csv",
        "lvv_cohort1/Cohort1_metadata.csv",
        "gisby_serum/serum_sample_level.csv",
    ],
)
def test_clinical_tables_hold_no_protein(data_dir, file):
    assert identify_columns(header(data_dir / file)) == {}

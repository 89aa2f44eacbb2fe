from __future__ import annotations

import csv
import doctest
import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from stratify.assays.proteins import identity
from stratify.assays.proteins.identity import (
    accessions,
    gene_of,
    identify,
    panel_sizes,
    protein_key,
    proteins_named,
    table_version,
    uniprot_key,
)
from stratify.assays.proteins.panels import target96

ROOT = Path(__file__).parents[3]
DATA = ROOT / "src" / "stratify" / "data"
SCRIPT = ROOT / "scripts" / "make_protein_table.py"


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize(
    ("names", "gene"),
    [
        (["MCP-4", "mcp 4", "MCP.4", "CCL13", "Q99616"], "CCL13"),
        (["CASP-8", "CASP8"], "CASP8"),
        (["PD-L1", "B7-H1", "CD274"], "CD274"),
        (["4E-BP1", "X4E.BP1", "4EBP1"], "EIF4EBP1"),
        (["LAP TGF-beta-1", "LAP.TGF.beta.1", "TGF-\u03b21", "TGF-\u00df1"], "TGFB1"),
        (["OPG", "Osteoprotegerin"], "TNFRSF11B"),
        (["uPA"], "PLAU"),
        (["IL-10RB", "IL.10RB"], "IL10RB"),
        (["Flt3L"], "FLT3LG"),
        (["TRANCE", "RANKL"], "TNFSF11"),
        (["CX3CL1", "Fractalkine"], "CX3CL1"),
        (["EN-RAGE"], "S100A12"),
        (["ST1A1"], "SULT1A1"),
        (["IFN-gamma", "IFN-\u03b3", "IFNg"], "IFNG"),
        (["TNF-alpha", "TNF-\u03b1", "TNFa", "TNF"], "TNF"),
        (["MIP-1 alpha", "MIP-1\u03b1"], "CCL3"),
        (["IL-8", "OID00471", "seq.3447.64", "3447-64", "3447-64_2"], "CXCL8"),
        (["IL12", "IL-12p70", "P29459,P29460", "P29460_P29459", "P29460;P29459"], "IL12B;IL12A"),
        (["IL-12B", "IL-12p40", "P29460"], "IL12B"),
        (["IL27", "IL-27", "EBI3_IL27", "Q8NEV9 Q14213"], "IL27;EBI3"),
        (["GIF", "CBLIF"], "CBLIF"),
    ],
)
def test_every_spelling_is_one_protein(names, gene):
    assert {identify(name)[1] for name in names} == {gene}
    assert len({identify(name)[0] for name in names}) == 1


def test_merged_accessions_are_the_protein_of_today():
    assert [uniprot_key(old) for old in ("Q8NF90", "Q8WWJ7", "Q4ACW9", "P0CG05")] == [
        "P12034",
        "P30203",
        "O43508",
        "P0DOY2",
    ]


def test_isoform_is_its_protein():
    assert accessions("O60462-2") == ["O60462"]
    assert uniprot_key("O43521-2") == "O43521"
    assert gene_of("P49763-3") == "PGF"


def test_protein_group_is_its_only_known_gene_or_nothing():
    assert identify("A0A024QZX5;A0A087X1N8;P35237") == ("P35237", "SERPINB6")
    assert identify("Q05193;Q05193-2;Q9UQ16") == ("", "")  # two genes
    assert uniprot_key("Q9UQ16;Q05193") == "Q05193,Q9UQ16"  # in order, nothing lost
    assert uniprot_key("A0A075B6H7") == "A0A075B6H7"


def test_gene_that_looks_like_an_accession_is_a_gene():
    assert accessions("P2RY12") == ["P2RY12"]
    assert identify("P2RX6")[1] == "P2RX6"


@pytest.mark.parametrize(
    ("name", "genes", "panel", "gene"),
    [
        ("TF", {"F3", "TF"}, "CVD2", "F3"),
        ("TF", {"F3", "TF"}, "Explore HT", ""),
        ("MK", {"MDK", "MVK"}, "Organ Damage", "MVK"),
        ("MK", {"MDK", "MVK"}, "IRE", ""),
    ],
)
def test_name_of_two_proteins_needs_a_panel(name, genes, panel, gene):
    assert identify(name) == ("", "")
    assert {protein.gene for protein in proteins_named(name)} == genes
    assert identify(name, panel)[1] == gene


def test_gene_of_two_accessions_is_known_as_a_gene():
    assert identify("NRXN1") == ("", "NRXN1")


def test_fragment_is_kept_apart_from_its_protein():
    fragment = {"NT-proBNP", "NTproBNP", "NT-pro BNP", "N-terminal pro-BNP"}
    assert {protein_key("P16860", name) for name in fragment} == {"P16860 NT-proBNP"}
    assert protein_key("P16860", "BNP") == protein_key("P16860") == "P16860"
    assert protein_key("P16860", "NPPB", "CVD3") == "P16860 NT-proBNP"
    assert protein_key("NTproBNP") == "P16860 NT-proBNP"  # as Explore writes the accession
    assert identify("NTproBNP") == identify("BNP") == ("P16860", "NPPB")


@pytest.mark.parametrize(
    "name", ["", " ", "-", "NA", "heart rate", "Freezer_Time", "\u2603", "x" * 5000, "X4", ";;"]
)
def test_what_is_not_known_is_nothing(name):
    assert identify(name) == ("", "")
    assert gene_of(name, "as delivered") == "as delivered"


def test_each_assay_of_the_study_is_its_own_row_of_the_table():
    for row in target96().itertuples():
        assert identify(row.assay, row.panel) == (uniprot_key(row.uniprot), row.gene)
        assert identify(row.uniprot)[1] == row.gene


def test_panels_have_their_known_sizes():
    sizes = panel_sizes()
    assert sizes["Explore HT"] == 5416
    assert 5 * 92 == sum(
        sizes[p]
        for p in ("Metabolism", "Oncology III", "Oncology II", "Cell Regulation", "Neuro Exploratory")
    )
    assert all(92 <= n <= 96 for panel, n in sizes.items() if "Explore" not in panel and panel != "SomaScan")


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("olink_target_96.csv", "UniProt"),
        ("olink_target96_qpcr_uniprot_gene.csv", "UniProt"),
        ("olink_explore_1536.csv", "UniProt"),
        ("olink_explore_3072_panels.csv", "UniProt.ID"),
        ("olink_explore_ht.csv", "UniProt.ID"),
        ("olink_explore_ht.csv", "Olink.ID"),
        ("somascan_v4_1_menu.csv", "UniProt.ID"),
        ("somascan_v4_1_menu.csv", "SeqID"),
        ("scallop_inf1_pqtl.csv", "Protein"),
    ],
)
def test_every_entry_of_every_menu_is_resolved(data_dir, file, column):
    cells = {row[column].strip() for row in rows(data_dir / "olink_panels" / file)} - {""}
    assert sorted(cell for cell in cells if not identify(cell)[0]) == []


def test_panel_and_name_agree_with_the_delivered_accession(data_dir):
    delivered = rows(data_dir / "gisby_serum" / "serum_npx_level.csv")
    assays = {(row["Assay"], row["Panel"], row["UniProt"]) for row in delivered}
    assert len(assays) == 436
    assert all(identify(name, panel)[0] == uniprot_key(accession) for name, panel, accession in assays)


def test_every_gene_of_the_table_is_resolved():
    names = [row["gene"] for row in rows(DATA / "proteins.csv") if row["gene"]]
    found = [identify(name) for name in names[:5400]]
    assert sum(gene != "" for _, gene in found) > 5390


def test_tables_are_made_when_a_name_asks_for_them():
    program = (
        "import stratify, stratify.assays.proteins.identity as p\n"
        "made = lambda: [t.cache_info().currsize for t in (p._by_accession, p._by_name, p._by_identifier)]\n"
        "assert made() == [0, 0, 0]\n"
        "assert p.identify('P05231')[1] == 'IL6' and made() == [1, 0, 0]\n"
        "assert p.identify('IL-6')[1] == 'IL6' and made() == [1, 1, 0]\n"
        "assert p.identify('seq.3447.64')[1] == 'CXCL8' and made() == [1, 1, 1]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_no_accession_is_a_name_or_an_identifier_and_identifiers_look_like_one():
    table, split = rows(DATA / "proteins.csv"), lambda row, column: set(row[column].split("|")) - {""}
    accessions_of_table = {row["uniprot"] for row in table}
    identifiers = set().union(*(split(row, "ids") for row in table))
    names = set().union(*(split(row, "names") | {row["gene"]} for row in table))
    assert accessions_of_table.isdisjoint(identifiers | {identity._bare(name) for name in names})
    assert all(identity._IDENTIFIER.fullmatch(word) for word in identifiers)


def test_record_of_the_table_holds():
    record = json.loads((DATA / "proteins.json").read_text(encoding="utf-8"))
    assert record["sha256"] == hashlib.sha256((DATA / "proteins.csv").read_bytes()).hexdigest()
    assert table_version() == f"{record['version']} ({record['sha256'][:12]})"


def test_script_makes_the_shipped_table(data_dir, tmp_path, monkeypatch):
    if not all((data_dir / name).is_dir() for name in ("olink_panels", "ciim_hannover")):
        pytest.skip(
            "the menus are absent: run `stratify fetch olink_panels` and `stratify fetch ciim_hannover`"
        )
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    spec = importlib.util.spec_from_file_location("make_protein_table", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, script)
    spec.loader.exec_module(script)
    script.main(tmp_path)
    for name in ("proteins.csv", "proteins.json"):
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes()
    assert doctest.testmod(script).failed == 0

from __future__ import annotations

from stratify.assays.checks.identity import foreign_assays, overlapping_assays, unknown_proteins
from stratify.assays.checks.patients import Patients


def named(make, names, uniprot):
    table = make(3, p=4)
    table.var_names = names
    table.var["uniprot"] = uniprot
    return Patients(table)


def test_names_of_no_known_protein(make):
    people = named(make, ["IL6", "Weight", "X1", "A0A075B6H7"], ["P05231", "", "P01375", ""])
    (finding,) = unknown_proteins(people)
    assert (finding.code, finding.severity, finding.axis) == ("unknown-protein", "info", "assay")
    assert finding.items == ("Weight",)


def test_a_protein_that_two_assays_measure(make):
    people = named(make, ["IL6", "TNF", "IL6 b", "odd"], ["P05231", "P01375", "P05231", ""])
    (finding,) = overlapping_assays(people)
    assert (finding.code, finding.severity, finding.items) == ("overlapping-assay", "info", ("IL6", "IL6 b"))


def test_a_table_without_accessions(make):
    table = make(3, p=2)
    table.var_names = ["IL6", "nonsense here"]
    assert unknown_proteins(Patients(table))[0].items == ("nonsense here",)


def test_assays_that_the_file_marks_as_no_protein(make):
    table = make(3, p=4)
    assert not any(found.items for found in foreign_assays(Patients(table)))
    table.var["assay_type"] = ["protein", "decoy", "non-human", "contaminant"]
    assert [(one.code, one.severity, one.items) for one in foreign_assays(Patients(table))] == [
        ("foreign-assay", "warning", ("A1", "A3")),
        ("foreign-assay", "info", ("A2",)),
    ]
    assert "contaminant, decoy;" in foreign_assays(Patients(table))[0].remedy

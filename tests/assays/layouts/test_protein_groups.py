from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

from stratify.assays.files.part import Part
from stratify.assays.layouts.protein_groups import GroupRows, describe_groups, group_table, sample_names
from stratify.errors import AssayFileError

LAYOUT = GroupRows(
    needs=("Group",),
    group="Group",
    gene="Gene",
    quantities=(("best", r"Best (?P<sample>.+)"), ("plain", r"(?P<sample>.+)")),
    others=("Note",),
    never=("Peptide",),
    marks=(("Decoy", "decoy"), ("Foreign", "contaminant")),
)
TEXT = (
    "Group\tGene\tNote\tBest D:\\ms\\S1.raw\tBest D:\\ms\\S2.raw\tOther\tDecoy\tForeign\n"
    "P05231\tIL6\tx\t1048576\t2097152\t9\t\t\n"
    "A0A024QZX5;P35237\t\ty\t0\t4194304\t9\t\t\n"
    "Q8NEV9;Q14213\t\ty\t4\t\t9\t\tTrue\n"
    "REV__P01375\tTNF\ty\t8388608\tNaN\t9\t+\t+\n"
    "CON__P02769\t\ty\tFiltered\t16777216\t9\t\t\n"
)


def part(text):
    return Part("x.tsv", "text", lambda: BytesIO(text.encode()))


def test_groups_become_assays():
    table = LAYOUT.read(part(TEXT), "mine")
    assert table.obs_names.tolist() == ["S1", "S2"]
    assert table.var_names[1] == "A0A024QZX5;P35237"
    assert table.var["uniprot"].tolist() == ["P05231", "P35237", "Q14213,Q8NEV9", "", ""]
    assert table.var["gene"].tolist()[:2] == ["IL6", "SERPINB6"]
    assert table.var["assay_type"].tolist() == ["protein", "protein", "contaminant", "decoy", "contaminant"]
    np.testing.assert_array_equal(table.X, [[20, np.nan, 2, 23, np.nan], [21, 22, np.nan, np.nan, 24]])
    facts = table.uns["stratify"]
    assert {key: facts[key] for key in ("platform", "scale", "format", "normalization", "zero_levels")} == {
        "platform": "mass spectrometry",
        "scale": "log2 intensity",
        "format": "mine",
        "normalization": "best",
        "zero_levels": 1,
    }


def test_best_quantity_is_taken_and_other_layouts_are_left():
    assert LAYOUT.find(["Group", "Best a", "b"]) == ("best", {"Best a": "a"})
    assert LAYOUT.find(["Group", "Gene", "Note", "Decoy", "b"]) == ("plain", {"b": "b"})
    assert LAYOUT.find(["Group", "Gene", "Note"]) == ("", {})
    assert LAYOUT.find(["Group", "Peptide", "b"]) == ("", {})
    assert LAYOUT.find(["Gene", "b"]) == ("", {})
    assert LAYOUT.fits(part(TEXT))
    assert not LAYOUT.fits(part("SampleID\tIL6\nA\t1\n"))
    with pytest.raises(AssayFileError, match="not those of mine"):
        LAYOUT.read(part("SampleID\tIL6\nA\t1\n"), "mine")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("2097152", "2,097,152", "column 'P05231', sample 'S2'"),
        ("2097152", "many", "column 'P05231', sample 'S2'"),
        ("2097152", "-2097152", "below 0"),
        ("A0A024QZX5;P35237", "P05231", "repeated assays P05231"),
        ("Best D:\\ms\\S2.raw", "Best D:\\ms\\S1.raw", "several columns"),
    ],
)
def test_refusals(old, new, found):
    with pytest.raises(AssayFileError) as refused:
        LAYOUT.read(part(TEXT.replace(old, new)), "mine")
    assert found in refused.value.found


def test_runs_of_one_name_in_two_folders_keep_their_paths():
    assert sample_names(["a/S1.raw", "b/S1.raw"]) == ["a/S1.raw", "b/S1.raw"]
    assert sample_names(["x.d", "y.mzML"]) == ["x", "y"]


def test_members_of_several_genes_are_all_kept():
    var = describe_groups(
        ["P05231;P01375", "P05231-2;P05231", "CON__P05231;P05231"], "x.tsv", ["IL6;TNF", "", ""]
    )
    assert var["uniprot"].tolist() == ["P01375,P05231", "P05231", "P05231"]
    assert var["gene"].tolist() == ["IL6;TNF", "IL6", "IL6"]


def test_order_of_samples_changes_nothing():
    levels = np.array([[2.0**20, 2.0**30], [2.0**21, 2.0**31]])
    var = describe_groups(["P05231", "P01375"], "x.tsv")
    one = group_table(levels, ["a", "b"], var, "x.tsv", {"format": "f", "normalization": ""})
    two = group_table(levels[::-1], ["b", "a"], var, "x.tsv", {"format": "f", "normalization": ""})
    np.testing.assert_array_equal(one["a"].X, two["a"].X)
    with pytest.raises(AssayFileError, match="more than one row for a"):
        group_table(levels, ["a", "a"], var, "x.tsv", {})

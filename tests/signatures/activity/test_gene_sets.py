from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import AssayFileError
from stratify.signatures.activity.gene_sets import membership, named_set, read_gene_sets, shipped_sets
from stratify.signatures.handling import handling_set, speaks_of_disease
from stratify.signatures.pathways import HANDLING, members, pathway_names
from stratify.simulation.signature import study_assays


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "mine.gmt"
    path.write_bytes(text.encode(encoding))
    return path


def test_shipped_sets_are_the_pathways_and_handling_does_not_speak_of_disease():
    assays = study_assays()
    sets = shipped_sets()
    inside, confidence = membership(sets, assays)
    assert [named.name for named in sets] == pathway_names()
    for named, row in zip(sets, inside, strict=True):
        wanted = members(named.name, assays)
        if named.name == HANDLING:
            wanted = handling_set(assays, speaks_of_disease(assays))
            assert (members(HANDLING, assays) & ~wanted)[assays["gene"] == "CD40LG"].all()
        np.testing.assert_array_equal(row, wanted)
    assert set(confidence[inside]) == {"verified", "memory"}
    assert set(confidence[~inside]) == {""}


def test_symbols_accessions_and_vendor_names_are_understood(tmp_path):
    text = "\ufeffa\thttp\tCCL17\tP01579\tTARC\tIL-6\tNOGENE1\t\tTF\r\n\nempty\tremark\r\n"
    first, second = read_gene_sets(write(tmp_path, text))
    assert [member.gene for member in first.proteins] == ["CCL17", "IFNG", "IL6", "NOGENE1", "TF"]
    assert first.unknown == ("NOGENE1",)
    assert (second.name, len(second.proteins)) == ("empty", 0)
    assays = pd.DataFrame({"uniprot": ["Q92583", "", "P02787"], "gene": ["", "NOGENE1", "TF"]})
    assert membership([first, second], assays)[0].tolist() == [[True] * 3, [False] * 3]


def test_assays_of_a_complex_are_members():
    assays = pd.DataFrame({"uniprot": ["P29460_P29459", "P05231"], "gene": ["IL12A;IL12B", "IL6"]})
    assert membership([named_set("a", ["IL12B"], "")], assays)[0].tolist() == [[True, False]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\tx\tIL6\na\tx\tTNF\n", "repeat or are taken: a"),
        ("sample_id\tx\tIL6\n", "sample_id"),
        ("a\n", "line 1"),
        ("a\tx\tIL6\n\tx\tIL6\n", "line 2"),
        (" \n", "no set"),
    ],
)
def test_what_is_no_list_of_sets_is_refused(tmp_path, text, found):
    with pytest.raises(AssayFileError, match=found):
        read_gene_sets(write(tmp_path, text))


def test_bytes_are_refused(tmp_path):
    with pytest.raises(AssayFileError, match="no text"):
        read_gene_sets(write(tmp_path, "a\tx\t\u00e9", "latin-1"))


def test_published_immune_sets_are_read(data_dir):
    path = data_dir / "olink_fixed_lod" / "msigdb_immune_subset_restricted_to_OlinkHT.gmt"
    if not path.is_file():
        pytest.skip("the immune gene sets are absent from STRATIFY_DATA_DIR")
    sets = read_gene_sets(path)
    assert len(sets) == 184
    assert sum(map(len, (named.unknown for named in sets))) < 20

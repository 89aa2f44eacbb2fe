from __future__ import annotations

import pandas as pd
import pytest

from stratify.assays.layouts.long_assays import internal, merge_assays, name_panels
from stratify.errors import AssayFileError

NAMES = (
    "assay_id",
    "uniprot",
    "gene",
    "panel",
    "assay",
    "missing_frequency",
    "assay_type",
    "assay_qc",
    "block",
    "lot",
    "analysis_reference",
)


def described(*rows):
    return pd.DataFrame([{**dict.fromkeys(NAMES, ""), **row} for row in rows])


def merged(*rows):
    assays = described(*rows)
    _, panel_of = name_panels(assays, {}, "x.csv")
    return merge_assays(assays, panel_of, "x.csv")


IL6 = {
    "assay_id": "OID00482",
    "uniprot": "P05231",
    "assay": "IL6",
    "panel": "Olink Target 96 INFLAMMATION(v.3021)",
}


def test_rows_of_one_assay_are_joined():
    number, assays = merged(
        IL6 | {"assay_qc": "PASS", "missing_frequency": "0.25"},
        IL6 | {"panel": "Inflammation (v.3022)", "assay_qc": "WARN", "missing_frequency": "0.25"},
        IL6 | {"uniprot": "", "assay_qc": "PASS"},
    )
    assert number.tolist() == [0, 0, 0]
    assert assays.loc[0, ["uniprot", "panel", "qc"]].tolist() == ["P05231", "Inflammation", "warn"]
    assert assays.loc[0, "lot"] == "v.3021 | v.3022"
    assert assays.loc[0, "missing_frequency"] == 0.25


def test_the_stated_lot_comes_before_reference_and_version():
    rows = [
        IL6 | {"lot": "B2"},
        IL6 | {"analysis_reference": "D1"},
        IL6 | {"lot": "A1", "analysis_reference": "D1"},
    ]
    assays = merged(*rows)[1]
    assert assays.loc[0, ["lot", "analysis_reference"]].tolist() == ["A1 | B2 | D1", "D1"]


def test_one_protein_on_several_panels_is_several_assays():
    rows = [
        {"assay_id": f"OID2{i}000", "uniprot": "P01375", "assay": "TNF", "panel": f"Panel {i}"}
        for i in range(3)
    ]
    assert merged(*rows)[0].tolist() == [0, 1, 2]
    assert merged(*[row | {"assay_id": ""} for row in rows])[0].tolist() == [0, 1, 2]


def test_internal_controls_come_last_and_one_a_block():
    control = {
        "assay_id": "OID99999",
        "assay": "Extension control",
        "panel": "Explore HT",
        "assay_type": "ext_ctrl",
    }
    rows = [
        control | {"block": "1"},
        IL6 | {"panel": "Explore HT", "assay_id": "OID40001"},
        control | {"block": "2"},
    ]
    number, assays = merged(*rows)
    assert number.tolist() == [1, 0, 2]
    assert assays["internal"].tolist() == [False, True, True]
    assert internal(described(*rows)).tolist() == [True, False, True]


@pytest.mark.parametrize("change", [{"uniprot": "P01375"}, {"panel": "Neurology"}, {"assay": "IL8"}])
def test_an_assay_described_in_two_ways_is_refused(change):
    with pytest.raises(
        AssayFileError, match=f"assay OID00482 is described as .*{next(iter(change.values()))}"
    ):
        merged(IL6, IL6 | change)


def test_panels_of_explore_have_names_of_their_own():
    product, panels = name_panels(
        described({"assay_id": "OID20471", "panel": "Inflammation_II"}), {}, "x.csv"
    )
    assert (product, panels) == ("Olink Explore", {"Inflammation_II": "Explore Inflammation II"})

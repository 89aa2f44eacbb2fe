from __future__ import annotations

import pytest

from stratify.assays.proteins.panels import canonical_panel, target96


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("Olink Target 96 Cardiovascular II(v.5006)", "Cardiovascular II"),
        ("CVD II", "Cardiovascular II"),
        ("CVD_III", "Cardiovascular III"),
        ("CVD3", "Cardiovascular III"),
        ("Olink INFLAMMATION(v.3012)", "Inflammation"),
        ("In", "Inflammation"),
        ("CM", "Cardiometabolic"),
        ("IR", "Immune Response"),
        ("Cardiometabolic_II", "Cardiometabolic II"),
        ("Explore 384 Inflammation_II", "Explore Inflammation II"),
        ("Explore_384_ONCOLOGY", "Explore Oncology"),
        ("Olink Explore HT", "Explore HT"),
        ("Explore_HT", "Explore HT"),
        ("Olink Explore 3072", "Explore"),
        ("Olink Something New", "Something New"),
        ("", ""),
    ],
)
def test_panel_has_one_name(given, canonical):
    assert canonical_panel(given) == canonical
    assert canonical_panel(canonical) == canonical


def test_panels_of_the_study_are_whole():
    table = target96()
    assert table.groupby("panel").size().to_dict() == dict.fromkeys(
        ("Inflammation", "Cardiovascular II", "Cardiovascular III", "Neurology"), 92
    )
    assert (table["in_study"] == "no").sum() == 5
    table.loc[:, "gene"] = "changed by the caller"
    assert "IL13" in set(target96()["gene"])

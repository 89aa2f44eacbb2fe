"""Tube and site, as a word or as a column."""

from __future__ import annotations

import pandas as pd
import pytest

from stratify.errors import ClinicalTableError, CohortError
from stratify.experiment.origin import site_column, tube_of

PEOPLE = pd.DataFrame(
    {"matrix": ["serum", "serum", None], "tube": ["serum", "EDTA", "EDTA"], "none": [None] * 3}
)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("serum", "serum"),
        ("K2 EDTA", "EDTA"),
        ("unknown", ""),
        ("mixed", ""),
        ("matrix", "serum"),
        ("none", ""),
    ],
)
def test_a_word_or_a_column_becomes_a_kind_of_tube(word, kind):
    assert tube_of(word, PEOPLE) == kind


def test_tubes_that_differ_are_refused_unless_named():
    with pytest.raises(CohortError) as caught:
        tube_of("tube", PEOPLE)
    assert "mixed" in caught.value.do
    with pytest.raises(ClinicalTableError):
        tube_of("serums", PEOPLE)


def test_a_site_is_a_column_unless_it_is_a_fixed_word():
    assert [site_column(word) for word in ("clinic", "single", "unknown")] == ["clinic", "", ""]

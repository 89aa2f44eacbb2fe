import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError, ExperimentError
from stratify.subtyping.outside_label import OutsideLabel, measured_as


def test_numbers_are_cut_and_missing_ones_stay_unlabelled():
    values = pd.Series([20, 150, 900, None, ""], index=list("abcde"), dtype=object)
    assert OutsideLabel("IgE", cutoff=150.0).label(values).tolist() == [0, 0, 1, -1, -1]
    assert OutsideLabel("IgE", cutoff=150.0, side="below").label(values).tolist() == [1, 0, 0, -1, -1]


@pytest.mark.parametrize("cell", ["<0.35", "high", float("inf")])
def test_a_cell_that_is_no_number_is_refused_by_its_sample_only(cell):
    with pytest.raises(CohortError) as refusal:
        OutsideLabel("IgE", cutoff=150.0).label(pd.Series([20.0, cell], index=["a", "person-7"]))
    assert "person-7" in refusal.value.found
    assert str(cell) not in str(refusal.value)


def test_words_are_positive_negative_or_unlabelled():
    values = pd.Series(["yes", "no", "maybe", None, " yes "])
    assert OutsideLabel("response", positive=("yes",)).label(values).tolist() == [1, 0, 0, -1, 1]
    both = OutsideLabel("response", positive=("yes",), negative=("no",))
    assert both.label(values).tolist() == [1, 0, -1, -1, 1]


def test_a_word_that_nobody_has_is_named():
    with pytest.raises(CohortError, match="the value Yes"):
        OutsideLabel("response", positive=("Yes",)).label(pd.Series(["yes", "no"]))


@pytest.mark.parametrize("wrong", [{}, {"cutoff": 1.0, "positive": ("a",)}])
def test_a_cut_off_or_words_and_not_both(wrong):
    with pytest.raises(ExperimentError, match="cut-off or positive values"):
        OutsideLabel("x", **wrong).label(pd.Series([1.0]))


def test_it_says_what_is_positive():
    assert OutsideLabel("IgE", cutoff=150.0).statement() == "IgE above 150"
    assert OutsideLabel("response", positive=("yes", "partly")).statement() == "response is yes or partly"


def test_an_assay_of_the_same_protein_is_found():
    assays = pd.DataFrame({"uniprot": ["Q92583", "P01579", "P05112"], "gene": ["CCL17", "IFNG", "IL4"]})
    assert measured_as("TARC", ["CCL17"], assays).tolist() == [True, False, False]
    assert measured_as("IL4", [], assays).tolist() == [False, False, True]
    assert not np.any(measured_as("IgE", [], assays))
    with pytest.raises(ExperimentError, match="no assay of IGHE"):
        measured_as("IgE", ["IGHE"], assays)

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError, ExperimentError, LeakageError
from stratify.learning.requirements import (
    label_proteins_among,
    refuse_few_negatives,
    refuse_label_proteins,
    require_answerable,
)
from stratify.learning.training import Recipe, train
from stratify.learning.validation import Plan
from stratify.subtyping.definition import read_definition
from stratify.subtyping.label_source import LabelSource
from stratify.subtyping.labels import Labels

ASSAYS = pd.DataFrame({"gene": ["CCL17", "IFNG", "INS"]}, index=["a1", "a2", "a3"])
MADE_FROM = {"Th2": ("a1", "gone"), "Th1": ("a2",)}
RESEMBLANCE = read_definition("resemblance-v1")


def made_by_first_protein(problem):
    """Labels that the first protein made: everybody above its median."""
    y = (problem.profiles[:, 0] > np.median(problem.profiles[:, 0])).astype(np.int64)
    labels = Labels(y, problem.reference, problem.target)
    source = LabelSource("axis-rule", labels, "A0 is high.", {"A": ("A0",)})
    return replace(problem, y=y, source=source)


def recipe(**changes):
    plan = Plan(folds=4, repeats=1, trials=0)
    return Recipe("x", 1, "high", RESEMBLANCE, [], plan=plan, permutations=0, **changes)


def test_training_refuses_proteins_that_made_the_label(plain_problem):
    problem = made_by_first_protein(plain_problem(effect=0.0))
    with pytest.raises(LeakageError) as refusal:
        train(problem, recipe())
    assert "1 proteins of A made it and would be learned from: A0" in refusal.value.found
    assert "drop_label_proteins" in refusal.value.do


def test_allowed_by_name_they_give_away_the_label_and_left_out_they_do_not(plain_problem):
    problem = made_by_first_protein(plain_problem(n=80, effect=0.0))
    leaked = train(problem, recipe(allow_label_proteins=("A",)))
    rest = replace(
        problem,
        profiles=problem.profiles[:, 1:],
        assays=problem.assays.iloc[1:],
        detectability=problem.detectability[1:],
    )
    honest = train(rest, recipe())
    assert leaked.evaluation.auc("factor-centroids") > 0.85
    assert honest.evaluation.auc("factor-centroids") < 0.7


def test_a_name_that_is_not_allowed_still_refuses():
    refuse_label_proteins(ASSAYS, MADE_FROM, allow=["Th2", "Th1"])
    with pytest.raises(LeakageError, match="1 proteins of Th1 made it") as refusal:
        refuse_label_proteins(ASSAYS, MADE_FROM, allow=["Th2"])
    assert "CCL17" not in refusal.value.found
    refuse_label_proteins(ASSAYS.drop(["a1", "a2"]), MADE_FROM)


def test_a_protein_of_two_axes_needs_both_to_be_allowed():
    with pytest.raises(LeakageError):
        refuse_label_proteins(ASSAYS, {"Th1": ("a2",), "Th17": ("a2",)}, allow=["Th1"])


def test_an_allowed_name_that_made_no_label_is_refused():
    with pytest.raises(ExperimentError, match="did you mean 'Th2'"):
        refuse_label_proteins(ASSAYS, MADE_FROM, allow=["th2"])
    with pytest.raises(ExperimentError, match="no protein made this label"):
        refuse_label_proteins(ASSAYS, {}, allow=["Th2"])


def test_label_proteins_among_the_features():
    assert label_proteins_among(ASSAYS, MADE_FROM | {"Th17": ("gone",)}) == {"Th2": ("a1",), "Th1": ("a2",)}


def test_a_bound_that_so_few_negatives_never_reach_says_how_many_are_needed(plain_problem):
    problem = plain_problem(n=18)  # nine negatives, as many as .10 needs
    refuse_few_negatives(problem, 0.10)
    with pytest.raises(CohortError, match="at least 19 patients in the negative class") as refusal:
        refuse_few_negatives(problem, 0.05)
    assert refusal.value.do.startswith("add 10 ")
    assert "0.100" in refusal.value.found


def test_an_axis_of_which_nothing_was_measured_is_refused(plain_problem):
    with pytest.raises(CohortError, match="none of the 26 proteins of Th2"):
        require_answerable(plain_problem(), read_definition("th2-v1"))
    require_answerable(plain_problem(), RESEMBLANCE)

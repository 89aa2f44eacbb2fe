"""A study that is only planned."""

from __future__ import annotations

import pytest

from stratify.errors import StratifyError
from stratify.learning.planned_study import learn_planned_study
from stratify.simulation.design import design_preset


def test_a_planned_study_says_that_it_was_simulated_and_may_call():
    study = learn_planned_study(design_preset("study"), 1)
    assert study.model.simulated
    assert study.model.rule.shown
    assert study.model.healthy.n == 32
    assert any(name.startswith("Bridge") for name in study.expected.index)


def test_too_few_people_are_refused():
    with pytest.raises(StratifyError):
        learn_planned_study(design_preset("study").scaled(8), 1)

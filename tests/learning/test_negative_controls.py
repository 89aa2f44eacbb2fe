"""Proteins that should tell nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.learning.negative_controls import judge_negative_controls

CONTROLS = [f"A{j}" for j in range(10, 16)]


def test_controls_that_tell_nothing_are_at_chance(plain_problem):
    found = judge_negative_controls(plain_problem(), [*CONTROLS, "ABSENT"], most=9)
    assert found.proteins == tuple(CONTROLS)
    assert found.absent == ("ABSENT",)
    assert not found.above_chance


def test_a_shift_of_one_class_is_found_in_them(plain_problem):
    problem = plain_problem()
    moved = problem.profiles + 1.0 * (problem.y == 1)[:, None] * (np.arange(20) >= 10)
    found = judge_negative_controls(replace(problem, profiles=moved), CONTROLS, most=19)
    assert found.above_chance
    assert found.auc > 0.8


def test_too_few_controls_are_refused(plain_problem):
    with pytest.raises(CohortError, match="negative-control"):
        judge_negative_controls(plain_problem(), ["a10", "a11"])

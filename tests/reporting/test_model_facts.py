from __future__ import annotations

import pytest

from stratify.reporting.model_facts import model_facts


def test_facts_are_those_of_the_model(training):
    model, told = training.model, model_facts(training.model)
    assert told["proteins"] == 40
    assert told["threshold"]["smallest_p"] == pytest.approx(1 / (1 + int((training.problem.y == 0).sum())))
    z = model.healthy.reach(model.rule.healthy_tail)
    assert told["threshold"]["score"] == pytest.approx(model.healthy.mean + z * model.healthy.sd)


def test_without_healthy_people_there_is_no_bound(null):
    assert set(model_facts(null.model)["threshold"]) == {"smallest_p"}

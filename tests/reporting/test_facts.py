from __future__ import annotations

from dataclasses import replace

import pytest

from stratify.reporting.facts import count_target_calls, software_versions


def test_data_digest_knows_names_and_contents_and_no_order(facts):
    turned = replace(facts, sources=dict(reversed(facts.sources.items())))
    changed = replace(facts, sources=facts.sources | {"a.csv": "c" * 64})
    renamed = replace(facts, sources={"c.csv": "a" * 64, "b.csv": "b" * 64})
    assert turned.data_digest == facts.data_digest
    assert len({facts.data_digest, changed.data_digest, renamed.data_digest}) == 3


def test_versions_are_of_installed_distributions():
    versions = software_versions()
    assert set(versions) >= {"stratify", "numpy", "scikit-learn"}
    assert sum(name.startswith("xgboost") for name in versions) == 1


def test_every_target_person_gets_one_call(training):
    counted = count_target_calls(training)
    assert sum(counted.calls.values()) == training.problem.target.sum()
    assert set(counted.calls) <= {"Th2-skewed", "not Th2-skewed", "indeterminate"}
    assert counted.calls["Th2-skewed"] == counted.reasons["resembles"]


def test_target_people_of_a_file_without_anchor_are_indeterminate(training):
    counted = count_target_calls(training, anchored="none")
    assert counted.calls == {"indeterminate": 8}
    assert counted.reasons["batch-not-anchored"] == 8


def test_without_permutation_test_nobody_is_called(boosted):
    assert count_target_calls(boosted).reasons["model-not-shown"] == 8


def test_without_target_people_nothing_is_counted(null):
    assert count_target_calls(null) is None


def test_facts_cannot_be_changed(facts):
    with pytest.raises(AttributeError):
        facts.seed = 1

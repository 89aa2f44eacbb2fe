from __future__ import annotations

import hashlib

import numpy as np

from stratify.reporting.raw_facts import derived_facts, plain, raw_facts
from stratify.reporting.stored_card import read_stored_card


def test_stored_facts_are_those_of_the_training(training, facts, card_folder):
    raw, stored = raw_facts(training, facts), read_stored_card(card_folder).raw
    assert stored.tables == raw.tables
    np.testing.assert_array_equal(stored.target_scores, np.sort(stored.target_scores))
    assert len(stored.target_scores) == 8


def test_digests_are_those_of_the_files(training, facts, card_folder):
    for name, digest in derived_facts(raw_facts(training, facts))["tables"].items():
        assert hashlib.sha256((card_folder / "facts" / name).read_bytes()).hexdigest() == digest


def test_what_is_not_finite_has_a_word():
    assert plain([float("nan"), float("-inf"), True, 1]) == [None, "-inf", True, 1]

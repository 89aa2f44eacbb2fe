import numpy as np
import pandas as pd
import pytest

from stratify.learning.family_choice import choice_frequencies
from stratify.learning.validation import Evaluation, choose_family


def made_up(**noise):
    """Ten folds of families whose scores are the label plus noise of a given size, drawn apart."""
    tables = []
    for seed, (name, size) in enumerate(noise.items()):
        label = np.tile([0, 1], 200)
        tables.append(
            pd.DataFrame(
                {
                    "family": name,
                    "repeat": np.repeat([0, 1], 200),
                    "fold": np.tile(np.repeat(np.arange(5), 40), 2),
                    "sample_id": np.arange(400).astype(str),
                    "label": label,
                    "reference": False,
                    "score": label + size * np.random.default_rng(seed).normal(size=400),
                }
            )
        )
    return Evaluation(pd.concat(tables, ignore_index=True), 5)


def test_a_clear_winner_is_chosen_every_time():
    assert choice_frequencies(made_up(default=3.0, better=0.2), "default") == {"default": 0.0, "better": 1.0}


def test_families_that_are_alike_leave_the_default_mostly():
    shares = choice_frequencies(made_up(default=1.0, other=1.0, third=1.0), "default")
    assert shares["default"] > 0.5
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_near_decision_shows_as_such():
    for size in np.linspace(0.75, 1.0, 12):
        shares = choice_frequencies(made_up(default=1.0, other=size), "default")
        if 0.2 < shares["other"] < 0.8:
            return
    pytest.fail("no size of noise left the choice open")


def test_what_is_chosen_is_mostly_the_most_frequent():
    for size in (0.3, 0.6, 1.0, 2.0):
        evaluation = made_up(default=1.0, other=size)
        shares = choice_frequencies(evaluation, "default")
        if max(shares.values()) > 0.9:
            assert shares[choose_family(evaluation, "default")] > 0.9


def test_controls_are_left_out_and_draws_repeat():
    evaluation = made_up(default=3.0, control=0.2, other=0.8)
    shares = choice_frequencies(evaluation, "default", never=["control"])
    assert list(shares) == ["default", "other"]
    assert shares == choice_frequencies(evaluation, "default", never=["control"])


def test_one_family_is_always_chosen():
    assert choice_frequencies(made_up(default=1.0), "default") == {"default": 1.0}

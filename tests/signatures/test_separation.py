from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.signatures.separation import separation_notes, strong_separations

CASE = np.arange(40) > 19


def test_strong_differences_are_named_strongest_first_and_weak_ones_not():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame(
        {
            "age": 40 + 20 * CASE + rng.normal(0, 5, 40),
            "bmi": 25 + 3 * CASE + rng.normal(0, 2, 40),
            "sex": np.where(rng.random(40) < 0.5, "F", "M"),
            "site": np.where(CASE, "A", "B"),
            "plate": [np.nan] * 40,
        }
    )
    found = strong_separations(obs, CASE)
    assert [item.column for item in found] == ["age", "bmi", "site"]
    assert found[2].strength > 0.95
    assert found[2].sentence("x", "y").startswith("x and y differ in site (Cramér's V")


def test_chance_among_few_is_no_separation():
    obs = pd.DataFrame({"age": [30.0, 40, 50, 35, 45, 60]})
    assert strong_separations(obs, np.arange(6) > 2) == []


def test_columns_that_say_nothing():
    obs = pd.DataFrame({"age": [40.0] * 40, "sex": ["F"] * 40, "bmi": [np.nan] * 39 + [30.0]})
    assert strong_separations(obs, CASE) == []


def test_two_separate_values():
    (found,) = strong_separations(pd.DataFrame({"age": np.where(CASE, 60.0, 20.0)}), CASE)
    assert found.strength == 1


def test_what_an_adjusted_class_says_is_not_told_again():
    obs = pd.DataFrame({"group": np.where(CASE, "GCA", "HC"), "age": np.where(CASE, 60.0, 20.0)})
    obs["age_band"], obs["weight"] = obs["age"].astype(str) + " years", obs["age"] + np.arange(40)
    asked = {"pairs": [("GCA", "HC")], "group": "group"}
    assert separation_notes(obs, **asked, adjusted=["age_band"]) == []
    assert len(separation_notes(obs, **asked, adjusted=["weight"])) == 1

"""Tables of animals as laboratories write them."""

from __future__ import annotations

import pandas as pd
import pytest

from stratify.errors import CohortError
from stratify.signatures.animal_table import read_animals
from stratify.simulation.animals import simulate_animals


def test_a_simulated_table_is_read():
    animals = read_animals(simulate_animals(1))
    assert animals.outcomes == ("interaction_ratio", "time_in_zone")
    assert animals.table.groupby(["stress", "treatment"]).size().tolist() == [18] * 4
    assert animals.notes == ()


def test_usual_spellings_and_words_are_understood():
    frame = simulate_animals(1).rename(
        columns={
            "stress": "CSDS",
            "treatment": "Drug",
            "cohort": "batch",
            "cage": "Home cage",
            "interaction_ratio": "SI ratio",
        }
    )
    frame["CSDS"] = frame["CSDS"].map({"defeat": "Stressed", "control": "non-stressed"})
    frame["Drug"] = frame["Drug"].map({"anti-IL-4R": 1, "isotype": 0})
    wanted = read_animals(simulate_animals(1)).table
    pd.testing.assert_frame_equal(read_animals(frame).table, wanted)


def test_the_ratio_comes_from_two_times():
    frame = simulate_animals(1).drop(columns="interaction_ratio")
    frame["time_without_target"] = 50.0
    frame.loc[0, "time_without_target"] = 0.0
    animals = read_animals(frame)
    assert animals.table["interaction_ratio"].isna().sum() == 1
    assert animals.table["interaction_ratio"][1] == frame["time_in_zone"][1] / 50.0


def test_without_cage_and_cohort_each_animal_stands_alone_and_that_is_said():
    animals = read_animals(simulate_animals(1).drop(columns=["cage", "cohort"]))
    assert animals.table["cage"].is_unique
    assert len(animals.notes) == 2


def test_a_split_column_is_not_used_and_that_is_said():
    animals = read_animals(simulate_animals(1).assign(Phenotype="resilient"))
    assert any("Phenotype is not used" in note for note in animals.notes)


def test_a_cage_number_used_twice_is_doubted():
    frame = simulate_animals(1)
    frame["cage"] = [f"{i % 3}" for i in range(len(frame))]
    assert any("used twice" in note for note in read_animals(frame).notes)


def change(column, value, rows=slice(None)):
    def act(frame):
        frame[column] = frame[column].astype(object)
        frame.loc[frame.index[rows], column] = value
        return frame

    return act


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (change("stress", "maybe", slice(3)), "maybe"),
        (change("stress", "", slice(3)), "an empty cell"),
        (change("stress", "defeat"), "unstressed, untreated: 0 animals"),
        (change("animal", "A001"), "A001"),
        (change("interaction_ratio", "high", slice(1)), "rows 1"),
        (change("interaction_ratio", -1.0, slice(1)), "rows 1"),
        (lambda frame: frame.drop(columns="treatment"), "treatment"),
        (lambda frame: frame.drop(columns=["interaction_ratio", "time_in_zone"]), "interaction ratio"),
        (lambda frame: frame.assign(cage="one", cohort="one"), "1 cages"),
        (lambda frame: frame.iloc[::12], "animals in"),
    ],
)
def test_what_can_not_be_analysed_is_refused(act, words):
    with pytest.raises(CohortError, match=words):
        read_animals(act(simulate_animals(1)))

from __future__ import annotations

import numpy as np

from stratify.learning.decision import REASONS
from stratify.screening.obstacles import OBJECTIONS, obstacles
from stratify.screening.score import screen_cohort


def test_another_tube_is_told_with_its_count_and_what_to_do(loaded, arrivals):
    arrivals.obs["matrix"] = "EDTA"
    arrivals.obs.loc[arrivals.obs_names[0], "matrix"] = ""
    (found,) = [one for one in obstacles(screen_cohort(loaded, arrivals)) if "tube" in one.says]
    assert (found.says, found.samples) == (REASONS["matrix-differs"], 39)
    assert found.to_settle == "draw the blood again in serum"


def test_an_empty_sample_is_one_and_the_commonest_reason_comes_first(loaded, arrivals):
    arrivals.X[5] = np.nan
    people = arrivals[arrivals.obs["sample_type"] == "sample"].copy()
    people.uns["stratify"]["normalization"] = ""
    found = obstacles(screen_cohort(loaded, people))
    assert (found[0].says, found[0].samples) == (REASONS["batch-not-anchored"], 40)
    assert [one.samples for one in found] == sorted((one.samples for one in found), reverse=True)
    assert REASONS["too-little-measured"] in [one.says for one in found]


def test_the_panels_are_those_that_the_samples_lack_not_those_of_the_file(loaded, arrivals):
    panels = arrivals.var["panel"].to_numpy()
    lost = panels != panels[0]
    arrivals.X[np.ix_([5], lost)] = np.nan
    screening = screen_cohort(loaded, arrivals)
    (found,) = [one for one in obstacles(screening) if one.says == REASONS["too-little-measured"]]
    assert screening.facts.missing == ()
    assert found.to_settle == screening.table["to_settle"][5].split("; ")[0]
    assert found.to_settle != "run the missing assays for this sample"


def test_a_file_in_which_everybody_may_be_called_has_none(loaded, arrivals):
    screening = screen_cohort(loaded, arrivals)
    objected = screening.table["reason_codes"].str.contains("|".join(OBJECTIONS)).any()
    assert bool(obstacles(screening)) == objected


def test_every_objection_is_a_reason():
    assert set(OBJECTIONS) <= set(REASONS)

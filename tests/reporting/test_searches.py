from dataclasses import replace

import pandas as pd

from stratify.learning.sites import SiteValidation
from stratify.reporting.card import card_text
from stratify.reporting.searches import SearchSummary, summarise_searches


def searched(trials=(8, 8)):
    return pd.DataFrame({"family": "centroids", "budget": 8, "trials": trials, "pruned": 3, "loss": 0.5})


def test_nothing_searched_is_nothing_counted():
    assert summarise_searches(pd.DataFrame()) == SearchSummary(0, 0, 0, 0)


def test_counts_add_up():
    assert summarise_searches(searched((8, 5))) == SearchSummary(2, 13, 6, 1)


def test_the_card_says_how_often_each_family_would_have_been_chosen(training, facts):
    text = card_text(replace(training, choices={"factor-centroids": 0.912, "composite": 0.088}), facts, {})
    assert "would have chosen:\nfactor-centroids 91.2%, composite 8.8%." in text
    assert "more than one corrected standard\nerror." in text
    assert sum(training.choices.values()) == 1


def test_the_card_counts_trials_and_says_where_the_clock_stopped_them(training, facts):
    text = card_text(replace(training, searches=searched()), facts, {})
    assert (
        "searched 2 times, inside the folds and for the final fit: 16 trials, 6 of them stopped early" in text
    )
    assert "stopped by the clock" not in text
    timed = replace(facts, settings={"learning": {"stop_after_minutes": 1.5}})
    text = card_text(replace(training, searches=searched((8, 5))), timed, {})
    assert "**The search was stopped by the clock** after 1.5 minutes" in text
    assert "1 searches ended before their budget did" in text


def test_the_card_has_a_row_a_site(training, facts):
    assert "Leave one site out: not computed." in card_text(training, facts, {})
    table = pd.DataFrame({"site": ["A"] * 4 + ["B"] * 2, "label": [0, 0, 1, 1, 0, 0], "reference": False})
    table = table.assign(sample_id=list("abcdef"), score=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    text = card_text(training, replace(facts, sites=SiteValidation("centroids", table)), {})
    assert "| A | 2 | 2 | 1.00 | 0." in text
    assert "| B | 0 | 2 | not computed | a class is absent, here or in all others |" in text

from __future__ import annotations

from dataclasses import replace

import pytest

from stratify.screening.app.answers import PREFIX, answered, mended, questions
from stratify.screening.eligible_patients import with_eligibility


@pytest.fixture
def session(taken_in):
    return taken_in()


def first(session):
    return session.screening.table["sample_id"].iloc[0]


def test_without_a_sheet_everything_is_an_open_question(session, rules):
    session.screening = with_eligibility(session.screening, rules, None)
    asked, settled = questions(session, first(session))
    assert len(asked) > 20
    assert settled == []
    assert set(session.screening.table["eligible"]) == {"unknown"}


def test_what_the_sheet_says_is_not_asked(session):
    asked, _ = questions(session, first(session))
    assert "age" not in [one.column for one in asked]


def test_an_answer_counts_as_a_cell_and_can_be_taken_back(session):
    session.unsaved, session.report = False, b"old"
    calls = session.screening.table["call"].tolist()
    assert answered(session, first(session), {PREFIX + "pregnant": " yes "}) == []
    assert session.screening.table["eligible"].iloc[0] == "no"
    assert session.screening.table["eligible"].iloc[1] == "unknown"
    assert session.screening.table["call"].tolist() == calls
    assert (session.unsaved, session.report) == (True, None)
    assert [one.answer for one in questions(session, first(session))[1]] == ["yes"]
    answered(session, first(session), {PREFIX + "pregnant": ""})
    assert session.screening.table["eligible"].iloc[0] == "unknown"
    assert session.answers == {}


def test_what_is_not_understood_stays_open_and_is_marked(session):
    wrong = answered(
        session, first(session), {PREFIX + "qids_c": "many", PREFIX + "nonsense": "x", "other": "y"}
    )
    assert [(one.column, one.answer) for one in wrong] == [("qids_c", "many")]
    asked = mended(questions(session, first(session))[0], wrong)
    marked = [one for one in asked if one.problem]
    assert [one.column for one in marked] == ["qids_c"]
    assert session.answers == {}


def test_a_hint_says_how_to_write(session):
    asked = {one.column: one for one in questions(session, first(session))[0]}
    assert "from 0 to 27" in asked["qids_c"].hint
    assert "never" in asked["live_vaccine_date" if "live_vaccine_date" in asked else "last_live_vaccine"].hint
    assert asked["pregnant"].hint == ""
    assert asked["screening_date"].hint == "as 2026-03-31"  # nobody is screened never
    assert asked["adequate_trials"].hint.endswith("30")  # a count has no unit


def test_without_rules_there_is_nothing_to_answer(session):
    session.screening = replace(session.screening, eligibility=None)
    assert questions(session, first(session)) == ([], [])
    assert answered(session, first(session), {PREFIX + "pregnant": "yes"}) == []

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from stratify.screening.eligibility.answers import NEVER, Answer
from stratify.screening.eligibility.judgement import NO, UNKNOWN, YES, judge
from stratify.screening.eligibility.rules import CHOICE, DATE, NUMBER, YES_NO, Rules, read_rules

RULES = read_rules("dupilumab-mdd")
DAYS = st.integers(0, 400).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
VALUES = {
    YES_NO: st.booleans(),
    NUMBER: st.floats(0, 2000),
    DATE: DAYS | st.just(NEVER),
    CHOICE: st.just("F"),
}
SUITABLE = {
    name: Answer({YES_NO: False, NUMBER: 20.0, DATE: NEVER}[column.type])
    for name, column in RULES.columns.items()
} | {"mdd_episode": Answer(True), "screening_date": Answer(date(2026, 3, 31)), "hs_crp": Answer(1.0)}

CLEARING = SUITABLE | {"effective_contraception": Answer(True)}  # suits whoever could become pregnant too


def with_rules(chosen) -> Rules:
    return RULES.model_copy(update={"rules": tuple(chosen)})


@st.composite
def people(draw):
    """A suitable person in whom some answers are others, or missing."""
    names = draw(st.lists(st.sampled_from(sorted(RULES.columns)), max_size=6, unique=True))
    answers = dict(SUITABLE)
    for name in names:
        answers[name] = Answer(draw(st.none() | VALUES[RULES.columns[name].type]))
    return answers


def test_somebody_whom_nothing_speaks_against_is_eligible():
    assert judge(RULES, SUITABLE).eligible == YES
    assert judge(RULES, {}).eligible == UNKNOWN


@settings(max_examples=150)
@given(people(), st.sampled_from([rule for rule in RULES.rules if rule.kind == "hard-stop"]))
def test_a_hard_stop_more_makes_nobody_eligible(person, stop):
    fewer = with_rules(rule for rule in RULES.rules if rule.id != stop.id)
    order = {NO: 0, UNKNOWN: 1, YES: 2}
    assert order[judge(RULES, person).eligible] <= order[judge(fewer, person).eligible]


@settings(max_examples=150)
@given(people(), st.sampled_from(sorted(RULES.columns)))
def test_a_missing_answer_makes_nobody_eligible_and_clears_no_doubt(person, name):
    whole, holed = judge(RULES, person), judge(RULES, person | {name: Answer()})
    assert holed.eligible != YES or whole.eligible == YES
    assert holed.eligible != NO or whole.eligible == NO
    for rule, outcome in holed.outcomes.items():
        assert outcome in ("to clarify", whole.outcomes[rule])


@settings(max_examples=100)
@given(people())
def test_whoever_is_to_clarify_is_asked_something_that_settles_it(person):
    found = judge(RULES, person)
    assert bool(found.open_columns) == bool(found.ids("to clarify", "hard-stop", "exclusion", "inclusion"))
    answers = person | {name: CLEARING[name] for name in found.open_columns}
    if "screening_date" in found.open_columns:  # a vaccine may turn out recent once the date is known
        answers["last_live_vaccine"] = CLEARING["last_live_vaccine"]
    assert judge(RULES, answers).eligible == (NO if found.eligible == NO else YES)


def test_soft_flags_decide_nothing():
    flagged = SUITABLE | {"smoking": Answer(True), "bmi": Answer(40.0)}
    found = judge(RULES, flagged)
    assert found.eligible == YES
    assert found.ids("fail", "soft-flag") == ["smoking", "obesity"]
    assert judge(RULES, SUITABLE | {"smoking": Answer()}).eligible == YES


def test_any_one_of_several_conditions_is_enough_and_all_must_be_known_to_pass():
    assert judge(RULES, SUITABLE | {"hiv": Answer(), "hepatitis_b": Answer(True)}).eligible == NO
    found = judge(RULES, SUITABLE | {"hiv": Answer()})
    assert (found.eligible, found.open_columns) == (UNKNOWN, ("hiv",))


def test_a_date_after_the_reference_date_is_asked_for_again():
    later = SUITABLE | {"last_live_vaccine": Answer(date(2026, 4, 1))}
    found = judge(RULES, later)
    assert found.open_columns == ("last_live_vaccine",)
    assert "after the reference date" in found.questions[0]
    dateless = judge(RULES, later | {"screening_date": Answer()})
    assert dateless.open_columns == ("screening_date",)


def test_whom_a_rule_is_not_about_passes():
    contraception = next(rule for rule in RULES.rules if rule.id == "contraception")
    alone = with_rules([contraception])
    always = with_rules([contraception.model_copy(update={"only_if": None})])
    assert judge(alone, SUITABLE).eligible == YES
    assert judge(always, SUITABLE).eligible == NO
    assert judge(alone, SUITABLE | {"childbearing_potential": Answer()}).eligible == UNKNOWN


def test_order_of_rules_changes_no_outcome():
    backwards = with_rules(reversed(RULES.rules))
    person = SUITABLE | {"hiv": Answer(), "age": Answer(90.0)}
    assert judge(backwards, person).outcomes == judge(RULES, person).outcomes
    assert judge(RULES, person).eligible == NO

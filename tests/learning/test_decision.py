from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from stratify.learning.decision import (
    INDETERMINATE,
    REASONS,
    Evidence,
    Healthy,
    Rule,
    WithoutLeak,
    decide,
)

RULE = Rule("Th2-skewed", "Th2", 0.1, 0.05, 0.3, 0.8, shown=True)
HEALTHY = Healthy(0.0, 1.0, 32, 3.0, np.zeros(32))
FLAG = Evidence(0.02, 2.5, 0.7, 4.3, "Th2", "bridge", "ok", "ok", "ok", 1.0)
BELOW = replace(
    FLAG, conformal_p=0.9, magnitude_z=-2.0, magnitude_low=-3.0, magnitude_high=0.5, direction="none"
)

REACHED_BY = {
    "resembles": (FLAG, RULE, HEALTHY),
    "clearly-below": (BELOW, RULE, HEALTHY),
    "model-not-shown": (FLAG, replace(RULE, shown=False), HEALTHY),
    "quality-fail": (replace(FLAG, quality="fail"), RULE, HEALTHY),
    "too-little-measured": (replace(FLAG, weight_covered=0.79), RULE, HEALTHY),
    "thresholds-unknown": (replace(FLAG, thresholds_known=False), RULE, HEALTHY),
    "batch-not-anchored": (replace(FLAG, anchored="none"), RULE, HEALTHY),
    "matrix-differs": (replace(FLAG, matrix_differs=True), RULE, HEALTHY),
    "matrix-unknown": (replace(FLAG, matrix_unknown=True), RULE, HEALTHY),
    "handling-suspect": (replace(FLAG, handling="suspect"), RULE, HEALTHY),
    "leak-could-explain": (
        replace(FLAG, handling="suspect", without_leak=WithoutLeak(0.3, 1.0, 4.5)),
        RULE,
        HEALTHY,
    ),
    "handling-unknown": (replace(FLAG, handling="unknown"), RULE, HEALTHY),
    "extrapolated": (replace(FLAG, extrapolated=True), RULE, HEALTHY),
    "covariates-missing": (replace(FLAG, covariates_missing=True), RULE, HEALTHY),
    "biology-unusual": (replace(FLAG, known_biology="unusual"), RULE, HEALTHY),
    "no-healthy-reference": (FLAG, RULE, replace(HEALTHY, n=0)),
    "not-rare-enough": (replace(FLAG, conformal_p=0.2), RULE, HEALTHY),
    "within-healthy-range": (replace(FLAG, magnitude_z=1.0), RULE, HEALTHY),
    "other-axis-leads": (replace(FLAG, direction="Th17"), RULE, HEALTHY),
    "other-axis-ahead": (replace(FLAG, behind=3.0), replace(RULE, lead_tail=0.05), HEALTHY),
    "not-clearly-below": (replace(FLAG, conformal_p=0.2), RULE, HEALTHY),
}
OBJECTIONS = [
    "model-not-shown", "quality-fail", "too-little-measured", "thresholds-unknown", "batch-not-anchored",
    "matrix-differs", "matrix-unknown", "handling-suspect", "biology-unusual", "no-healthy-reference",
]  # fmt: skip


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_can_be_reached(code):
    assert code in decide(*REACHED_BY[code]).reasons


@pytest.mark.parametrize("code", OBJECTIONS)
@pytest.mark.parametrize("start", [FLAG, BELOW], ids=["flag", "below"])
def test_an_objection_stops_both_calls(code, start):
    evidence, rule, healthy = REACHED_BY[code]
    changed = {name: value for name, value in vars(evidence).items() if value != vars(FLAG)[name]}
    decision = decide(replace(start, **changed), rule, healthy)
    assert decision.call == INDETERMINATE
    assert decision.reasons == (code,)


@pytest.mark.parametrize(("rare", "beyond", "leads", "below"), list(product([True, False], repeat=4)))
def test_truth_table_of_the_asymmetric_call(rare, beyond, leads, below):
    evidence = replace(
        FLAG,
        conformal_p=0.05 if rare else 0.5,
        magnitude_z=2.5 if beyond else 0.1,
        direction="Th2" if leads else "Th1",
        magnitude_high=0.89 if below else 0.91,  # smallest relevant size .3 of a unit of 3 SDs
    )
    decision = decide(evidence, RULE, HEALTHY)
    if rare and beyond and leads:
        assert decision.call == "Th2-skewed"
    elif below:
        assert decision.call == "not Th2-skewed"
    else:
        assert decision.call == INDETERMINATE
        missing = {"not-rare-enough": rare, "within-healthy-range": beyond, "other-axis-leads": leads}
        assert decision.reasons == (*(code for code, met in missing.items() if not met), "not-clearly-below")


@pytest.mark.parametrize(
    ("start", "without", "call", "reasons"),
    [
        (FLAG, WithoutLeak(0.05, 2.2, 4.6), "Th2-skewed", ("resembles", "handling-suspect")),
        (FLAG, WithoutLeak(0.05, 1.0, 4.6), INDETERMINATE, ("leak-could-explain", "not-clearly-below")),
        (BELOW, WithoutLeak(0.95, -2.5, 0.8), "not Th2-skewed", ("clearly-below", "handling-suspect")),
        (BELOW, WithoutLeak(0.95, -2.5, 1.2), INDETERMINATE, ("not-rare-enough", "within-healthy-range")),
        (FLAG, WithoutLeak(), INDETERMINATE, ("handling-suspect",)),
        (FLAG, WithoutLeak(0.05, np.nan, 4.6), INDETERMINATE, ("handling-suspect",)),
    ],
)
def test_where_blood_cells_leaked_a_call_must_hold_without_the_leak(start, without, call, reasons):
    evidence = replace(start, handling="suspect", without_leak=without)
    decision = decide(evidence, RULE, HEALTHY)
    assert decision.call == call
    assert decision.reasons[: len(reasons)] == reasons
    assert "handling-suspect" in decision.reasons
    well = replace(evidence, handling="ok")
    assert decide(well, RULE, HEALTHY) == decide(replace(start, handling="ok"), RULE, HEALTHY)


def test_boundaries_belong_to_the_careful_side():
    reach = HEALTHY.reach(0.05)
    assert decide(replace(FLAG, conformal_p=0.1), RULE, HEALTHY).call == "Th2-skewed"
    assert decide(replace(FLAG, magnitude_z=reach), RULE, HEALTHY).call == INDETERMINATE
    assert decide(replace(FLAG, weight_covered=0.8), RULE, HEALTHY).call == "Th2-skewed"
    assert decide(replace(BELOW, magnitude_high=0.9), RULE, HEALTHY).call == INDETERMINATE


def test_definition_without_a_lead_asks_for_none():
    rule = replace(RULE, lead="", positive_call="TAK-like")
    assert decide(replace(FLAG, direction="none"), rule, HEALTHY).call == "TAK-like"
    assert decide(replace(BELOW, direction="none"), rule, HEALTHY).call == "not TAK-like"


@pytest.mark.parametrize("name", ["conformal_p", "magnitude_z", "magnitude_high", "weight_covered"])
def test_unknown_number_never_supports_a_call(name):
    start = BELOW if name == "magnitude_high" else FLAG
    assert decide(replace(start, **{name: np.nan}), RULE, HEALTHY).call == INDETERMINATE


evidences = st.builds(
    Evidence,
    conformal_p=st.floats(0, 1),
    magnitude_z=st.floats(-5, 5),
    magnitude_low=st.floats(-9, 0),
    magnitude_high=st.floats(-2, 9),
    direction=st.sampled_from(["Th2", "Th1", "none"]),
    anchored=st.sampled_from(["bridge", "controls", "vendor", "none"]),
    handling=st.sampled_from(["ok", "suspect", "unknown"]),
    known_biology=st.sampled_from(["ok", "unusual", "unknown"]),
    quality=st.sampled_from(["ok", "warn", "fail"]),
    weight_covered=st.floats(0, 1),
    matrix_differs=st.booleans(),
)
WORSE = {
    "conformal_p": lambda value, by: min(value + by, 1.0),
    "magnitude_z": lambda value, by: value - by,
    "magnitude_high": lambda value, by: value + by,
    "direction": lambda value, by: "Th1",
    "anchored": lambda value, by: "none",
    "handling": lambda value, by: "suspect",
    "known_biology": lambda value, by: "unusual",
    "quality": lambda value, by: "fail",
    "weight_covered": lambda value, by: max(value - by, 0.0),
    "matrix_differs": lambda value, by: True,
}


@given(evidences, st.sampled_from(sorted(WORSE)), st.floats(0, 3))
def test_worse_evidence_never_makes_a_flag(evidence, name, by):
    worse = replace(evidence, **{name: WORSE[name](getattr(evidence, name), by)})
    if decide(worse, RULE, HEALTHY).call == RULE.positive_call:
        assert decide(evidence, RULE, HEALTHY).call == RULE.positive_call


@given(evidences)
def test_reasons_are_known_words_and_fit_the_call(evidence):
    decision = decide(evidence, RULE, HEALTHY)
    assert set(decision.reasons) <= set(REASONS)
    assert len(set(decision.reasons)) == len(decision.reasons) > 0
    assert (decision.call == RULE.positive_call) == (decision.reasons[0] == "resembles")
    assert (decision.call == RULE.negative_call) == (decision.reasons[0] == "clearly-below")


@pytest.mark.parametrize("n", [3, 32, 1000])
def test_reach_is_the_t_predictive_half_width(n):
    expected = t.ppf(0.95, n - 1) * np.sqrt(1 + 1 / n)
    assert replace(HEALTHY, n=n).reach(0.05) == pytest.approx(expected)


def test_sizes_and_sds_agree():
    healthy = replace(HEALTHY, sd=1.5)
    assert healthy.in_sds(1.0) == 2.0
    assert healthy.in_sds(RULE.smallest_relevant_size) == pytest.approx(0.6)


@pytest.mark.parametrize(("n", "known"), [(0, False), (2, False), (3, True)])
def test_a_magnitude_needs_a_few_healthy_people(n, known):
    assert replace(HEALTHY, n=n).known is known


@pytest.mark.parametrize(
    ("behind", "call"),
    [(-5.0, "Th2-skewed"), (1.0, "Th2-skewed"), (1.8, INDETERMINATE), (float("nan"), INDETERMINATE)],
)
def test_an_axis_that_lies_behind_by_chance_is_no_evidence_against_a_flag(behind, call):
    rule = replace(RULE, lead_tail=0.05)
    evidence = replace(FLAG, direction="Th17", behind=behind)
    assert decide(evidence, rule, HEALTHY).call == call
    assert decide(evidence, RULE, HEALTHY).call == INDETERMINATE

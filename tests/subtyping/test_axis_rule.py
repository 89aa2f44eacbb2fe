import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.simulation.signature import study_assays
from stratify.subtyping.axis_rule import axis_rule, label_proteins, made_from_axes, refuse_unmeasured
from stratify.subtyping.definition import Definition, read_definition
from stratify.subtyping.label_source import Relabelling

ASSAYS = study_assays()
TH2 = read_definition("th2-v1")


@pytest.fixture(scope="module")
def rule():
    used, scorer = label_proteins(TH2, ASSAYS, np.ones(len(ASSAYS)))
    return used, axis_rule(TH2, scorer)


def people(n, seed=0, **shift):
    used, scorer = label_proteins(TH2, ASSAYS, np.ones(len(ASSAYS)))
    profiles = np.random.default_rng(seed).normal(size=(n, int(used.sum())))
    made = made_from_axes(TH2.axis_sets, scorer.assays)
    for axis, size in shift.items():
        profiles[:, scorer.assays.index.isin(made[axis])] += size
    return profiles


def fitted(rule, n=60):
    return rule[1].fit(people(n), np.ones(n, dtype=bool))


def test_a_twentieth_of_the_reference_is_beyond_the_cut_off_and_fewer_are_positive(rule):
    healthy, found = people(60), fitted(rule)
    lead = found.axes.scores(healthy)[:, 0]
    assert (lead > found.cutoff).sum() == 3
    assert found.positive(healthy).sum() <= 3


def test_the_lead_axis_makes_positive_and_a_rival_unmakes(rule):
    found = fitted(rule)
    assert found.positive(people(20, seed=1, Th2=1.5)).all()
    assert not found.positive(people(20, seed=1, Th2=1.5, Th1=3.0)).any()
    assert not found.positive(people(20, seed=1, Th1=1.5)).any()


def test_each_person_is_judged_alone(rule):
    found, new = fitted(rule), people(20, seed=1, Th2=0.6)
    new[:, 3] = np.nan
    alone = [bool(found.positive(row[None])[0]) for row in new]
    assert found.positive(new).tolist() == alone
    assert 0 < sum(alone) < 20


def test_held_out_people_do_not_move_the_rule(rule):
    profiles = np.vstack([people(60), people(40, seed=5, Th2=4.0)])
    both = Relabelling(rule[1], profiles, np.ones(100, dtype=bool), np.ones(100, dtype=bool))
    first = both.fitted_to(np.arange(60))
    np.testing.assert_array_equal(first == 1, fitted(rule).positive(profiles))
    assert first.sum() > both.fitted_to(np.arange(100)).sum()


def test_too_few_reference_people_for_the_percentile_are_refused(rule):
    with pytest.raises(CohortError, match="at least 19 reference people") as refusal:
        rule[1].fit(people(30), np.arange(30) < 18)
    assert refusal.value.found.startswith("18 ")


def test_a_definition_without_a_lead_labels_nobody():
    resemblance = read_definition("resemblance-v1")
    scorer = label_proteins(TH2, ASSAYS, np.ones(len(ASSAYS)))[1]
    with pytest.raises(CohortError, match=r"resemblance \(v1\)"):
        axis_rule(resemblance, scorer)


def test_an_axis_that_was_not_measured_is_named_with_its_proteins():
    few = ASSAYS[~ASSAYS["gene"].isin(["IFNG"])]
    own = Definition.model_validate(
        {
            "name": "x",
            "version": 3,
            "meaning": "x",
            "axes": ["Th2", "G"],
            "lead": "Th2",
            "axis": [{"name": "G", "weights": {"IFNG": 1.0, "ABSENT": 1.0}}],
        }
    )
    refuse_unmeasured(own, ASSAYS)
    with pytest.raises(CohortError) as refusal:
        refuse_unmeasured(own, few)
    assert refusal.value.found == "none of the 2 proteins of G (IFNG, ABSENT)"
    assert "x (v3)" in refusal.value.expected
    with pytest.raises(CohortError):
        label_proteins(own, ASSAYS, np.where(ASSAYS["gene"] == "IFNG", 0.0, 1.0))


def test_coverage_is_judged_axis_by_axis():
    used, scorer = label_proteins(TH2, ASSAYS, np.ones(len(ASSAYS)))
    profiles = people(3)
    th1 = scorer.assays.index.isin(made_from_axes(TH2.axis_sets, scorer.assays)["Th1"])
    profiles[1, th1] = np.nan
    assert scorer.covered(profiles, 0.8).tolist() == [True, False, True]
    assert used.sum() == len(scorer.assays)

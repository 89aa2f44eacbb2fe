import numpy as np
import pytest

from stratify.learning.sample_size import cox_snell, sample_size


def test_values_of_the_published_package():
    """R pmsampsize(type = "b", csrsquared = 0.288, parameters = 24, prevalence = 0.174): 623, 662 and 221."""
    found = sample_size(n=1000, events=174, parameters=24, r2=0.288)
    asked = [np.ceil(n) for n in (found.for_shrinkage, found.for_optimism, found.for_mix)]
    assert asked == [623, 662, 221]
    assert found.adequate
    assert not sample_size(n=500, events=87, parameters=24, r2=0.288).adequate


def test_as_many_people_as_are_asked_for_have_the_shrinkage_that_was_meant():
    asked = sample_size(n=200, events=80, parameters=12, r2=0.3)
    n = int(np.ceil(asked.for_shrinkage))
    chi2 = -n * np.log(1 - 0.3 / 0.9)  # of a fit whose optimism is still in
    assert 1 - 12 / chi2 == pytest.approx(0.9, abs=0.005)


def test_as_many_parameters_as_are_borne_need_no_more_people():
    found = sample_size(n=83, events=30, parameters=363, r2=0.4)
    assert not found.adequate
    assert 1 <= found.most_parameters < 30
    borne = sample_size(n=83, events=30, parameters=found.most_parameters, r2=0.4)
    assert max(borne.for_shrinkage, borne.for_optimism) <= 83
    more = sample_size(n=83, events=30, parameters=found.most_parameters + 1, r2=0.4)
    assert max(more.for_shrinkage, more.for_optimism) > 83


def test_more_proteins_want_more_people_and_more_shrinkage():
    few, many = (sample_size(n=100, events=40, parameters=p, r2=0.3) for p in (5, 300))
    assert few.for_shrinkage < many.for_shrinkage
    assert few.expected_shrinkage > many.expected_shrinkage


@pytest.mark.parametrize("r2", [0.0, -0.2])
def test_a_model_that_explains_nothing_wants_everybody(r2):
    found = sample_size(n=100, events=40, parameters=5, r2=r2)
    assert found.needed == float("inf")
    assert (found.expected_shrinkage, found.most_parameters) == (0.0, 0)


def test_r2_of_the_mix_is_none_and_of_perfect_probabilities_the_largest():
    mix = 0.3
    alone = -(mix * np.log(mix) + (1 - mix) * np.log(1 - mix))
    assert cox_snell(alone, mix) == 0
    assert cox_snell(0.0, mix) == pytest.approx(sample_size(10, 3, 1, 0.1).r2_max)
    assert cox_snell(2.0, mix) < 0

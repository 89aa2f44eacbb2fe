"""Prevalence among the people of a file."""

from __future__ import annotations

import pytest

from stratify.errors import CohortError
from stratify.screening.prevalence import prevalence, prevalence_sentences
from stratify.screening.target_scores import target_scores


@pytest.fixture(scope="module")
def people(model_folder, _arrivals, tmp_path_factory):
    path = tmp_path_factory.mktemp("prevalence") / "new.h5ad"
    _arrivals.copy().write_h5ad(path)
    return target_scores(model_folder, [path])


def test_a_curve_with_its_rival_and_no_number_alone(people):
    found = prevalence(people, sizes=[0.5, 0.9], draws=19)
    assert found.table["relative_size"].tolist() == [0.5, 0.9]
    assert found.table.loc[1, "band_low"] < 0.45
    assert found.table.loc[1, "band_high"] > 0.3
    facts = found.as_dict()
    assert facts["everyone_low"] < facts["everyone_high"]
    assert not [key for key in facts if "prevalence" in key]
    lines = prevalence_sentences(found)
    assert lines[0].startswith("if the skew has relative size 0.5")
    assert lines[2].startswith("rival: nobody is skewed")
    assert f"p {found.test.p_value:.3f}" in lines[3]


def test_an_uncertain_batch_leaves_more_possible(people):
    assert prevalence(people, sizes=[0.5], draws=19, shift_sd=0.3).assumed_shift > 0.3
    near, far = (prevalence(people, sizes=[0.5], draws=19, shift_sd=sd).table.loc[0] for sd in (0.02, 0.5))
    assert far["high"] - far["low"] > near["high"] - near["low"]


def test_too_few_people_are_refused(people):
    few = type(people)(
        people.loaded,
        people.table.iloc[:5],
        people.score[:5],
        people.leak[:5],
        people.by_member[:, :5],
        people.batch_error,
    )
    with pytest.raises(CohortError, match="at least 10"):
        prevalence(few)

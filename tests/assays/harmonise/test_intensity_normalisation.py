from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.harmonise.intensity_normalisation import fit_intensity_normalisation
from stratify.errors import HarmonisationError

TWO = ("P1", "P2")


@pytest.fixture
def study(batch):
    adata = batch(0, offset=[[0.0], [0.8]], plates=TWO, people=40)
    adata.obs["group"] = np.where(np.arange(adata.n_obs) % 2, "AD", "HC")
    return adata


def test_plates_get_the_median_of_all(study):
    corrected = fit_intensity_normalisation(study, randomised=True).transform(study)
    people = (study.obs["sample_type"] == "sample").to_numpy()
    overall = np.median(study.X[people], axis=0)
    for plate in TWO:
        rows = people & (study.obs["plate"] == plate).to_numpy()
        np.testing.assert_allclose(np.median(corrected.X[rows], axis=0), overall)


def test_it_is_refused_unless_the_design_is_declared(study):
    with pytest.raises(HarmonisationError, match="put on plates at random, and that says so"):
        fit_intensity_normalisation(study)


def test_groups_that_contradict_the_declared_design_are_named(study):
    study.obs["group"] = np.where(study.obs["plate"] == "P1", "AD", "HC")
    with pytest.raises(HarmonisationError, match="absent from a plate: AD, HC"):
        fit_intensity_normalisation(study, randomised=True)


@pytest.mark.parametrize(
    ("plates", "people", "found"), [(("P1",), 40, "1 plates"), (TWO, 6, "fewer on P1, P2")]
)
def test_few_or_small_plates_are_refused(batch, plates, people, found):
    with pytest.raises(HarmonisationError, match=found):
        fit_intensity_normalisation(batch(0, plates=plates, people=people), randomised=True)


def test_controls_are_corrected_and_play_no_part(study):
    before = fit_intensity_normalisation(study, randomised=True)
    study.X[(study.obs["sample_type"] != "sample").to_numpy()] += 9.0
    after = fit_intensity_normalisation(study, randomised=True)
    np.testing.assert_array_equal(before.shift, after.shift)
    assert after.transform(study).n_obs == study.n_obs


def test_alone_as_in_company(study, alone_as_in_company):
    alone_as_in_company(fit_intensity_normalisation(study, randomised=True), study)


def test_the_remaining_error_carries_how_people_vary(batch):
    shifts, errors = [], []
    for seed in range(40):
        fitted = fit_intensity_normalisation(batch(seed, plates=TWO, people=40), randomised=True)
        shifts.append(fitted.shift[1] - fitted.shift[0])
        errors.append(np.hypot(*fitted.error))
    assert np.std(shifts) == pytest.approx(np.mean(errors), rel=0.1)
    assert "median of its 40 patients' samples" in fitted.lines()[0]

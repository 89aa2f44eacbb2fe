from dataclasses import replace

import pytest

from stratify.errors import ExperimentError
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import SAMPLES_PER_PLATE, StudyDesign, design_preset


@pytest.mark.parametrize("n", [1, 7, 107, 108, 1000])
def test_scaling_keeps_the_proportions_and_meets_the_number(n):
    scaled = StudyDesign().scaled(n)
    assert sum(scaled.counts.values()) == n
    for group, size in StudyDesign().counts.items():
        assert abs(scaled.counts[group] - size * n / 108) < 1
    assert scaled.n_plates * SAMPLES_PER_PLATE >= n


def test_scaling_to_nothing_in_particular_changes_nothing():
    assert StudyDesign().scaled(None) == StudyDesign()


@pytest.mark.parametrize(
    ("dial", "value"),
    [
        ("prevalence", 1.2),
        ("prior_overlap", -0.1),
        ("shared_variance", 0.95),
        ("separability", 1.0),
        ("n_mdd", -1),
        ("n_factors", 0),
        ("disease_along", 1.0),
        ("signature", "guessed"),
        ("truth", "unknown"),
        ("plate_sd", -0.1),
    ],
)
def test_a_dial_out_of_range_is_named(dial, value):
    with pytest.raises(ExperimentError, match=dial):
        replace(StudyDesign(), **{dial: value})


def test_the_benchmark_cells_differ_in_the_prior_alone():
    right, none = design_preset("strong-right"), design_preset("strong-none")
    assert (right.prior_overlap, none.prior_overlap) == (1.0, 0.0)
    assert replace(right, prior_overlap=0.0) == none
    assert right.shared_variance == 0.6


@pytest.mark.parametrize("direction", ["right", "half", "none", "along"])
def test_weak_cells_are_strong_cells_with_less_shared_variance(direction):
    strong, weak = design_preset(f"strong-{direction}"), design_preset(f"weak-{direction}")
    assert replace(weak, shared_variance=0.6) == strong
    assert (strong.disease_along > 0) == (direction == "along")


def test_in_the_confounded_cell_a_clinic_is_a_diagnosis():
    people = simulate_study(design_preset("confounded"), 1).adata.obs.query("sample_type == 'sample'")
    sites = people.groupby("group")["site"].nunique()
    assert sites[["AD", "PSO", "MDD", "HC"]].tolist() == [1, 1, 1, 2]


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(ExperimentError, match="did you mean 'strong-right'"):
        design_preset("strong-rigth")

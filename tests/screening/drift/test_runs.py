import numpy as np
import pytest

from stratify.errors import ScreeningError
from stratify.screening.drift.runs import accepted, read_run, run_of, trained_on
from stratify.screening.results import write_csv
from stratify.screening.score import screen_cohort


def test_a_file_gives_levels_without_the_offset_that_its_bridges_show(loaded, arrivals, laboratory_file):
    run = read_run(laboratory_file, loaded)
    assert (run.name, run.levels.shape) == ("new patients.csv", (40, len(loaded.model.assays)))
    moved = arrivals.copy()
    moved.X += 0.7
    np.testing.assert_allclose(run_of("", moved, loaded).levels, run.levels, atol=1e-9)
    assert (run.offset_error > 0).all()


def test_a_person_with_several_samples_counts_once(loaded, arrivals):
    arrivals.obs["patient_id"] = arrivals.obs["patient_id"].replace("PN00012", "PN00011")
    run = run_of("", arrivals, loaded)
    assert len(run.table) == len(run.levels) == len(run.marks) == 39
    np.testing.assert_array_equal(run.levels[11], run_of("", arrivals, loaded).levels[11])


def test_a_folder_gives_results_and_no_levels(loaded, arrivals, tmp_path):
    write_csv(screen_cohort(loaded, arrivals).table, tmp_path / "results.csv")
    run = read_run(tmp_path, loaded)
    assert run.levels is None
    assert len(run.table) == 40


def test_a_folder_of_something_else_or_of_another_model_is_refused(loaded, arrivals, tmp_path):
    with pytest.raises(ScreeningError, match=r"without results\.csv"):
        read_run(tmp_path, loaded)
    table = screen_cohort(loaded, arrivals).table.assign(model_digest="a" * 64)
    write_csv(table, tmp_path / "results.csv")
    with pytest.raises(ScreeningError, match="another model"):
        read_run(tmp_path, loaded)


def test_marks_say_who_has_what_should_be_rare(loaded, arrivals):
    arrivals.X[3, ::2] = np.nan
    arrivals.obs.loc["N00008", "qc"] = "warn"
    marks = run_of("", arrivals, loaded).marks
    assert marks.index[marks["missing"]].tolist() == [3]
    assert marks.index[marks["quality"]].tolist() == [7]


def test_what_tells_the_groups_of_the_training_apart_is_out_of_the_levels(model):
    reference = trained_on(model)
    label = model.held_out.label[np.unique(model.held_out.patient, return_index=True)[1]]
    between = reference.levels[label == 1].mean(axis=0) - reference.levels[label == 0].mean(axis=0)
    raw = model.scorer.standardise(model.held_out.profiles)
    plain = np.nanmean(raw[label == 1], axis=0) - np.nanmean(raw[label == 0], axis=0)
    assert (between**2).mean() < 0.3 * (plain**2).mean()
    assert abs(reference.magnitude.mean()) < 1e-9
    assert 0 < reference.below_lod < 0.5


def test_a_model_that_keeps_nobody_leaves_the_healthy_magnitudes(model):
    from dataclasses import replace

    from stratify.learning.held_out import NOBODY

    reference = trained_on(replace(model, held_out=NOBODY))
    assert len(reference.levels) == 0
    assert len(reference.magnitude) == model.healthy.n


def test_an_accepted_run_becomes_the_reference(loaded, arrivals):
    run = run_of("March", arrivals, loaded)
    reference = accepted(run)
    assert reference.same_kind
    assert reference.says == "40 people of March"
    np.testing.assert_array_equal(reference.levels, run.levels)

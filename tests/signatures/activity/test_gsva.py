from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from stratify.signatures.activity.gsva import METHOD, cohort_gsva, fit_gsva, score_gsva
from stratify.signatures.activity.kernel_distribution import fit_kernels, kernel_distribution
from stratify.signatures.activity.method import Members


def walk(values, inside):
    """The walk as it is described, step by step."""
    order = [i for i in np.argsort(-values, kind="stable") if not np.isnan(values[i])]
    n, members = len(order), sum(inside[i] for i in order)
    weight = {i: abs(n / 2 - place) for place, i in enumerate(order)}
    total = sum(weight[i] for i in order if inside[i])
    height, highest, lowest = 0.0, 0.0, 0.0
    for i in order:
        height += weight[i] / total if inside[i] else -1 / (n - members)
        highest, lowest = max(highest, height), min(lowest, height)
    return highest + lowest


def test_cohort_scores_are_those_of_r(reference):
    got = cohort_gsva(reference.levels, reference.members)
    np.testing.assert_allclose(got, reference.scores("gsva"), atol=1e-12)
    state = fit_gsva(reference.levels, reference.members)
    larger = score_gsva(state, reference.levels, max_difference=False)
    np.testing.assert_allclose(larger, reference.scores("gsva-larger"), atol=1e-12)


def test_r_run_again_gives_what_is_stored(folder, tmp_path):
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed: what R gives is read from tests/reference/gsva only")
    known = subprocess.run(
        [
            "Rscript",
            "-e",
            "cat(requireNamespace('GSVA', quietly = TRUE) && packageVersion('GSVA') == '1.46.0')",
        ],
        capture_output=True,
        text=True,
    )
    if known.stdout != "TRUE":
        pytest.skip("R's GSVA 1.46.0 is not installed: its scores are read from tests/reference/gsva only")
    shutil.copy(folder / "gsva.R", tmp_path)
    subprocess.run(["Rscript", "gsva.R"], cwd=tmp_path, check=True, capture_output=True)
    for name in ("input.csv", "sets.gmt"):
        assert (tmp_path / name).read_text() == (folder / name).read_text()
    fresh, stored = (pd.read_csv(place / "output.csv", index_col=[0, 1]) for place in (tmp_path, folder))
    sign = np.where(fresh.index.get_level_values("method") == "plage", np.sign(fresh * stored).T, 1.0).T
    np.testing.assert_allclose(fresh * sign, stored, rtol=1e-9, atol=1e-12)


def test_lone_patient_is_batch(alone_is_batch):
    assert np.nanmax(np.abs(alone_is_batch(METHOD))) <= 1.0


def test_walk_turns_only_at_members(ragged):
    healthy, patients, members = ragged
    state = fit_gsva(healthy, members)
    values = kernel_distribution(fit_kernels(healthy), patients)
    got = score_gsva(state, patients)
    for row in (0, 3, 9):
        for column in (1, 2, 3):
            wanted = walk(values[row], state["inside"][column])
            assert got[row, column] == pytest.approx(wanted, abs=1e-12), (row, column)


def test_an_absent_protein_is_as_if_it_had_never_been():
    rng = np.random.default_rng(0)
    levels, inside = rng.normal(size=(20, 30)), rng.random((2, 30)) < 0.4
    holed = levels.copy()
    holed[:, 7] = np.nan
    others = np.arange(30) != 7
    without = fit_gsva(levels[:, others], Members.equal(inside[:, others]))
    np.testing.assert_array_equal(
        score_gsva(fit_gsva(levels, Members.equal(inside)), holed), score_gsva(without, levels[:, others])
    )


@pytest.mark.parametrize("even", [20, 21])
def test_a_set_of_one_member_in_the_very_middle_scores_a_number(even):
    levels = np.random.default_rng(0).normal(size=(60, even))
    scores = cohort_gsva(levels, Members.equal(np.eye(even, dtype=bool)))
    assert np.isfinite(scores).all()


def test_a_set_of_all_proteins_has_no_background():
    levels = np.random.default_rng(0).normal(size=(8, 5))
    assert np.isnan(cohort_gsva(levels, Members.equal(np.ones((1, 5), dtype=bool)))).all()

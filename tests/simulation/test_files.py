"""Simulated studies as files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.clinical import join_clinical
from stratify.assays.reader import read_assays
from stratify.errors import ExperimentError
from stratify.simulation.cohort import simulate_study
from stratify.simulation.files import simulate_files, spike_file


def test_a_study_and_its_candidates_come_as_a_laboratory_would_send_them(tmp_path):
    written = simulate_files(tmp_path / "c.csv", seed=1, candidates=tmp_path / "new.csv", n_candidates=7)
    assert [path.name for path in written] == [
        "c.csv", "c-clinical.csv", "c-truth.csv", "new.csv", "new-clinical.csv", "new-truth.csv",
    ]  # fmt: skip
    table, unmatched = join_clinical(read_assays(tmp_path / "c.csv"), tmp_path / "c-clinical.csv")
    study = simulate_study(seed=1)
    people = table[table.obs["sample_type"] == "sample"]
    assert np.array_equal(people.X, study.adata[people.obs_names].X)
    assert not unmatched.only_assay
    assert not unmatched.only_clinical
    new = read_assays(tmp_path / "new.csv")
    assert (new.obs["sample_type"] == "sample").sum() == 7
    assert (new.obs["sample_type"] == "bridge").any()


def test_truth_is_never_in_what_a_model_may_see(tmp_path):
    simulate_files(tmp_path / "c.csv", seed=1)
    seen = (tmp_path / "c.csv").read_text() + (tmp_path / "c-clinical.csv").read_text()
    truth = pd.read_csv(tmp_path / "c-truth.csv")
    assert {"sample_id", "skewed", "bayes_score"} <= set(truth)
    assert not any(word in seen for word in ("skewed", "bayes", "relative_size"))


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        simulate_files(tmp_path / name / "c.csv", seed=3, n=40)
    for file in ("c.csv", "c-clinical.csv", "c-truth.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_signature_is_planted_in_a_share_of_the_host(tmp_path):
    simulate_files(tmp_path / "host.h5ad", seed=1)
    spike_file(tmp_path / "host.h5ad", tmp_path / "planted.h5ad", size=1.0, seed=5)
    host, planted = read_assays(tmp_path / "host.h5ad"), read_assays(tmp_path / "planted.h5ad")
    truth = pd.read_csv(tmp_path / "planted-truth.csv", index_col="sample_id")
    moved = (np.asarray(host.X) != np.asarray(planted[host.obs_names].X)).any(axis=1)
    assert truth["skewed"].sum() == 27
    assert set(host.obs_names[moved]) == set(truth.index[truth["skewed"]])


@pytest.mark.parametrize(("size", "seed"), [(float("nan"), 0), (float("inf"), 0), (1e9, 0), (0.5, -1)])
def test_numbers_that_make_no_sense_are_refused(tmp_path, size, seed):
    with pytest.raises(ExperimentError, match="seed of 0 or more"):
        spike_file(tmp_path / "host.csv", tmp_path / "planted.csv", size=size, seed=seed)


def test_nothing_overwrites_the_host_or_the_study(tmp_path):
    with pytest.raises(ExperimentError, match="twice"):
        spike_file(tmp_path / "host.csv", tmp_path / "host.h5ad", size=0.5)
    with pytest.raises(ExperimentError, match="twice"):
        simulate_files(tmp_path / "c.csv", candidates=tmp_path / "c.csv")
    assert not any(tmp_path.iterdir())


def test_levels_of_an_unknown_unit_are_not_written_as_npx(tmp_path):
    (tmp_path / "table.csv").write_text("sample_id,CCL17,IL6\nA,1.5,2.5\nB,1.25,2.0\n", encoding="utf-8")
    with pytest.raises(ExperimentError, match="does not say its unit"):
        spike_file(tmp_path / "table.csv", tmp_path / "planted.csv", size=0.5)
    assert len(spike_file(tmp_path / "table.csv", tmp_path / "planted.h5ad", size=0.5)) == 2
    assert read_assays(tmp_path / "planted.h5ad").uns["stratify"]["scale"] == "unknown"


def test_a_real_host_without_limits_and_verdicts_is_planted(data_dir, tmp_path):
    host = data_dir / "gisby_serum" / "serum_npx_level.csv"
    spike_file(host, tmp_path / "planted.csv", size=0.5)
    assert read_assays(tmp_path / "planted.csv").shape == read_assays(host).shape

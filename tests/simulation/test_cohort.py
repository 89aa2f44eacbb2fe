from dataclasses import replace

import anndata
import numpy as np
import pytest

from stratify.errors import ExperimentError
from stratify.simulation.cohort import StudyDesign, design_preset, fresh_mdd, simulate_study


@pytest.fixture(scope="module")
def study():
    return simulate_study(seed=4)


def samples(adata):
    return adata[(adata.obs["sample_type"] == "sample").to_numpy()]


def test_the_default_study_has_the_published_counts(study):
    people = samples(study.adata)
    assert people.obs["group"].value_counts().to_dict() == {"HC": 32, "AD": 30, "MDD": 25, "PSO": 21}
    assert people.n_vars == 363
    assert study.truth.index.equals(people.obs_names)
    assert study.adata.obs_names.is_unique
    assert (study.truth["skewed"] & (people.obs["group"] == "MDD")).sum() == study.truth["skewed"].sum() == 6
    assert not np.isnan(study.adata.X).any()


def test_truth_stays_out_of_what_a_model_may_see(study):
    assert not set(study.truth.columns) & {*study.adata.obs, *study.adata.var, *study.adata.layers}
    assert study.adata.uns["stratify"]["simulated"] is True
    assert set(study.adata.layers) == {"lod"}


def test_groups_are_spread_over_plates(study):
    table = samples(study.adata).obs.groupby(["group", "plate"]).size().unstack()
    assert (table.max(axis=1) - table.min(axis=1)).max() <= 1


def test_type_2_cytokines_are_hidden_and_chemokines_are_not():
    frequency = [simulate_study(seed=s).adata.var.set_index("gene")["missing_frequency"] for s in range(5)]
    for gene in ("IL4", "IL5", "IL13", "IL33", "TSLP"):
        assert np.mean([f[gene] for f in frequency]) > 0.75
    for gene in ("CCL17", "CCL22", "CCL13", "IL1RL1"):
        assert max(f[gene] for f in frequency) < 0.1


def test_bridges_are_the_same_aliquots_on_every_plate(study):
    obs, values = study.adata.obs, np.asarray(study.adata.X)
    plates = study.world.plates
    for name, rows in obs[obs["sample_type"] == "bridge"].groupby("control_name"):
        first, second = (values[obs.index.get_loc(i)] for i in rows.index)
        gap = second - first - (plates[1] - plates[0])
        assert np.std(gap) < 0.25, name
    assert obs["control_name"].value_counts().drop("").eq(2).all()


def test_more_people_take_more_plates_and_the_same_world(study):
    large = simulate_study(seed=4, n=500)
    assert len(large.truth) == 500
    assert large.world.design.n_plates == 6
    assert large.world.directions.equals(study.world.directions)
    assert large.truth["skewed"].sum() == round(0.25 * large.world.design.n_mdd)


def test_the_same_seed_gives_the_same_bytes(study):
    again, other = simulate_study(seed=4), simulate_study(seed=5)
    assert again.adata.X.tobytes() == study.adata.X.tobytes()
    assert again.adata.layers["lod"].tobytes() == study.adata.layers["lod"].tobytes()
    assert again.adata.obs.equals(study.adata.obs)
    assert again.truth.equals(study.truth)
    assert not (other.adata.X == study.adata.X).any()


def test_it_survives_a_file(study, tmp_path):
    study.adata.write_h5ad(tmp_path / "cohort.h5ad")
    back = anndata.read_h5ad(tmp_path / "cohort.h5ad")
    assert (back.X == study.adata.X).all()
    assert StudyDesign(**back.uns["stratify"]["design"]) == study.world.design


@pytest.mark.parametrize("name", ["study", "strong-right", "strong-none", "strong-along", "weak-half"])
def test_the_bayes_auc_of_fresh_patients_is_that_of_theory(name):
    design = replace(design_preset(name), relative_size_sd=0.0)
    world = simulate_study(design, 2).world
    truth = fresh_mdd(world, 8000, seed=1, prevalence=0.5)[1]
    ranks = truth["bayes_score"].rank()[truth["skewed"]]
    auc = (ranks.mean() - (len(ranks) + 1) / 2) / (len(truth) - len(ranks))
    assert auc == pytest.approx(world.half_size_auc, abs=0.01)
    assert 0.9 <= world.half_size_auc <= 0.985


def test_fresh_patients_change_only_in_what_is_turned(study):
    base, truth = fresh_mdd(study.world, 300, seed=9)
    leaky, same = fresh_mdd(study.world, 300, seed=9, leak_offset=1.0)
    moved = np.abs(leaky.X - base.X).mean(axis=0) > 1e-9
    assert (moved == (study.world.directions["leak"] != 0)).all()
    assert np.allclose(truth["bayes_score"], same["bayes_score"])
    shifted, _ = fresh_mdd(study.world, 300, seed=9, batch_offset_sd=0.5)
    offset = np.asarray(shifted.X - base.X)
    assert offset.std(axis=0).max() < 1e-9
    assert offset[0].std() == pytest.approx(0.5, rel=0.15)
    more = fresh_mdd(study.world, 300, seed=9, prevalence=0.5)[1]
    assert set(truth.index[truth["skewed"]]) < set(more.index[more["skewed"]])


def test_fresh_patients_may_come_with_the_studys_controls(study):
    adata, truth = fresh_mdd(study.world, 20, seed=9, controls=True)
    assert set(adata.obs["control_name"]) == set(study.adata.obs["control_name"])
    assert len(truth) == 20 < adata.n_obs
    again = adata["Bridge 1"].X - study.adata["Bridge 1"].X + study.world.plates[0]
    assert 0 < np.std(again) < 0.25
    assert not set(truth.index) & set(study.truth.index)
    assert adata.var_names.equals(study.adata.var_names)


def test_the_prior_dial_moves_the_signal_between_the_worlds():
    overlaps = {}
    for name in ("strong-right", "strong-none"):
        world = simulate_study(design_preset(name), 2).world
        th2 = world.assays["gene"].isin(["CCL17", "CCL13", "CCL22", "IL13"]).to_numpy()
        overlaps[name] = world.signal[th2].mean()
    assert overlaps == {"strong-right": 1.0, "strong-none": 0.0}


@pytest.mark.parametrize(("seed", "n"), [(-1, None), (0, 0)])
def test_impossible_requests_are_refused(seed, n):
    with pytest.raises(ExperimentError, match="at least one person"):
        simulate_study(seed=seed, n=n)


def test_no_fresh_patient_is_refused(study):
    with pytest.raises(ExperimentError, match="n = 0"):
        fresh_mdd(study.world, 0, seed=1)

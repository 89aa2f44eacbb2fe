import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.errors import CohortError
from stratify.simulation.levels import BACKGROUND_DEPTH
from stratify.simulation.spike import plant_signature, robust_sd

N, P = 200, 6
GENES = ["CCL17", "CCL13", "IL6", "IL6", "TNF", "IL13"]
EFFECTS = pd.Series({"CCL17": 1.0, "IL6": -0.5, "a9": 2.0})


@pytest.fixture
def host():
    rng = np.random.default_rng(0)
    values = 5 + rng.standard_normal((N, P)) * np.array([1.0, 2.0, 0.5, 0.5, 1.0, 1.0])
    obs = pd.DataFrame({"sample_type": "sample"}, index=[f"s{i}" for i in range(N)])
    var = pd.DataFrame({"gene": GENES}, index=[f"a{j}" for j in range(P)])
    return AnnData(values, obs=obs, var=var)


def test_planted_rows_move_by_their_size_in_robust_sds_and_no_other(host):
    rows = ["s3", "s7"]
    planted, truth = plant_signature(host, rows=rows, effects=EFFECTS, size=[0.5, 1.0])
    moved = np.asarray(planted.X - host.X)
    expected = np.array([1, 0, -0.5, -0.5, 0, 0]) * robust_sd(host)
    assert moved[[3, 7]] == pytest.approx(np.outer([0.5, 1.0], expected))
    assert not np.delete(moved, [3, 7], axis=0).any()
    assert truth.index[truth["skewed"]].tolist() == rows
    assert truth.loc[rows, "relative_size"].tolist() == [0.5, 1.0]


def test_the_host_is_left_as_it_was_and_missing_values_stay_missing(host):
    host.X[3, 0] = np.nan
    before = host.X.copy()
    planted, _ = plant_signature(host, rows=["s3", "s4"], effects=EFFECTS, size=1.0)
    assert np.array_equal(host.X, before, equal_nan=True)
    assert np.isnan(planted.X[3, 0])
    assert planted.X[4, 0] > before[4, 0]


def test_below_the_limit_only_the_signal_above_background_moves(host):
    host.layers["lod"] = np.full((N, P), 5.0)
    host.X[0, 0], host.X[1, 0], host.X[2, 0] = 5.0 - BACKGROUND_DEPTH, 4.9, 9.0
    planted, _ = plant_signature(host, rows=["s0", "s1", "s2"], effects=EFFECTS, size=1.0)
    moved = np.asarray(planted.X - host.X)[:3, 0]
    assert moved[0] == 0
    assert 0 < moved[1] < 0.6 * moved[2]
    assert moved[2] == pytest.approx(robust_sd(host)[0], rel=0.1)


def test_an_assay_id_is_a_name_too(host):
    planted, _ = plant_signature(host, rows=["s0"], effects=pd.Series({"a5": 1.0}), size=1.0)
    assert np.flatnonzero((planted.X != host.X)[0]).tolist() == [5]


def test_dropping_leaves_out_the_same_proteins_in_every_row_and_repeats_by_seed(host):
    effects = pd.Series(1.0, index=host.var_names)
    patterns = set()
    for seed in range(30):
        planted, _ = plant_signature(host, rows=["s0", "s1"], effects=effects, size=1.0, drop=0.5, seed=seed)
        again, _ = plant_signature(host, rows=["s0", "s1"], effects=effects, size=1.0, drop=0.5, seed=seed)
        assert (planted.X == again.X).all()
        moved = (planted.X != host.X)[:2]
        assert (moved[0] == moved[1]).all()
        patterns.add(tuple(moved[0]))
    assert np.mean([np.mean(p) for p in patterns]) == pytest.approx(0.5, abs=0.15)


def test_the_robust_sd_is_that_within_groups_and_ignores_controls(host):
    host.obs["group"] = np.repeat(["x", "y"], N // 2)
    host.X[N // 2 :, 0] += 20
    host.obs.loc["s0", "sample_type"] = "control"
    host.X[0] = 1e6
    assert robust_sd(host) == pytest.approx([1, 2, 0.5, 0.5, 1, 1], rel=0.2)


@pytest.mark.parametrize(
    ("rows", "effects", "named"),
    [(["s1", "nobody"], EFFECTS, "nobody"), (["s1"], pd.Series({"ALB": 1.0}), "ALB")],
)
def test_unknown_rows_and_signatures_are_refused_by_name(host, rows, effects, named):
    with pytest.raises(CohortError, match=named):
        plant_signature(host, rows=rows, effects=effects, size=1.0)

"""Cleaning does exactly what findings name and a policy asks for."""

from __future__ import annotations

import anndata
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from hypothesis import given
from hypothesis import strategies as st

from stratify.assays.cleaning import clean, removal_counts
from stratify.assays.finding import Finding
from stratify.assays.policy import Policy, read_policy
from stratify.errors import CohortError, StratifyError

N, P = 12, 6
PANELS = ["Inflammation"] * 3 + ["Neurology"] * 3


@pytest.fixture
def adata():
    return make_table()


def make_table():
    rng = np.random.default_rng(0)
    types = ["sample"] * (N - 2) + ["control", "bridge"]
    obs = pd.DataFrame({"sample_type": types, "qc": "pass"}, [f"S{i}" for i in range(N)])
    table = AnnData(5 + rng.normal(size=(N, P)), obs, pd.DataFrame({"panel": PANELS}, list("ABCDEF")))
    table.layers["lod"] = np.full(table.shape, 1.0)
    table.uns["stratify"] = {"scale": "NPX", "removed": ["earlier: S99"]}
    return table


def finding(code, *items, severity="error", axis="sample"):
    return Finding(code, severity, items, "do", axis)


CONTROLS = finding("control-rows", "S10", "S11", severity="info")


def removed(adata):
    return list(adata.uns["stratify"]["removed"])


def test_nothing_goes_without_a_finding(adata):
    kept = clean(adata, [])
    np.testing.assert_array_equal(kept.X, adata.X)
    assert removed(kept) == ["earlier: S99"]
    assert adata.uns["stratify"] == {"scale": "NPX", "removed": ["earlier: S99"]}
    assert "detectability" not in adata.var


def test_errors_and_control_rows_go_and_each_is_logged(adata):
    kept = clean(adata, [CONTROLS, finding("qc-fail", "S3"), finding("all-missing-assay", "B", axis="assay")])
    assert kept.obs_names.tolist() == [f"S{i}" for i in range(10) if i != 3]
    assert kept.var_names.tolist() == list("ACDEF")
    assert removed(kept) == [
        "earlier: S99",
        "control-rows: S10",
        "control-rows: S11",
        "qc-fail: S3",
        "all-missing-assay: B",
    ]


def test_warnings_stay_until_a_policy_drops_them(adata):
    found = [finding("outlier-sample", "S1", "S2", severity="warning")]
    assert clean(adata, found).n_obs == N
    kept = clean(adata, found, Policy({"outlier-sample": "drop"}))
    assert kept.obs_names.tolist() == [name for name in adata.obs_names if name not in ("S1", "S2")]


def test_control_rows_can_be_kept(adata):
    kept = clean(adata, [CONTROLS], Policy({"control-rows": "keep"}))
    assert (kept.n_obs, removed(kept)) == (N, ["earlier: S99"])


@pytest.mark.filterwarnings("ignore:Observation names are not unique")
def test_of_a_repeated_sample_every_copy_goes(adata):
    adata.obs_names = ["S1", "S1", *adata.obs_names[2:]]
    kept = clean(adata, [finding("duplicate-sample", "S1")])
    assert kept.obs_names.tolist() == [f"S{i}" for i in range(2, N)]
    assert removed(kept)[1:] == ["duplicate-sample: S1"]


def test_a_finding_about_the_table_removes_nothing(adata):
    kept = clean(adata, [finding("label-confounded", "S1", axis="table")], Policy())
    assert kept.shape == adata.shape


def test_masking_a_failed_panel_leaves_the_other_panel(adata):
    adata.obs["qc@Inflammation"] = ["fail", "pass", "fail", *["pass"] * 9]
    adata.obs["qc@Neurology"] = ["pass", "pass", "fail", *["pass"] * 9]
    adata.obs["qc"] = np.where(np.isin(adata.obs_names, ["S0", "S2"]), "fail", "pass")
    kept = clean(adata, [finding("qc-fail", "S0", "S2")], Policy({"qc-fail": "mask"}))
    gone = np.isnan(kept.X)
    assert (gone[0, :3].all(), gone[2].all(), gone.sum()) == (True, True, 9)
    assert removed(kept)[1:] == ["qc-fail: S0 (masked 3 cells)", "qc-fail: S2 (masked 6 cells)"]
    assert not np.isnan(adata.X).any()


@pytest.mark.parametrize(
    ("code", "plant", "cells"),
    [
        ("below-lod", lambda x: x[:4, 1].__setitem__(slice(None), 0.5), 4),
        ("zero-values", lambda x: x[:3, 1].__setitem__(slice(None), 0.0), 3),
        ("saturated", lambda x: x[:5, 1].__setitem__(slice(None), 20.0), 5),
        ("floor-values", lambda x: x[:2, 1].__setitem__(slice(None), -3.0), 2),
        ("constant-assay", lambda x: x[0, 1:2].__setitem__(slice(None), np.nan), N - 1),
    ],
)
def test_masking_an_assay_takes_what_the_finding_is_about(adata, code, plant, cells):
    plant(adata.X)
    before = np.isnan(adata.X).sum()
    kept = clean(adata, [finding(code, "B", severity="info", axis="assay")], Policy({code: "mask"}))
    assert np.isnan(kept.X).sum() - before == cells
    assert np.isfinite(np.delete(kept.X, 1, axis=1)).all()
    assert removed(kept)[1:] == [f"{code}: B (masked {cells} cells)"]


def test_detectability_is_known_from_before_the_mask_and_stays_known(adata):
    adata.X[:5, 1] = 0.5
    policy = Policy({"below-lod": "mask"})
    kept = clean(adata, [CONTROLS, finding("below-lod", "B", severity="info", axis="assay")], policy)
    assert kept.var["detectability"].tolist() == [1.0, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert clean(kept, []).var["detectability"].tolist() == kept.var["detectability"].tolist()


def test_what_a_dropped_row_holds_is_not_masked_again(adata):
    found = [finding("qc-fail", "S0"), finding("outlier-sample", "S0", severity="warning")]
    kept = clean(adata, found, Policy({"outlier-sample": "mask"}))
    assert removed(kept)[1:] == ["qc-fail: S0"]


def test_laboratory_rows_alone_are_no_cohort(adata):
    people = [f"S{i}" for i in range(10)]
    with pytest.raises(CohortError, match="taken out for qc-fail"):
        clean(adata, [finding("qc-fail", *people)])


@pytest.mark.parametrize(
    "found",
    [
        [finding("qc-fail", *(f"S{i}" for i in range(N)))],
        [finding("all-missing-assay", *"ABCDEF", axis="assay")],
    ],
)
@pytest.mark.parametrize("action", ["drop", "mask"])
def test_a_policy_that_leaves_nothing_is_refused(adata, found, action):
    if found[0].axis == "sample":
        adata.obs["qc"] = "fail"
    with pytest.raises(
        CohortError, match=r"nothing left of 10 patients' samples and 6 assays; .*" + found[0].code
    ):
        clean(adata, found, Policy({found[0].code: action}))


def test_values_below_the_limit_get_the_limit_over_root_two(adata):
    adata.X[2, 3], adata.layers["lod"][2, 3] = 0.2, 1.7
    kept = clean(adata, [], Policy(below_lod="lod/sqrt2"))
    assert kept.X[2, 3] == 1.7 - 0.5
    assert kept.uns["stratify"]["below_lod"] == {"values": "lod/sqrt2", "cells": 1}
    adata.X[2, 3] = kept.X[2, 3]
    np.testing.assert_array_equal(kept.X, adata.X)
    again = clean(kept, [], Policy(below_lod="keep"))
    assert again.uns["stratify"]["below_lod"]["values"] == "lod/sqrt2"  # cannot be undone, so it stays known
    np.testing.assert_array_equal(again.X, kept.X)


def test_censored_values_are_left_for_the_folds(adata):
    adata.X[2, 3] = 0.2
    kept = clean(adata, [], Policy(below_lod="censored"))
    np.testing.assert_array_equal(kept.X, adata.X)
    assert kept.uns["stratify"]["below_lod"] == {"values": "censored", "cells": 1}


@pytest.mark.parametrize("word", ["lod/sqrt2", "censored"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.uns["stratify"].update(scale="unknown"), "scale that is unknown"),
        (lambda table: table.layers.pop("lod"), "without limits"),
        (lambda table: table.layers["lod"].fill(np.nan), "without limits"),
    ],
)
def test_values_below_unknown_limits_can_not_be_replaced(adata, word, change, said):
    change(adata)
    with pytest.raises(CohortError, match=said):
        clean(adata, [], Policy(below_lod=word))


def test_the_record_survives_a_file(adata, tmp_path):
    adata.obs["qc"] = "fail"
    kept = clean(adata, [CONTROLS, finding("qc-fail", "S0")], Policy({"qc-fail": "mask"}))
    kept.write_h5ad(tmp_path / "c.h5ad")
    back = clean(anndata.read_h5ad(tmp_path / "c.h5ad"), [finding("qc-fail", "S1")])
    assert removed(back)[-2:] == ["qc-fail: S0 (masked 6 cells)", "qc-fail: S1"]


def test_masked_samples_are_counted_apart():
    log = ["qc-fail: S: 1", "qc-fail: S2", "qc-warning: S3 (masked 92 cells)", "control-rows: IPC (masked)"]
    assert removal_counts(log) == {"control-rows": 1, "qc-fail": 2, "qc-warning (masked)": 1}


ITEMS = {"sample": [f"S{i}" for i in range(N)], "assay": list("ABCDEF")}


@st.composite
def some_findings(draw):
    axis = draw(st.sampled_from(["sample", "assay"]))
    items = draw(st.lists(st.sampled_from(ITEMS[axis]), unique=True, max_size=4))
    return Finding(draw(st.sampled_from(["one", "two", "three"])), "warning", tuple(items), "do", axis)


@given(
    st.lists(some_findings(), max_size=4),
    st.dictionaries(st.sampled_from(["one", "two", "three"]), st.sampled_from(["drop", "mask", "keep"])),
)
def test_exactly_what_is_named_goes(findings, actions):
    adata, policy = make_table(), Policy(actions)
    try:
        kept = clean(adata, findings, policy)
    except StratifyError:
        return
    named = {(action, axis): set() for action in ("drop", "mask", "keep") for axis in ("sample", "assay")}
    for each in findings:
        named[policy.action(each), each.axis].update(each.items)
    assert set(adata.obs_names) - set(kept.obs_names) == named["drop", "sample"]
    assert set(adata.var_names) - set(kept.var_names) == named["drop", "assay"]
    frame, before = kept.to_df(), adata.to_df().loc[kept.obs_names, kept.var_names]
    masked = frame.index.isin(named["mask", "sample"])[:, None] | frame.columns.isin(named["mask", "assay"])
    pd.testing.assert_frame_equal(frame, before.mask(masked))


def test_a_policy_file_works_end_to_end(adata, tmp_path):
    (tmp_path / "p.toml").write_text('[findings]\nqc-warning = "drop"\n', encoding="utf-8")
    found = [finding("qc-warning", "S4", severity="warning"), CONTROLS]
    assert removed(clean(adata, found, read_policy(tmp_path / "p.toml")))[1:] == [
        "qc-warning: S4",
        "control-rows: S10",
        "control-rows: S11",
    ]

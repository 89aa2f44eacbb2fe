from __future__ import annotations

import json

import anndata
import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.harmonise.correction import Correction, make_shift, panels_of
from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR
from stratify.errors import HarmonisationError

ONES = np.ones(60)


@pytest.fixture
def two_plates(batch):
    return batch(0, plates=("P1", "P2"))


@pytest.fixture
def fitted(two_plates):
    parts = {
        name: (np.full(60, shift), 0.1 * ONES, 8 * ONES, "8 rows")
        for name, shift in (("P1", 0.3), ("P2", -0.7))
    }
    return make_shift("centring", two_plates, parts, column="plate")


def test_each_row_gets_the_numbers_of_its_batch(two_plates, fitted):
    moved = np.asarray(two_plates.X) - fitted.transform(two_plates).X
    first = (two_plates.obs["plate"] == "P1").to_numpy()
    np.testing.assert_allclose(moved[first], 0.3)
    np.testing.assert_allclose(moved[~first], -0.7)


def test_detection_limits_move_with_the_levels(two_plates, fitted):
    corrected = fitted.transform(two_plates)
    below = np.asarray(two_plates.X) < two_plates.layers["lod"]
    np.testing.assert_array_equal(corrected.X < corrected.layers["lod"], below)


def test_alone_as_in_company(two_plates, fitted, alone_as_in_company):
    alone_as_in_company(fitted, two_plates)


def test_order_and_number_of_assays_change_nothing(two_plates, fitted):
    some = two_plates[:, ["A9", "A3"]]
    np.testing.assert_array_equal(fitted.transform(some).X, fitted.transform(two_plates)[:, ["A9", "A3"]].X)


def test_the_input_is_left_alone_and_the_table_says_what_was_done(two_plates, fitted, tmp_path):
    before = two_plates.X.copy()
    corrected = fitted.transform(two_plates)
    np.testing.assert_array_equal(two_plates.X, before)
    assert "harmonised" not in two_plates.uns["stratify"]
    corrected.write_h5ad(tmp_path / "x.h5ad")
    read = anndata.read_h5ad(tmp_path / "x.h5ad")
    assert list(read.uns["stratify"]["harmonised"]) == fitted.lines()
    with pytest.raises(HarmonisationError, match="applied to them already"):
        fitted.transform(read)


def test_another_scale_is_refused_and_an_unknown_one_is_not(two_plates):
    two_plates.uns["stratify"] = {"scale": "NPX"}
    parts = dict.fromkeys(("P1", "P2"), (ONES, ONES, 8 * ONES, "8 rows"))
    fitted = Correction.from_state(make_shift("centring", two_plates, parts, column="plate").to_state())
    fitted.transform(two_plates)
    two_plates.uns["stratify"] = {"scale": "log2 pg/mL"}
    with pytest.raises(HarmonisationError, match="levels in log2 pg/mL"):
        fitted.transform(two_plates)
    two_plates.uns["stratify"] = {}
    fitted.transform(two_plates)


def test_state_is_plain(two_plates, fitted):
    state = fitted.to_state()
    text = json.dumps({name: np.asarray(value).tolist() for name, value in state.items()})
    read = Correction.from_state(json.loads(text))
    np.testing.assert_array_equal(read.transform(two_plates).X, fitted.transform(two_plates).X)
    assert read.lines() == fitted.lines()


def test_unknown_assay_is_refused(two_plates, fitted):
    two_plates.var_names = ["A-new", *two_plates.var_names[1:]]
    with pytest.raises(HarmonisationError, match="not among them: A-new"):
        fitted.transform(two_plates)


@pytest.mark.parametrize("plate", ["P3", "", None])
def test_unknown_batch_is_refused_by_sample(two_plates, fitted, plate):
    two_plates.obs["plate"] = two_plates.obs["plate"].astype(object)
    two_plates.obs.loc["S1_4", "plate"] = plate
    with pytest.raises(HarmonisationError, match=r"another plate, or none, for S1_4\n"):
        fitted.transform(two_plates)


def test_table_without_the_column_is_refused(two_plates, fitted):
    del two_plates.obs["plate"]
    with pytest.raises(HarmonisationError, match="another plate, or none"):
        fitted.transform(two_plates)


def test_panels_have_plates_of_their_own():
    var = pd.DataFrame({"panel": ["I", "N"]}, ["a", "b"])
    obs = pd.DataFrame({"plate": "", "plate@I": ["P1", "P1"], "plate@N": ["Q1", ""]}, ["x", "y"])
    nan = np.nan
    parts = {
        "P1": (np.array([1.0, nan]), np.array([0.1, nan]), np.array([4.0, nan]), "4 rows"),
        "Q1": (np.array([nan, 2.0]), np.array([nan, 0.2]), np.array([nan, 4.0]), "4 rows"),
    }
    fitted = make_shift("centring", AnnData(var=var), parts, column="plate")
    table = AnnData(np.array([[1.0, 2.0], [1.0, nan]]), obs, var)
    np.testing.assert_array_equal(fitted.transform(table).X, [[0.0, 0.0], [0.0, nan]])
    assert fitted.remaining_error()["assay_id"].tolist() == ["a", "b"]
    assert not any("keep their level" in line for line in fitted.lines())


def test_assays_without_rows_keep_their_level_and_say_so(two_plates):
    rows = np.where(np.arange(60) < 5, 0, 8)
    fitted = make_shift("bridging", two_plates, {"": (ONES, 0.1 * ONES, rows, "8 rows")})
    kept = fitted.transform(two_plates)
    np.testing.assert_array_equal(kept.X[:, :5], two_plates.X[:, :5])
    report = fitted.remaining_error()
    assert report["error"].tolist() == [UNANCHORED_ERROR] * 5 + [0.1] * 55
    assert fitted.lines() == [
        "bridging: 8 rows; remaining error 0.10 in the median assay, 0.10 in the worst tenth, "
        "5 assays without such rows keep their level"
    ]


def test_panels_may_be_unknown(two_plates):
    del two_plates.var["panel"]
    assert panels_of(two_plates) == [""] * 60

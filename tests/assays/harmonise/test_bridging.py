from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.harmonise.bridging import fit_bridging
from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR
from stratify.errors import HarmonisationError

REFERENCE = Path(__file__).parents[2] / "reference" / "bridging"
MANY = tuple(f"B{i}" for i in range(12))


def table(levels, ids, assays):
    obs = pd.DataFrame({"sample_type": "bridge"}, ids)
    return AnnData(np.array(levels, dtype=float), obs, pd.DataFrame({"panel": ""}, assays))


def test_worked_case_by_hand():
    """Reference less batch: x .5, -.2, 1.0, .1 (median .3); y .4 and nothing else; z never, which is 0."""
    nan, ids, assays = np.nan, ["a", "b", "c", "d"], ["x", "y", "z"]
    reference = table([[2.5, 1.4, nan], [2.8, nan, 1], [4.0, nan, nan], [5.1, nan, nan]], ids, assays)
    batch = table([[2.0, 1.0, 3], [3.0, 2.0, nan], [3.0, nan, nan], [5.0, 5.0, nan]], ids, assays)
    fitted = fit_bridging(reference, batch)
    np.testing.assert_allclose(-fitted.shift, [[0.3, 0.4, 0.0]])
    assert fitted.rows.tolist() == [[4, 1, 0]]
    assert fitted.error[0, 2] == UNANCHORED_ERROR


def test_offsets_are_those_of_the_published_formula():
    long = pd.read_csv(REFERENCE / "input.csv")
    expected = pd.read_csv(REFERENCE / "output.csv", index_col="assay")["adjustment"]
    wide = [long.pivot(index="sample_id", columns="assay", values=f"npx_{w}") for w in ("reference", "batch")]
    fitted = fit_bridging(*(table(w.to_numpy(), w.index.to_numpy(), w.columns.to_numpy()) for w in wide))
    np.testing.assert_allclose(-fitted.shift[0], expected[list(fitted.assays)], rtol=1e-12)


def test_planted_offset_is_taken_off_within_its_error(batch):
    planted = np.random.default_rng(1).normal(0, 0.5, 60)
    z = []
    for seed in range(30):
        new = batch(100 + seed, offset=planted, names=MANY)
        fitted = fit_bridging(batch(200 + seed, names=MANY), new)
        z.append((fitted.shift[0] - planted) / fitted.error[0])
    assert np.std(z) == pytest.approx(1.0, abs=0.12)
    corrected = fitted.transform(new)
    np.testing.assert_array_equal(corrected.X, new.X - fitted.shift)


def test_alone_as_in_company(batch, alone_as_in_company):
    new = batch(1, offset=0.4)
    alone_as_in_company(fit_bridging(batch(0), new), new)


def test_patients_play_no_part(batch):
    reference, new = batch(0), batch(1, offset=0.4)
    before = fit_bridging(reference, new)
    for part in (reference, new):
        part.X[(part.obs["sample_type"] == "sample").to_numpy()] += 100
    np.testing.assert_array_equal(fit_bridging(reference, new).shift, before.shift)


def test_more_bridges_leave_less_error(batch):
    few = fit_bridging(batch(0), batch(1))
    many = fit_bridging(batch(0, names=MANY), batch(1, names=MANY))
    assert np.median(many.error) < 0.7 * np.median(few.error)


def test_assays_that_the_reference_lacks_keep_their_level(batch):
    new = batch(1, offset=0.4)
    fitted = fit_bridging(batch(0)[:, 1:], new)
    assert (fitted.shift[0, 0], fitted.error[0, 0], fitted.rows[0, 0]) == (0, UNANCHORED_ERROR, 0)
    assert "1 assays without such rows keep their level" in fitted.lines()[0]


def test_batches_without_a_common_assay_are_refused(batch):
    other = batch(1)
    other.var_names = [f"X{j}" for j in range(60)]
    with pytest.raises(HarmonisationError, match=r"none in common \(such as A0, A1 and X0, X1\)"):
        fit_bridging(batch(0), other)


def test_rescaled_bridges_get_their_mean_and_spread_in_the_reference(batch, alone_as_in_company):
    reference, new = batch(0, names=MANY), batch(1, names=MANY)
    middle = reference.X.mean(axis=0)
    stretch = np.exp(np.random.default_rng(4).normal(0, 0.3, 60))
    new.X = middle + (new.X - middle) * stretch + 0.7
    fitted = fit_bridging(reference, new, rescale=True)
    corrected = fitted.transform(new)
    rows = (new.obs["sample_type"] == "bridge").to_numpy()
    np.testing.assert_allclose(corrected.X[rows].mean(axis=0), reference.X[rows].mean(axis=0))
    np.testing.assert_allclose(corrected.X[rows].std(axis=0), reference.X[rows].std(axis=0))
    np.testing.assert_allclose(fitted.scale[0], stretch, rtol=0.25)
    alone_as_in_company(fitted, new)


def test_a_scale_needs_more_bridges_and_a_spread(batch):
    with pytest.raises(HarmonisationError, match="at least 8 samples"):
        fit_bridging(batch(0), batch(1), rescale=True)
    flat = batch(1, names=MANY)
    flat.X[:, 3] = 1.0
    assert fit_bridging(batch(0, names=MANY), flat, rescale=True).scale[0, 3] == 1.0

import numpy as np
import pandas as pd
import pytest

from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR, VENDOR_ERROR
from stratify.errors import ScreeningError
from stratify.screening.alignment import align
from stratify.screening.anchoring import batches, read_offset


@pytest.fixture
def offsets(model):
    return pd.DataFrame({"assay_id": model.assays.index, "offset": 0.25, "error": 0.05})


def written(table, tmp_path):
    table.to_csv(tmp_path / "offset.csv", index=False)
    return tmp_path / "offset.csv"


def test_bridge_samples_take_the_offset_off_their_plate(model, arrivals):
    ((rows, plain),) = batches(model, align(model, arrivals))
    arrivals.X += 1.5
    ((_, shifted),) = batches(model, align(model, arrivals))
    assert plain.anchored == "bridge"
    np.testing.assert_array_equal(rows, np.arange(40))
    np.testing.assert_allclose(shifted.profiles, plain.profiles, atol=1e-12)


def test_controls_anchor_where_there_is_no_bridge(model, arrivals):
    kept = arrivals[arrivals.obs["sample_type"] != "bridge"].copy()
    assert batches(model, align(model, kept))[0][1].anchored == "controls"


@pytest.mark.parametrize(("stated", "kind"), [("Plate control", "vendor"), ("", "none")])
def test_without_reference_rows_nothing_is_subtracted(model, arrivals, stated, kind):
    people = arrivals[arrivals.obs["sample_type"] == "sample"].copy()
    people.uns["stratify"]["normalization"] = stated
    ((_, batch),) = batches(model, align(model, people))
    assert batch.anchored == kind
    np.testing.assert_array_equal(batch.profiles, align(model, people).X)


def test_each_plate_is_anchored_by_its_own_rows(model, arrivals):
    arrivals.obs["plate"] = np.where(np.arange(arrivals.n_obs) < 20, "A", "B")
    (first, alone), (second, anchored) = batches(model, align(model, arrivals))
    assert (alone.anchored, anchored.anchored) == ("vendor", "bridge")
    np.testing.assert_array_equal(np.concatenate([first, second]), np.arange(40))


def test_patients_play_no_part(model, arrivals):
    people = (arrivals.obs["sample_type"] == "sample").to_numpy()
    ((_, before),) = batches(model, align(model, arrivals))
    arrivals.X[people] += 3.0
    ((_, after),) = batches(model, align(model, arrivals))
    np.testing.assert_allclose(after.profiles - before.profiles, 3.0, atol=1e-12)


def test_tube_and_quality_are_handed_on(model, arrivals):
    arrivals.obs["matrix"] = "EDTA"
    arrivals.obs.loc["N00001", "qc"] = "fail"
    ((_, batch),) = batches(model, align(model, arrivals))
    assert batch.matrix == ["EDTA"] * 40
    assert batch.quality == ["fail"] + ["ok"] * 39


def test_declared_offset_replaces_the_measured_one(model, arrivals, offsets, tmp_path):
    anchor = read_offset(written(offsets, tmp_path), model)
    ((_, batch),) = batches(model, align(model, arrivals), anchor)
    assert batch.anchored == "bridge"
    np.testing.assert_array_equal(batch.profiles, align(model, arrivals).X[:40] - 0.25)
    assert set(batch.offset_error) == {0.05}


def test_offset_by_gene_and_panel_equals_offset_by_id(model, offsets, tmp_path):
    offsets["offset"] = np.arange(len(offsets)) / 100
    by_id = read_offset(written(offsets, tmp_path), model)
    named = offsets.drop(columns="assay_id").assign(
        UniProt=model.assays["uniprot"].to_numpy(), Panel=model.assays["panel"].to_numpy()
    )
    shuffled = named.sample(frac=1, random_state=0)
    np.testing.assert_array_equal(read_offset(written(shuffled, tmp_path), model).offset, by_id.offset)


def test_what_the_table_does_not_say_widens_the_interval(model, offsets, tmp_path):
    light = np.argmin(model.scorer.importance())
    table = offsets.drop(columns="error").drop(index=light)
    anchor = read_offset(written(table, tmp_path), model)
    assert (anchor.offset[light], anchor.error[light]) == (0.0, UNANCHORED_ERROR)
    assert set(np.delete(anchor.error, light)) == {VENDOR_ERROR}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda t: t.rename(columns={"offset": "shift"}), "columns assay_id, shift"),
        (lambda t: t.rename(columns={"assay_id": "thing"}), "columns thing, offset"),
        (lambda t: t.assign(offset="much"), "column offset with text"),
        (lambda t: t.assign(error=-1.0), "column error with"),
        (lambda t: t.head(5), "missing"),
    ],
)
def test_offset_table_that_can_not_be_used_is_refused(model, offsets, tmp_path, change, found):
    with pytest.raises(ScreeningError, match=found):
        read_offset(written(change(offsets), tmp_path), model)


def test_offset_table_without_rows_is_refused(model, offsets, tmp_path):
    with pytest.raises(ScreeningError, match="without a single row"):
        read_offset(written(offsets.iloc[:0], tmp_path), model)

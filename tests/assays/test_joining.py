from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.joining import combine
from stratify.assays.reader import read_assays
from stratify.errors import AssayFileError


def long_file(path, samples, assays, plate="P1", panel="Inflammation", scale=1.0):
    rows = [
        (s, f"OID{a:05}", panel, plate, "Pass", 0.1, scale * (i + a / 8))
        for i, s in enumerate(samples)
        for a in assays
    ]
    names = ["SampleID", "OlinkID", "Panel", "PlateID", "QC_Warning", "LOD", "NPX"]
    pd.DataFrame(rows, columns=names).to_csv(path, index=False)
    return path


def test_plates_are_stacked(tmp_path):
    first = long_file(tmp_path / "1", ["S1", "S2", "IPC 1"], range(3))
    second = long_file(tmp_path / "2", ["S3", "IPC 1"], [2, 1, 0], plate="P2")
    adata = read_assays(first, second)
    assert adata.obs_names.tolist() == ["S1", "S2", "IPC 1", "S3", "IPC 1 #2"]
    assert adata.obs["plate"].tolist() == ["P1", "P1", "P1", "P2", "P2"]
    assert adata["S3"].X.tolist() == [[0, 0.125, 0.25]]
    assert adata.layers["lod"].shape == adata.shape
    assert adata.uns["stratify"]["sources"]["name"] == ["1", "2"]


def test_panels_are_put_side_by_side(tmp_path):
    first = long_file(tmp_path / "1", ["S1", "S2", "IPC 1"], range(2), plate="I1")
    second = long_file(tmp_path / "2", ["S2", "S1"], range(5, 7), plate="N1", panel="Neurology")
    adata = read_assays(first, second)
    assert adata.shape == (3, 4)
    assert adata["S2"].X.tolist() == [[1.0, 1.125, 0.625, 0.75]]
    assert np.isnan(adata["IPC 1"].X[0, 2:]).all()
    assert adata.obs.loc["S1", ["plate", "plate@Neurology"]].tolist() == ["I1 | N1", "N1"]


@pytest.mark.parametrize(
    ("samples", "assays", "message"),
    [
        (["S3", "S4"], range(5, 7), "4 samples in one table only: S1, S2, S3, S4"),
        (["S3"], range(2, 7), "1 shared assays and 0 shared samples"),
        (["S0", "S1"], range(3), "more than one row for S1, with different levels"),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path, samples, assays, message):
    first = long_file(tmp_path / "1", ["S1", "S2"], range(3))
    with pytest.raises(AssayFileError, match=message):
        read_assays(first, long_file(tmp_path / "2", samples, assays))


def test_two_scales_are_not_joined(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("SampleID,IL6\nS1,1.5\n")
    with pytest.raises(AssayFileError, match="NPX and unknown"):
        read_assays(long_file(tmp_path / "1", ["S1"], range(3)), table)


def test_the_same_data_delivered_twice_is_kept_once(tmp_path):
    first = long_file(tmp_path / "1", ["S1", "S2", "IPC 1"], range(3))
    adata = read_assays(first)
    again = combine([adata, adata[::-1, [2, 0, 1]].copy()])
    np.testing.assert_array_equal(again.X, adata.X)
    assert again.obs_names.equals(adata.obs_names)


def test_missing_samples_and_assays_become_gaps_and_no_cell_moves(tmp_path):
    first = read_assays(long_file(tmp_path / "1", ["S1", "S2", "S3"], range(3)))
    second = read_assays(long_file(tmp_path / "2", ["S4", "S5"], range(1, 4), plate="P2"))
    joined = combine([first, second])
    assert joined.shape == (5, 4)
    assert np.isnan(joined["S4", "OID00000"].X[0, 0])
    assert np.isnan(joined["S1", "OID00003"].X[0, 0])
    np.testing.assert_array_equal(joined["S5", second.var_names].X, second["S5"].X)


def test_a_plain_copy_adopts_the_scale_of_what_it_repeats(tmp_path):
    olink = read_assays(long_file(tmp_path / "1", ["S1", "S2"], [482]))
    table = tmp_path / "copy.csv"
    table.write_text("SampleID,OID00482\nS1,60.25\nS2,61.25\n")
    for order in ((olink, read_assays(table)), (read_assays(table), olink)):
        assert combine(order).uns["stratify"]["scale"] == "NPX"

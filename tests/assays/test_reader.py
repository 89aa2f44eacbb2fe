from __future__ import annotations

import hashlib
import os
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

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


def test_name_of_a_file_says_nothing(tmp_path, data_dir):
    for source in ("gisby_serum/serum_npx_level.csv", "lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx"):
        renamed = tmp_path / "misleading.h5ad"
        renamed.write_bytes((data_dir / source).read_bytes())
        adata = read_assays(renamed)
        assert adata.shape == read_assays(data_dir / source).shape
        facts = adata.uns["stratify"]["sources"]
        assert facts == {
            "name": ["misleading.h5ad"],
            "sha256": [hashlib.sha256(renamed.read_bytes()).hexdigest()],
        }


@pytest.mark.parametrize(
    "source", ["lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx", "gisby_serum/serum_npx_level.csv"]
)
def test_table_survives_h5ad(tmp_path, data_dir, source):
    adata = read_assays(data_dir / source)
    adata.copy().write_h5ad(tmp_path / "x")
    back = read_assays(tmp_path / "x")
    np.testing.assert_array_equal(back.X, adata.X)
    assert set(back.layers) == set(adata.layers)
    for name in adata.layers:
        np.testing.assert_array_equal(back.layers[name], adata.layers[name])
    pd.testing.assert_frame_equal(back.obs, adata.obs)
    pd.testing.assert_frame_equal(back.var, adata.var)
    assert list(back.uns["stratify"]["sources"]["name"]) == adata.uns["stratify"]["sources"]["name"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\x00" * 500,
        b"\xff\xd8\xff\xe0 JFIF picture",
        b"PK\x03\x04 not a workbook",
        b"\x1f\x8b\x08 not gzip",
        b"\x89HDF\r\n\x1a\n cut",
        b"PAR1 cut",
        b"\xd0\xcf\x11\xe0 cut",
        b"Dear reader,\nthis is a letter.\n",
        b"a,b,c\n1,2,3\n",
        b"SampleID,Age\nS1,30\n",
        b"SampleID\n",
        b'"' * 5001,
        b'"' + b"x" * 500_000,
        b"{'json': [1, 2]}",
    ],
)
def test_what_is_no_assay_is_refused_in_three_lines(tmp_path, content):
    path = tmp_path / "given.csv"
    path.write_bytes(content)
    with pytest.raises(AssayFileError) as caught:
        read_assays(path)
    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["expected", "found", "do"]
    assert "given.csv" in lines[1]


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_never_give_a_traceback(tmp_path, seed):
    rng = np.random.default_rng(seed)
    start = [b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b"SampleID,OlinkID,NPX\n"][seed % 5]
    (tmp_path / "noise").write_bytes(start + rng.bytes(3000))
    with pytest.raises(AssayFileError):
        read_assays(tmp_path / "noise")


# h5ad is read in a process of its own, which costs seconds
DAMAGED = [
    (form, seed) for form, n in {"csv": 12, "xlsx": 12, "parquet": 12, "h5ad": 3}.items() for seed in range(n)
]


@pytest.mark.parametrize(("form", "seed"), DAMAGED)
def test_damaged_files_are_read_or_refused(tmp_path, form, seed):
    sound = long_file(tmp_path / "sound.csv", ["S1", "S2", "IPC 1"], range(3))
    if form == "xlsx":
        pd.DataFrame({"SampleID": ["S1", "S2"], "IL6": [1.5, 2.5]}).to_excel(
            tmp_path / "sound.xlsx", index=False
        )
    elif form == "h5ad":
        read_assays(sound).write_h5ad(tmp_path / "sound.h5ad")
    elif form == "parquet":
        pd.read_csv(sound).to_parquet(tmp_path / "sound.parquet")
    data = bytearray((tmp_path / f"sound.{form}").read_bytes())
    rng = np.random.default_rng(seed)
    for place in rng.integers(len(data), size=10 * (1 + seed)):
        data[place] = rng.integers(256)
    (tmp_path / "damaged").write_bytes(data)
    with suppress(AssayFileError):
        assert read_assays(tmp_path / "damaged").n_obs > 0


def test_no_file_and_absent_file():
    with pytest.raises(AssayFileError):
        read_assays()
    with pytest.raises(AssayFileError, match="no such file"):
        read_assays("absent.csv")
    with pytest.raises(AssayFileError, match="a folder"):
        read_assays(os.curdir)


def test_reading_fills_and_drops_nothing(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("SampleID,IL6,IL13\nS1,-1.5,\nS2,,\n")
    adata = read_assays(path)
    np.testing.assert_array_equal(adata.X, [[-1.5, np.nan], [np.nan, np.nan]])


@pytest.mark.parametrize("header", ["SampleID,IL6,TNF", "SampleID,OlinkID,Panel,NPX"])
def test_columns_without_a_sample_are_refused(tmp_path, header):
    (tmp_path / "empty.csv").write_text(f"{header}\n", encoding="utf-8")
    with pytest.raises(AssayFileError, match="without a single sample"):
        read_assays(tmp_path / "empty.csv")

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import somadata

from stratify.assays.files.container import open_parts
from stratify.assays.formats.adat import read_adat
from stratify.assays.formats.h5ad import read_h5ad
from stratify.assays.layouts.adat_writer import write_adat
from stratify.errors import AssayFileError

REFERENCE = Path(__file__).parents[2] / "reference" / "adat"
SHIPPED = Path(somadata.__file__).parent / "data" / "example_data.adat"


def read(path):
    return read_adat(open_parts(path)[0])


def lines(path):
    """Lines without the tabs that follow their last word."""
    return [line.rstrip("\t") for line in path.read_bytes().decode().replace("\r\n", "\n").split("\n")]


def test_text_is_that_of_somadataio(tmp_path):
    write_adat(read(REFERENCE / "input.adat"), tmp_path / "x.adat")
    assert (tmp_path / "x.adat").read_bytes() == (REFERENCE / "output.adat").read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["x.adat"]


@pytest.mark.parametrize("path", ["somascan/example_data10.adat", "somascan/control_data.adat", SHIPPED])
def test_real_files_come_back_line_by_line(data_dir, tmp_path, path):
    table = read(data_dir / path)
    write_adat(table, tmp_path / "x.adat")
    delivered = [line for line in lines(data_dir / path) if line != "!Checksum"]
    assert lines(tmp_path / "x.adat") == delivered
    again = read(tmp_path / "x.adat")
    assert np.array_equal(again.X, table.X)
    assert again.obs.equals(table.obs)
    assert again.var.equals(table.var)
    assert again.uns["stratify"]["header"]["value"] == [
        value
        for name, value in zip(*table.uns["stratify"]["header"].values(), strict=True)
        if name != "!Checksum"
    ]


def test_somadata_reads_what_is_written(data_dir, tmp_path):
    file = data_dir / "somascan" / "example_data10.adat"
    write_adat(read(file), tmp_path / "x.adat")
    written, delivered = somadata.read_adat(str(tmp_path / "x.adat")), somadata.read_adat(str(file))
    assert written.equals(delivered)
    assert written.header_metadata == delivered.header_metadata


def test_chosen_rows_and_columns_are_written(tmp_path):
    table = read(REFERENCE / "input.adat")[[3, 0], [2, 1]].copy()
    table.X[0, 1] = np.nan
    write_adat(table, tmp_path / "x.adat")
    again = read(tmp_path / "x.adat")
    assert again.var_names.tolist() == ["5934-1", "2211-9"]
    assert again.obs["sample_id"].tolist() == ["Calibrator 170261", "007"]
    np.testing.assert_array_equal(np.isnan(again.X), np.isnan(table.X))


def test_a_cohort_kept_as_h5ad_can_still_be_written(tmp_path):
    read(REFERENCE / "input.adat").write_h5ad(tmp_path / "x.h5ad")
    write_adat(read_h5ad(open_parts(tmp_path / "x.h5ad")[0]), tmp_path / "x.adat")
    assert (tmp_path / "x.adat").read_bytes() == (REFERENCE / "output.adat").read_bytes()


@pytest.mark.parametrize("spoil", ["obsm", "scale"])
def test_other_tables_are_refused(tmp_path, spoil):
    table = read(REFERENCE / "input.adat")
    if spoil == "obsm":
        del table.obsm["row_data"]
    else:
        table.uns["stratify"]["scale"] = "NPX"
    with pytest.raises(AssayFileError, match="a table read from one ADAT"):
        write_adat(table, tmp_path / "x.adat")
    assert not list(tmp_path.iterdir())

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import somadata

from stratify.assays.files.container import open_parts
from stratify.assays.files.part import Part
from stratify.assays.formats.adat import is_adat, read_adat
from stratify.assays.formats.h5ad import read_h5ad
from stratify.assays.joining import combine
from stratify.assays.sample_names import is_negative_control
from stratify.errors import AssayFileError

INPUT = Path(__file__).parents[2] / "reference" / "adat" / "input.adat"
SHIPPED = Path(somadata.__file__).parent / "data" / "example_data.adat"


def part(text):
    return Part("x.adat", "text", lambda: BytesIO(text))


@pytest.mark.parametrize(
    ("path", "samples", "controls"),
    [("somascan/example_data10.adat", 9, 1), ("somascan/control_data.adat", 0, 11), (SHIPPED, 170, 22)],
)
def test_real_files(data_dir, path, samples, controls):
    delivered = open_parts(data_dir / path)[0]
    assert is_adat(delivered)
    table = read_adat(delivered)
    assert table.obs["sample_type"].value_counts().to_dict() == {
        word: count for word, count in (("sample", samples), ("control", controls)) if count
    }
    assert table.n_vars == 5284
    assert table.uns["stratify"]["platform"] == "SomaScan"
    assert table.uns["stratify"]["scale"] == "log2 RFU"
    assert table.uns["stratify"]["normalization"].startswith("Raw RFU, Hyb Normalization")
    assert table.var["assay_type"].value_counts()["protein"] == 4979
    assert (table.var.loc[table.var["gene"] == "IL17A", "uniprot"] == "Q16552").all()
    rounded = np.round(2**table.X, 1)
    assert np.array_equal(rounded, somadata.read_adat(str(data_dir / path)).to_numpy())
    assert np.abs(2**table.X - rounded).max() < 1e-9


def test_people_of_the_shipped_file():
    obs = read_adat(open_parts(SHIPPED)[0]).obs
    people = obs[obs["sample_type"] == "sample"]
    assert people["sex"].isin(["F", "M"]).all()
    assert people["age"].between(18, 90).all()
    assert set(people["matrix"]) == {"EDTA"}
    assert people["plate"].nunique() == 2
    assert obs["qc"].value_counts().to_dict() == {"pass": 190, "warn": 2}


def test_rows_are_described():
    obs = read_adat(part(INPUT.read_bytes())).obs
    assert obs.index.tolist() == ["007", "008", "Calibrator 170261", "Calibrator 170261 #2", "Buffer 190063"]
    assert obs["control_name"].tolist() == ["", "", *["Calibrator 170261"] * 2, "Buffer 190063"]
    assert obs["qc"].tolist() == ["pass", "warn", "pass", "pass", "pass"]
    assert obs["matrix"].tolist() == ["EDTA", "EDTA", "", "", ""]
    assert obs["age"].tolist()[:2] == [76, 55]
    assert obs["NormScale_20"].tolist()[0] == 1.0369358
    assert obs["Barcode2d"].tolist()[0] == "0334409388"
    assert obs["SlideId"].tolist()[0] == "258495800012"
    assert is_negative_control(obs["control_name"].iloc[-1])


def test_aptamers_are_described():
    var = read_adat(part(INPUT.read_bytes())).var
    assert var.index.tolist() == ["10000-28", "2211-9", "5934-1", "3068-19"]
    assert var["assay_type"].tolist() == ["protein", "protein", "protein", "control"]
    assert var["qc"].tolist() == ["pass", "warn", "pass", "pass"]
    assert var["dilution"].tolist() == ["20", "20", "0.5", "0"]
    assert var["gene"].tolist()[:3] == ["CRYBB2", "IL6", "IL17A"]


def test_header_survives_h5ad(tmp_path):
    table = read_adat(part(INPUT.read_bytes()))
    table.write_h5ad(tmp_path / "x.h5ad")
    back = read_h5ad(open_parts(tmp_path / "x.h5ad")[0])
    for field in ("name", "value"):
        kept = back.uns["stratify"]["header"][field]
        assert list(kept) == table.uns["stratify"]["header"][field]
    assert np.array_equal(back.X, table.X)


def test_a_row_of_an_unknown_type_is_no_patient():
    table = read_adat(part(INPUT.read_bytes().replace(b"\tCalibrator\t", b"\tCollection Control\t", 1)))
    assert table.obs["sample_type"].tolist() == ["sample", "sample", "control", "control", "control"]
    assert table.obs_names.tolist()[2] == "Collection Control 170261"


def test_plates_are_joined_and_kept(data_dir, tmp_path):
    paths = [data_dir / "somascan" / name for name in ("example_data10.adat", "control_data.adat")]
    joined = combine([read_adat(open_parts(path)[0]) for path in paths])
    assert joined.obs["sample_type"].value_counts().to_dict() == {"control": 12, "sample": 9}
    joined.write_h5ad(tmp_path / "x.h5ad")
    back = read_h5ad(open_parts(tmp_path / "x.h5ad")[0])
    assert np.array_equal(back.X, joined.X)
    assert back.obsm["row_data"]["Age"].tolist()[-1] == ""


def test_zero_is_counted_and_not_a_level():
    table = read_adat(part(INPUT.read_bytes().replace(b"\t557.850\t", b"\t0.000\t")))
    assert np.isnan(table.X[0, 1])
    assert table.uns["stratify"]["zero_levels"] == 1


def test_samples_without_ids_are_named_by_slide_and_position():
    table = read_adat(part(INPUT.read_bytes().replace(b"\tSampleId\t", b"\tTubeId\t")))
    assert table.obs.index.tolist()[0] == "258495800012_3"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda text: text.replace(b"\t008\t", b"\t007\t"), "more than one row for 007"),
        (lambda text: text.replace(b"\t2211-9\t", b"\t10000-28\t"), "repeated assays 10000-28"),
        (lambda text: text.replace(b"\t2211-9\t", b"\t\t"), "no SeqId"),
        (lambda text: text.replace(b"\t557.850\t", b"\t-557.850\t"), "below 0"),
        (
            lambda text: text.replace(b"\tSampleId\t", b"\tX\t").replace(b"\tSlideId\t", b"\tY\t"),
            "without a column SampleId",
        ),
    ],
)
def test_what_no_laboratory_wrote_is_refused(change, found):
    with pytest.raises(AssayFileError) as refused:
        read_adat(part(change(INPUT.read_bytes())))
    assert found in refused.value.found


def test_transformed_levels_are_refused():
    text = INPUT.read_text(encoding="utf-8")
    start = text.index("Set A\t258495800012\t3")
    rows = []
    for row in text[start:].splitlines():
        *words, a, b, c, d = row.split("\t")
        rows.append("\t".join([*words, *(f"{np.log10(float(level)):.3f}" for level in (a, b, c, d))]))
    with pytest.raises(AssayFileError, match="was transformed"):
        read_adat(part((text[:start] + "\n".join(rows) + "\n").encode()))


@pytest.mark.parametrize("text", [b"SampleID\tIL6\nS1\t1.5\n", b"Notes\n!Title\tSet A\n", b"^ something\n"])
def test_other_text_is_not_taken_for_an_adat(text):
    assert not is_adat(part(text))


def test_first_line_may_have_a_byte_order_mark():
    assert is_adat(part(b"\xef\xbb\xbf" + INPUT.read_bytes()))
    assert is_adat(part(INPUT.read_text(encoding="utf-8").encode("utf-16")))

from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import somadata

from stratify.assays.files.container import open_parts
from stratify.assays.files.part import Part
from stratify.assays.layouts.adat_text import parse_adat
from stratify.errors import AssayFileError

TEXT = (Path(__file__).parents[2] / "reference" / "adat" / "input.adat").read_bytes()
SHIPPED = Path(somadata.__file__).parent / "data" / "example_data.adat"


def parse(text):
    return parse_adat(Part("x.adat", "text", lambda: BytesIO(text)))


@pytest.mark.parametrize(
    ("path", "samples"),
    [("somascan/example_data10.adat", 10), ("somascan/control_data.adat", 11), (SHIPPED, 192)],
)
def test_numbers_and_words_are_those_of_somadata(data_dir, path, samples):
    file = data_dir / path  # an absolute path stays as it is
    ours, theirs = parse_adat(open_parts(file)[0]), somadata.read_adat(str(file))
    assert ours.fluorescence.shape == (samples, 5284)
    assert np.array_equal(ours.fluorescence, theirs.to_numpy())
    assert ours.samples.equals(theirs.index.to_frame(index=False))
    assert ours.aptamers.equals(theirs.columns.to_frame(index=False))
    assert list(ours.header) == list(theirs.header_metadata)


def test_header_is_kept_as_text():
    header = parse(TEXT).header
    assert header["!AdatId"] == "GID-1"
    assert header["!StudyOrganism"] == ""
    assert header["!ReportConfig"] == '{"analysisSteps":[{"stepType":"hybNorm"}]}'


def test_identifiers_keep_their_zeros():
    samples = parse(TEXT).samples
    assert samples["SampleId"].tolist()[:2] == ["007", "008"]
    assert samples["Barcode2d"].tolist()[0] == "0334409388"


@pytest.mark.parametrize("encode", [lambda t: t.encode("utf-16"), lambda t: b"\xef\xbb\xbf" + t.encode()])
def test_other_encodings_and_line_ends(encode):
    plain = parse(TEXT)
    other = parse(encode(TEXT.decode().replace("\r\n", "\n")))
    assert np.array_equal(other.fluorescence, plain.fluorescence)
    assert other.samples.equals(plain.samples)
    assert other.header["!Title"] == plain.header["!Title"]


def test_letters_of_an_old_code_page_stay_readable():
    assert parse(TEXT.replace(b"\tPlasma\t", b"\tPl\xe4sma\t")).samples["SampleMatrix"].iloc[0] == "Pläsma"


def test_compressed_text(tmp_path):
    (tmp_path / "x").write_bytes(gzip.compress(TEXT))
    assert np.array_equal(parse_adat(open_parts(tmp_path / "x")[0]).fluorescence, parse(TEXT).fluorescence)
    (tmp_path / "cut").write_bytes(gzip.compress(TEXT)[:-30])
    with pytest.raises(AssayFileError, match="gzip"):
        parse_adat(open_parts(tmp_path / "cut")[0])


def test_tabs_after_the_last_level_are_nothing():
    assert np.array_equal(
        parse(TEXT.replace(b"574.202\r", b"574.202\t\t\r")).fluorescence, parse(TEXT).fluorescence
    )


def test_missing_level_is_nan():
    levels = parse(TEXT.replace(b"\t557.850\t", b"\t\t")).fluorescence
    assert np.isnan(levels).sum() == np.isnan(levels[0, 1]) == 1


def test_seqids_of_the_third_version():
    old = TEXT.replace(
        b"\tSeqId\t10000-28\t2211-9\t5934-1\t3068-19", b"\tSeqId\t10000-28_3\t2211-9_2\t5934-1_1\t3068-19_4"
    )
    assert old != TEXT
    assert parse(old).aptamers["SeqId"].tolist() == ["10000-28", "2211-9", "5934-1", "3068-19"]


def test_every_cut_is_refused_or_loses_whole_samples_only():
    whole, body = parse(TEXT), TEXT.index(b"Set A\t25849")
    for end in range(1, len(TEXT) - 2):
        try:
            cut = parse(TEXT[:end])
        except AssayFileError:
            continue
        assert end > body
        assert np.array_equal(cut.fluorescence, whole.fluorescence[: len(cut.samples)])
        assert cut.samples.equals(whole.samples[: len(cut.samples)])
        assert cut.aptamers.equals(whole.aptamers)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (b"\t557.850\t", b"\t557,850\t", "column '2211-9'"),
        (b"\t557.850\t", b"\t5_57.850\t", "column '2211-9'"),
        (b"\t557.850\t", b"\tinf\t", "column '2211-9'"),
        (b"\t557.850\t", b"\t557.850\t\t", "sample 1 does not have one level an aptamer"),
        (b"\t557.850\t", b" 557.850\t", "sample 1 does not have one level an aptamer"),
        (b"\tP43320\tP05231\t", b"\tP43320\t", "different lengths"),
        (b"\tSeqId\t10000", b"\tSeqIx\t10000", "aptamers"),
        (b"\tTarget\tCRBB2", b"\tSomaId\tCRBB2", "describes its aptamers twice"),
        (b"^ROW_DATA", b"^ROW DATA", "lacks a section"),
        (b"!Title\tSet A", b"!Title\tSet A\tSet B", "damaged header"),
        (
            b"PlateId\tSlideId\tSubarray\tSampleId",
            b"PlateId\tSlideId\tSlideId\tSampleId",
            "two columns of samples",
        ),
    ],
)
def test_damage_is_refused(old, new, found):
    assert old in TEXT
    with pytest.raises(AssayFileError) as refused:
        parse(TEXT.replace(old, new))
    assert found in refused.value.found

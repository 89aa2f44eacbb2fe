from __future__ import annotations

import gzip
import io
import zipfile

import pandas as pd
import pytest

from stratify.assays.files.delivered import Delivered
from stratify.screening.app.packed import refuse_packed
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.settings import Limits

LIMITS = Limits(unpacked_bytes=1_000_000, cells=1000)
BOMB = b"0," * 600_000


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def parquet(rows):
    out = io.BytesIO()
    pd.DataFrame({"a": [0.0] * rows, "b": [0.0] * rows}).to_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        zipped(a=BOMB),
        zipped(a=BOMB[:700_000], b=BOMB[:700_000]),
        gzip.compress(BOMB),
        gzip.compress(BOMB[:700_000]) * 2,
        zipped(inner=gzip.compress(BOMB)),
        parquet(600),
        zipped(inner=parquet(600)),
    ],
    ids=["zip", "two members", "gzip", "two streams", "gzip in zip", "parquet", "parquet in zip"],
)
def test_what_unpacks_to_too_much_is_refused(data):
    assert len(data) < 20_000
    with pytest.raises(RequestError) as caught:
        refuse_packed(Delivered("x", data), LIMITS)
    assert caught.value.status == 413


@pytest.mark.parametrize("data", [b"\x89HDF\r\n\x1a\n....", zipped(a=b"\x89HDF\r\n\x1a\n....")])
def test_hdf5_is_not_taken_by_a_server(data):
    with pytest.raises(RequestError, match="HDF5"):
        refuse_packed(Delivered("x", data), LIMITS)


@pytest.mark.parametrize(
    "data",
    [
        b"a;b\n1;2\n",
        zipped(a=b"a;b\n"),
        gzip.compress(b"a;b\n", mtime=0),
        parquet(10),
        gzip.compress(BOMB, mtime=0)[:300],
        b"\x1f\x8b damaged",
        zipped(a=BOMB)[:200],
        b"PAR1 damaged",
    ],
)
def test_small_files_and_damaged_ones_are_left_to_the_readers(data):
    assert refuse_packed(Delivered("x", data), LIMITS) is None


def test_a_bomb_is_refused_by_the_server(serve):
    client, service = serve(limits=LIMITS)
    client.get("/")
    answer = client.form("/screen", files={"levels": ("plate.zip", zipped(a=BOMB))})
    assert answer.status == 413
    assert "unpacks" in answer.refusal["found"]
    assert len(service.sessions) == 0

from __future__ import annotations

import io
import re

import pandas as pd
import pytest

from stratify.screening.app.blinding import OPEN_COLUMNS
from stratify.screening.app.downloads import download
from stratify.screening.app.refusal import RequestError
from stratify.screening.record_block import BEGIN, END
from stratify.screening.score import screen


def without_record(content: bytes) -> bytes:
    """Leave out what a report says of its line in a log; a page without a folder has none."""
    return re.sub(f"{BEGIN}.*{END}".encode(), b"", content, flags=re.DOTALL)


def test_downloads_are_the_bytes_that_screen_writes(screened, laboratory, demo, tmp_path):
    screen(
        demo.folder,
        laboratory / "candidates.csv",
        clinical=laboratory / "clinical.csv",
        eligibility="dupilumab-mdd",
        out=tmp_path / "out",
    )
    for name in ("results.csv", "report.html", "eligibility.csv"):
        answer = screened.get(f"/download/{name}")
        assert without_record(answer.body) == without_record((tmp_path / "out" / name).read_bytes()), name
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("name", ["audit.jsonl", "..%2fresults.csv", "patients.csv", "model.json"])
def test_nothing_else_can_be_downloaded(screened, name):
    assert screened.get(f"/download/{name}").status == 404


def test_the_blinded_get_no_call(server, screened):
    service = server[1]
    session = next(iter(service.sessions._kept.values()))[1]
    table = pd.read_csv(io.BytesIO(download(session, "results.csv", blind=True)))
    assert table.columns.tolist() == list(OPEN_COLUMNS)
    for name in ("report.html", "patients.csv"):
        with pytest.raises(RequestError, match="blind"):
            download(session, name, blind=True)

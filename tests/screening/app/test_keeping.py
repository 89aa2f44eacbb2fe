from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from stratify.screening.app.answers import PREFIX, answered
from stratify.screening.app.keeping import keep
from stratify.screening.audit_file import verify_audit


@pytest.fixture
def session(taken_in):
    return taken_in()


def test_a_screening_is_delivered_with_an_audit_line_and_again_after_answers(session, tmp_path):
    folder = keep(session, tmp_path, now=datetime(2026, 11, 26, 12, 0, tzinfo=UTC))
    assert folder.name.startswith("20261126-120000-")
    assert sorted(path.name for path in folder.iterdir()) == [
        "audit.jsonl",
        "eligibility.csv",
        "report.html",
        "results.csv",
    ]
    assert (verify_audit(folder)[0], session.unsaved) == (1, False)
    answered(session, session.screening.table["sample_id"].iloc[0], {PREFIX + "pregnant": "yes"})
    assert session.unsaved
    assert keep(session, tmp_path) == folder
    assert verify_audit(folder)[0] == 2
    lines = (folder / "audit.jsonl").read_text().splitlines()
    names = [[name for name, _ in json.loads(line)["inputs"]] for line in lines]
    assert names == [
        ["candidates.csv", "clinical.csv"],
        ["candidates.csv", "clinical.csv", "answers on the page"],
    ]
    assert "yes" not in lines[1]


def test_two_screenings_in_one_second_do_not_meet(session, taken_in, tmp_path):
    now = datetime(2026, 11, 26, tzinfo=UTC)
    assert keep(session, tmp_path, now=now) != keep(taken_in(), tmp_path, now=now)


def test_a_server_with_a_folder_delivers_what_is_dropped(serve, candidates, tmp_path):
    client, _ = serve(folder=tmp_path / "kept")
    client.get("/")
    client.form("/screen", files={"levels": ("../../../evil.csv", candidates)})
    (folder,) = (tmp_path / "kept").iterdir()
    assert (folder / "results.csv").read_bytes() == client.get("/download/results.csv").body
    assert "data-unsaved" not in client.get("/results").text.split("<main")[0]
    assert list(tmp_path.iterdir()) == [tmp_path / "kept"]
    assert client.form("/save").status == 200
    assert verify_audit(folder)[0] == 2


def test_the_line_names_whom_the_proxy_named(serve, candidates, tmp_path):
    client, _ = serve(folder=tmp_path, user_header="X-Remote-User")
    client.get("/", X_Remote_User="ann")
    client.form("/screen", files={"levels": ("c.csv", candidates)}, X_Remote_User="ann")
    (folder,) = tmp_path.iterdir()
    assert json.loads((folder / "audit.jsonl").read_text())["user"] == "ann"


def test_a_server_without_a_folder_saves_nothing(screened):
    screened.get("/results")
    assert screened.form("/save").status == 404

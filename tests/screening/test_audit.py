import json
from datetime import UTC, datetime

import pytest

from stratify.errors import ScreeningError
from stratify.screening import audit
from stratify.screening.audit import Run, appended, verify_audit, verify_log

RUN = Run("tiny-1", "a" * 64, (("new.csv", "b" * 64),), {"Th2-skewed": 1}, "0.1.0")
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def log():
    text = ""
    for _ in range(3):
        text = appended(text, RUN, now=NOON)
    return text


def test_line_says_who_when_and_what(log):
    facts = json.loads(log.splitlines()[0])
    assert facts["time"] == "2026-01-02T12:00:00+00:00"
    assert facts["previous"] == audit.START
    assert (facts["model"], facts["model_digest"], facts["stratify"]) == ("tiny-1", "a" * 64, "0.1.0")
    assert (facts["inputs"], facts["counts"]) == ([["new.csv", "b" * 64]], {"Th2-skewed": 1})
    assert facts["user"]
    assert verify_log(log) == 3


def test_input_digest_changes_with_name_and_content():
    others = [(("other.csv", "b" * 64),), (("new.csv", "c" * 64),), ()]
    runs = [RUN, *(Run("tiny-1", "a" * 64, inputs, {}, "") for inputs in others)]
    assert len({run.input_digest for run in runs}) == 4


def test_any_flipped_character_breaks_the_chain(log):
    for place in range(0, len(log), 11):
        changed = log[:place] + chr(ord(log[place]) ^ 1) + log[place + 1 :]
        with pytest.raises(ScreeningError, match="line"):
            verify_log(changed)


@pytest.mark.parametrize("gone", [0, 1])
def test_removed_line_is_named(log, gone):
    lines = log.splitlines(keepends=True)
    del lines[gone]
    with pytest.raises(ScreeningError, match=f"line {gone + 1} of"):
        verify_log("".join(lines))


def test_cut_log_is_refused(log):
    with pytest.raises(ScreeningError, match="line 3"):
        verify_log(log[:-1])


@pytest.mark.parametrize("text", ["[]\n", "{}\n", "what\n"])
def test_broken_log_is_not_continued(text):
    with pytest.raises(ScreeningError, match="line 1"):
        appended(text, RUN)


def test_folder_is_verified(log, tmp_path):
    with pytest.raises(ScreeningError, match=r"audit\.jsonl"):
        verify_audit(tmp_path)
    (tmp_path / "audit.jsonl").write_text(log)
    assert verify_audit(tmp_path) == 3


def test_nameless_user_is_unknown(monkeypatch):
    def nobody():
        raise OSError

    monkeypatch.setattr(audit.getpass, "getuser", nobody)
    assert json.loads(appended("", RUN))["user"] == "unknown"

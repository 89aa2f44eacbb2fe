import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stratify.errors import ScreeningError
from stratify.screening import audit
from stratify.screening.audit import Overruling, Run, appended, first_break, head_of, records, verify_log

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


def test_whom_a_login_named_is_the_user_beside_the_account_of_the_server(monkeypatch):
    monkeypatch.setattr(audit, "user_name", lambda: "service")
    named = json.loads(appended("", replace(RUN, user="ann"), now=NOON))
    assert (named["user"], named["account"]) == ("ann", "service")
    nobody = json.loads(appended("", RUN, now=NOON))
    assert nobody["user"] == "service"
    assert "account" not in nobody


def test_input_digest_changes_with_name_and_content():
    others = [(("other.csv", "b" * 64),), (("new.csv", "c" * 64),), ()]
    runs = [RUN, *(Run("tiny-1", "a" * 64, inputs, {}, "") for inputs in others)]
    assert len({run.input_digest for run in runs}) == 4


def test_any_flipped_character_breaks_the_chain(log):
    for place in range(0, len(log), 11):
        changed = log[:place] + chr(ord(log[place]) ^ 1) + log[place + 1 :]
        with pytest.raises(ScreeningError, match="line"):
            verify_log(changed)


def tampered(lines, place, other):
    """Five ways to falsify a log of whole lines; with each, the lines that a finding may name."""
    edited = [*lines]
    edited[place] = lines[place].replace('"Th2-skewed": 1', '"Th2-skewed": 2')
    forged = json.loads(lines[place]) | {"user": "somebody else"}
    forged.pop("hash")
    remade = [*lines]
    remade[place] = audit._line(forged, audit._hash(forged))
    swapped = [*lines]
    swapped[place], swapped[place + 1] = lines[place + 1], lines[place]
    gone = lines[:place] + lines[place + 1 :]
    added = [*lines[:place], lines[other], *lines[place:]]
    return {
        "edited": (edited, {place}),
        "remade": (remade, {place + 1}),
        "swapped": (swapped, {place}),
        "gone": (gone, {place}),
        "added": (added, {place, place + 1}),
    }


def test_every_falsification_of_every_line_is_found_and_located():
    text = ""
    for number in range(24):
        text = appended(
            text, Run(RUN.model, RUN.model_digest, (("f", str(number)),), RUN.counts, "1"), now=NOON
        )
    lines = text.splitlines()
    for place in range(len(lines) - 1):
        for kind, (falsified, where) in tampered(lines, place, other=(place + 7) % 24).items():
            found = first_break(falsified)
            assert found, (kind, place)
            assert found[0] - 1 in where, (kind, place, found)


def test_what_happened_is_named(log):
    lines = log.splitlines()
    ways = tampered(lines, 1, other=0)
    assert "edited" in first_break(ways["edited"][0])[1]
    assert "moved, added or repeated" in first_break(ways["added"][0])[1]
    assert "follows line 1, not" in first_break([*lines, lines[1]])[1]
    assert "removed or written anew" in first_break(ways["gone"][0])[1]


def test_only_a_head_that_was_kept_elsewhere_finds_what_was_cut_or_written_anew(log):
    first = log.splitlines(keepends=True)[0]
    assert verify_log(log, head=head_of(first)) == 3
    assert verify_log(log, head=head_of(log).upper()) == 3
    assert verify_log(first) == 1
    with pytest.raises(ScreeningError, match="line 2 and on were cut off"):
        verify_log(first, head=head_of(log))
    anew = appended("", RUN, now=NOON.replace(year=2027))
    assert verify_log(anew) == 1
    with pytest.raises(ScreeningError, match="all is new"):
        verify_log(anew, head=head_of(log))
    assert head_of("") == audit.START


def test_an_overruled_call_is_logged_without_call_and_reason():
    log = appended("", Overruling("S1", "tiny-1", "a" * 64, "c" * 64, "0.1.0"), now=NOON)
    (facts,) = records(log)
    assert facts["event"] == "override"
    assert (facts["sample_id"], facts["overrides"]) == ("S1", "c" * 64)
    assert {"call", "reason", "counts"}.isdisjoint(facts)


def test_cut_log_is_refused(log):
    with pytest.raises(ScreeningError, match="line 3"):
        verify_log(log[:-1])


@pytest.mark.parametrize("text", ["[]\n", "{}\n", "what\n"])
def test_broken_log_is_not_continued(text):
    with pytest.raises(ScreeningError, match="line 1"):
        appended(text, RUN)


def test_nameless_user_is_unknown(monkeypatch):
    def nobody():
        raise OSError

    monkeypatch.setattr(audit.getpass, "getuser", nobody)
    assert json.loads(appended("", RUN))["user"] == "unknown"

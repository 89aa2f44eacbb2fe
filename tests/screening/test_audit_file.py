import multiprocessing
import os
import signal
from datetime import UTC, datetime

import pytest

from stratify.errors import ScreeningError
from stratify.screening import audit_file
from stratify.screening.audit import START, Run, records, verify_log
from stratify.screening.audit_file import append_shared, folder_log, locked, verify_audit

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
forks = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def run(name="new.csv", results=""):
    return Run("tiny-1", "a" * 64, ((name, "b" * 64),), {"Th2-skewed": 1}, "0.1.0", results)


@pytest.fixture
def shared(tmp_path):
    path = tmp_path / "all.jsonl"
    for name in ("one", "two"):
        append_shared(path, run(name), now=NOON)
    return path


def in_children(work, arguments):
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=work, args=one) for one in arguments]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    return [child.exitcode for child in children]


def test_a_line_is_added_and_its_digest_given_back(shared):
    head = append_shared(shared, run("three"))
    assert verify_audit(shared, head=head) == (3, head)
    assert [facts["inputs"][0][0] for facts in records(shared.read_text())] == ["one", "two", "three"]


def write_many(path, writer):
    for number in range(12):
        append_shared(path, run(f"{writer}/{number}"))


@forks
def test_eight_writers_at_once_lose_no_line(tmp_path):
    path = tmp_path / "all.jsonl"
    assert in_children(write_many, [(path, writer) for writer in range(8)]) == [0] * 8
    assert verify_audit(path)[0] == 96
    written = [facts["inputs"][0][0] for facts in records(path.read_text())]
    assert set(written) == {f"{writer}/{number}" for writer in range(8) for number in range(12)}
    for writer in range(8):
        own = [name for name in written if name.startswith(f"{writer}/")]
        assert own == [f"{writer}/{number}" for number in range(12)]


def die_while_writing(path, kept):
    write = os.write

    def half(held, line):
        write(held, line[: len(line) - kept if kept > 0 else -kept])
        os.kill(os.getpid(), signal.SIGKILL)

    audit_file.os.write = half
    append_shared(path, run("three"))


@forks
@pytest.mark.parametrize("kept", [2, 300, -1])
def test_a_writer_that_was_killed_half_way_is_reported_and_the_next_one_says_so(shared, kept):
    before = shared.read_text()
    assert in_children(die_while_writing, [(shared, kept)]) == [-signal.SIGKILL]
    torn = shared.read_text()[len(before) :]
    assert torn
    with pytest.raises(ScreeningError, match="line 3 of the log has no end: its writer was stopped"):
        verify_audit(shared)
    append_shared(shared, run("four"))
    assert verify_audit(shared)[0] == 3
    assert shared.read_text().startswith(before)
    assert records(shared.read_text())[-1]["repaired"]["bytes"] == len(torn)
    assert shared.with_name("all.jsonl.torn").read_text() == torn + "\n"


@forks
def test_a_line_that_lacks_its_end_only_is_kept(shared):
    in_children(die_while_writing, [(shared, 1)])
    append_shared(shared, run("four"))
    facts = records(shared.read_text())
    assert [one["inputs"][0][0] for one in facts] == ["one", "two", "three", "four"]
    assert "repaired" not in facts[-1]
    assert verify_audit(shared)[0] == 4


def test_a_full_disk_leaves_the_log_as_it_was(shared, monkeypatch):
    before, write = shared.read_bytes(), os.write

    def full(held, line):
        write(held, line[:20])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(audit_file.os, "write", full)
    with pytest.raises(OSError, match="space"):
        append_shared(shared, run("three"))
    assert shared.read_bytes() == before


def test_a_broken_log_is_not_continued(shared):
    shared.write_text(shared.read_text().replace("one", "own"))
    before = shared.read_bytes()
    with pytest.raises(ScreeningError, match="line 1"):
        append_shared(shared, run("three"))
    assert shared.read_bytes() == before


def test_a_folder_is_checked_with_the_tables_that_its_log_names(tmp_path):
    with pytest.raises(ScreeningError, match=r"audit\.jsonl"):
        verify_audit(tmp_path)
    assert folder_log(tmp_path) == ""
    (tmp_path / "audit.jsonl").write_text("")
    assert verify_audit(tmp_path) == (0, START)
    (tmp_path / "results.csv").write_text("sample_id\nS1\n")
    append_shared(tmp_path / "audit.jsonl", run(results=audit_file.digest(tmp_path / "results.csv")))
    assert verify_audit(tmp_path)[0] == verify_log(folder_log(tmp_path)) == 1
    (tmp_path / "overrides.csv").write_text("")
    with pytest.raises(ScreeningError, match=r"overrides\.csv as the log says\n.*no line names"):
        verify_audit(tmp_path)
    (tmp_path / "overrides.csv").unlink()
    (tmp_path / "results.csv").write_text("sample_id\nS2\n")
    with pytest.raises(ScreeningError, match=r"results\.csv as the log says\nfound: another content"):
        verify_audit(tmp_path)
    (tmp_path / "results.csv").unlink()
    with pytest.raises(ScreeningError, match="found: none"):
        verify_audit(tmp_path)


def test_lines_of_before_results_were_logged_are_understood(tmp_path):
    append_shared(tmp_path / "audit.jsonl", run())
    (tmp_path / "results.csv").write_text("sample_id\n")
    assert verify_audit(tmp_path)[0] == 1


def test_a_system_without_locks_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "fcntl", None)
    with pytest.raises(ScreeningError, match="lock"), locked(tmp_path):
        pass

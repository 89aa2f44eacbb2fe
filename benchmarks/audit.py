"""Whether a falsified audit log is found and located, and what a line costs.

    python benchmarks/audit.py

A log of 10,000 lines. Each line but the last is edited, taken out, exchanged with the next, and another line
is put before it: 39,996 falsified logs. A chain that holds up to a line says nothing of what follows, so each
is read from the line before the falsification, and every 500th also from the start, as the verb does.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from stratify.screening import audit
from stratify.screening.audit import START, Run, first_break, records
from stratify.screening.audit_file import append_shared

SEEN = 6  # lines from the one before the falsification


def make_log(n: int) -> list[str]:
    """Write n lines, each checked against the one before only, which would take long for all."""
    lines: list[str] = []
    previous = START
    for number in range(n):
        run = Run("demo-1", "a" * 64, ((f"{number}.csv", "b" * 64),), {"Th2-skewed": 2}, "0", "c" * 64)
        lines.append(next_line(run, previous))
        previous = records(lines[-1])[0]["hash"]
    return lines


def next_line(run: Run, previous: str) -> str:
    """Write one line after a digest."""
    facts = run.facts() | {"time": "2026-01-01T12:00:00+00:00", "user": "u", "previous": previous}
    return audit._line(facts, audit._hash(facts))


def falsified(lines: list[str], place: int, stranger: str) -> dict[str, list[str]]:
    """Falsify a part of a log at a place."""
    before, line, after = lines[:place], lines[place], lines[place + 1 :]
    return {
        "edited": [*before, line.replace('"Th2-skewed": 2', '"Th2-skewed": 3'), *after],
        "taken out": [*before, *after],
        "exchanged": [*before, *after[:1], line, *after[1:]],
        "put in": [*before, stranger, line, *after],
    }


def count_found(lines: list[str]) -> tuple[int, int, int]:
    """Falsified logs, how many were found, and how many at the very place."""
    tried = found = located = 0
    for place in range(len(lines) - 1):
        start = max(place - 1, 0)
        previous = records(lines[start - 1])[0]["hash"] if start else START
        stranger = lines[(place + 5_000) % len(lines)]
        whole = place % 500 == 0
        part, own = (lines, place) if whole else (lines[start : start + SEEN], place - start)
        for other in falsified(part, own, stranger).values():
            number = 1 if whole else start + 1
            broken = first_break(other, previous=START if whole else previous, number=number)
            tried, found = tried + 1, found + (broken is not None)
            located += broken is not None and broken[0] == place + 1
    return tried, found, located


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=10_000)
    lines = make_log(parser.parse_args().lines)
    tried, found, located = count_found(lines)
    print(f"falsified logs of {len(lines)} lines: {tried}, found: {found}, located: {located}")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "all.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        begin = time.perf_counter()
        append_shared(path, Run("demo-1", "a" * 64, (), {}, "0"))
        print(f"seconds to check all lines and add one: {time.perf_counter() - begin:.2f}")


if __name__ == "__main__":
    main()

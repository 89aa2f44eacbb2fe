"""Damaged deliveries: no traceback, no hang, no flood of memory, and never a silently wrong table.

    STRATIFY_DATA_DIR=... python benchmarks/fuzz.py --cases 5000 --jobs 2

Real files are damaged in one known way each and read in a process of their own. What is read may differ from
the undamaged truth in the damaged cells only (a damaged header: its column; a damaged sample id: its row), or
the file must be refused, or a finding that the undamaged file does not give must name the sample or assay.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import re
import resource
import select
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from stratify.assays.quality import check
from stratify.assays.reader import read_assays
from stratify.datasets import cache_folder
from stratify.errors import StratifyError

TEXTS = (
    "lvv_cohort1/Cohort 1 Post QC Data.csv",
    "ciim_breda/ciim_breda_inf.csv.gz",
    "ciim_breda/disease_severity__train_x.csv",
    "ciim_hannover/ciim_hannover_healthy_vs_convalescent.csv.gz",
    "gisby_serum/serum_npx_level.csv",
    "alzheimer_csf/proteome.csv",
    "somascan/example_data10.adat",
    "somascan/control_data.adat",
)
BOOKS = ("lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx", "ciim_hannover/MHH cohort analysis_NPX_INF_v1.xlsx")
SECONDS, PATIENCE, MEGABYTES = 60, 900, 2048  # of the processor; by the clock; in all
WORDS = (
    "=1+1",
    "#REF!",
    "1e400",
    "-",
    "nan",
    "9" * 400,
    "x" * 100_000,
    "1,5",
    "",
    "\x00",
    '"',
    "TRUE",
    "<LOD",
)

Cells = list[tuple[int, int]]


@dataclass(frozen=True)
class Truth:
    """The undamaged reading of a file, and its cells."""

    name: str
    data: bytes
    levels: pd.DataFrame
    findings: frozenset[tuple[str, str]]
    remarks: frozenset[str]
    cells: list[list[str]] = field(repr=False)
    mark: str = ","


@dataclass(frozen=True)
class Damage:
    """A damaged file, and where: cells (line, field), or everything that may change."""

    kind: str
    data: bytes
    cells: Cells = field(default_factory=list)
    lost: frozenset[int] = frozenset()
    must_refuse: bool = False


@cache
def truth(name: str) -> Truth:
    """Read an undamaged file."""
    path = cache_folder() / name
    table = read_assays(path)
    data = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    cells, mark = [], ","
    if name in TEXTS:
        text = data.decode("utf-8")
        mark = "\t" if name.endswith("adat") else ","
        cells = list(csv.reader(io.StringIO(text), delimiter=mark))
    return Truth(name, data, table.to_df(), _named(table), _remarks(table), cells, mark)


def _remarks(table) -> frozenset[str]:
    """Collect what the reader says that it left out or doubted, without the name of the file."""
    facts = table.uns["stratify"]
    said = [str(note) for note in (*facts.get("skipped", []), *facts.get("notes", []))]
    return frozenset(re.sub(r"^([^:]*): [^:]*:", r"\1:", note) for note in said)


def _named(table) -> frozenset[tuple[str, str]]:
    """Each finding with each sample or assay that it names."""
    return frozenset((finding.code, item) for finding in check(table) for item in finding.items)


def written(lines: list[list[str]], mark: str) -> bytes:
    """Write cells as text."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(lines)
    return out.getvalue().encode()


def _starts(data: bytes) -> np.ndarray:
    return np.concatenate([[0], np.flatnonzero(np.frombuffer(data, np.uint8) == 10) + 1])


def _cell_at(source: Truth, place: int) -> tuple[int, int]:
    """Line and field of a byte."""
    line = int(np.searchsorted(_starts(source.data), place, side="right")) - 1
    start = int(_starts(source.data)[line])
    fields = next(
        csv.reader([source.data[start:place].decode("utf-8", "replace")], delimiter=source.mark), []
    )
    return line, max(len(fields) - 1, 0)


def flip(source: Truth, rng: np.random.Generator) -> Damage:
    """Flip one bit."""
    place = int(rng.integers(len(source.data)))
    data = bytearray(source.data)
    data[place] ^= 1 << int(rng.integers(8))
    here, before = _cell_at(source, place), _cell_at(source, max(place - 1, 0))
    return Damage("flip", bytes(data), [here] if here == before else [here, before])


def cut(source: Truth, rng: np.random.Generator) -> Damage:
    """Lose the end of the file."""
    place = int(rng.integers(1, len(source.data)))
    line, column = _cell_at(source, place)
    return Damage("cut", source.data[:place], [(line, column)], frozenset(range(line, len(source.cells) + 1)))


def word(source: Truth, rng: np.random.Generator) -> Damage:
    """Write something else into one cell."""
    lines = [list(line) for line in source.cells]
    row = int(rng.integers(len(lines)))
    while not lines[row]:
        row = int(rng.integers(len(lines)))
    column = int(rng.integers(len(lines[row])))
    lines[row][column] = WORDS[int(rng.integers(len(WORDS)))]
    return Damage("word", written(lines, source.mark), [(row, column)])


def drop_cell(source: Truth, rng: np.random.Generator) -> Damage:
    """Lose one cell, so that all cells to its right move."""
    lines = [list(line) for line in source.cells]
    row = int(rng.integers(len(lines)))
    while not lines[row]:
        row = int(rng.integers(len(lines)))
    column = int(rng.integers(len(lines[row])))
    del lines[row][column]
    return Damage("drop-cell", written(lines, source.mark), [(row, column)])


def drop_line(source: Truth, rng: np.random.Generator) -> Damage:
    """Lose one line."""
    row = int(rng.integers(1, len(source.cells)))
    lines = source.cells[:row] + source.cells[row + 1 :]
    return Damage("drop-line", written(lines, source.mark), lost=frozenset({row}))


def repeat_line(source: Truth, rng: np.random.Generator) -> Damage:
    """Hold one line twice."""
    row = int(rng.integers(len(source.cells)))
    lines = source.cells[: row + 1] + source.cells[row:]
    return Damage("repeat-line", written(lines, source.mark))


def shuffle_lines(source: Truth, rng: np.random.Generator) -> Damage:
    """Write the samples in another order."""
    start = _first_sample(source)
    order = start + rng.permutation(len(source.cells) - start)
    return Damage(
        "shuffle-lines", written([*source.cells[:start], *(source.cells[i] for i in order)], source.mark)
    )


def shuffle_columns(source: Truth, rng: np.random.Generator) -> Damage:
    """Write the columns in another order; the sample ids stay first where they have no name."""
    width = len(source.cells[0])
    if source.name.endswith("adat") or any(len(line) != width for line in source.cells):
        return shuffle_lines(source, rng)
    order = [0, *(1 + rng.permutation(width - 1)).tolist()]
    return Damage(
        "shuffle-columns", written([[line[j] for j in order] for line in source.cells], source.mark)
    )


def dialect(source: Truth, rng: np.random.Generator) -> Damage:
    """Write the same table as another program would."""
    text = source.data.decode("utf-8")
    encodings = ("utf-16", "utf-8-sig", "latin-1", "cp1252", "utf-16-le", "utf-32", "cp500")
    choice = int(rng.integers(len(encodings) + 5))
    if choice < len(encodings):
        data = text.encode(encodings[choice], errors="replace")
    elif choice == len(encodings):
        data = text.replace("\n", "\r\n").encode()
    elif choice == len(encodings) + 1:
        data = text.replace("\n", "\r").encode()
    elif choice == len(encodings) + 2:
        data = ("\n\n" + text + "\n\n").encode()
    elif choice == len(encodings) + 3 and not source.name.endswith("adat"):
        lines = [[_comma(cell) for cell in line] for line in source.cells]
        data = written(lines, ";")
    else:
        lines = [[f" {cell} " if cell else cell for cell in line] for line in source.cells]
        data = written(lines, source.mark)
    return Damage(f"dialect-{choice}", data)


def _comma(cell: str) -> str:
    whole, point, rest = cell.lstrip("-").partition(".")
    return cell.replace(".", ",") if point and whole.isdigit() and rest.isdigit() else cell


def repeat_header(source: Truth, rng: np.random.Generator) -> Damage:
    """Repeat the names of the columns between the samples, as joined exports do."""
    row = int(rng.integers(_first_sample(source) + 1, len(source.cells)))
    lines = [*source.cells[:row], source.cells[_first_sample(source) - 1], *source.cells[row:]]
    return Damage("repeat-header", written(lines, source.mark))


def compressed(source: Truth, rng: np.random.Generator) -> Damage:
    """Pack the file, whole or with a wrong checksum beside it, or damage the packed bytes."""
    choice, out = int(rng.integers(4)), io.BytesIO()
    if choice == 0:
        return Damage("gzip", gzip.compress(source.data))
    if choice == 1:
        data = bytearray(gzip.compress(source.data))
        data[int(rng.integers(20, len(data)))] ^= 1 << int(rng.integers(8))
        return Damage("gzip-flip", bytes(data))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", source.data)
        if choice == 2:
            archive.writestr("checksum_sha256.txt", "0" * 64)
    return Damage("zip-checksum" if choice == 2 else "zip", out.getvalue(), must_refuse=choice == 2)


def bomb(source: Truth, rng: np.random.Generator) -> Damage:
    """Pack gigabytes into a small file."""
    choice, out = int(rng.integers(4)), io.BytesIO()
    line = b"SampleID,IL6\n" + b"0" * 999_999 + b"\n"
    if choice == 0:
        with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as stream:
            for _ in range(3000):
                stream.write(line)
        return Damage("bomb-gzip", out.getvalue(), must_refuse=True)
    name = ("table.csv", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml")[choice - 1]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        if choice > 1:
            archive.writestr("[Content_Types].xml", "<x/>")
            archive.writestr("xl/workbook.xml", "<x/>")
        with archive.open(name, "w", force_zip64=True) as member:
            for _ in range(3000):
                member.write(line)
    return Damage("bomb-zip", out.getvalue(), must_refuse=True)


def _first_sample(source: Truth) -> int:
    if source.name.endswith("adat"):
        names = [line for line in source.cells if line and line[0] == "^TABLE_BEGIN"]
        start = source.cells.index(names[0])
        return next(i for i in range(start + 1, len(source.cells)) if source.cells[i][0]) + 1
    return 1


TEXT_DAMAGES: tuple[Callable[[Truth, np.random.Generator], Damage], ...] = (
    flip,
    flip,
    cut,
    word,
    word,
    drop_cell,
    drop_line,
    repeat_line,
    shuffle_lines,
    shuffle_columns,
    dialect,
    repeat_header,
    compressed,
)


def book_damage(source: Truth, rng: np.random.Generator) -> Damage:
    """Flip, cut, or edit one cell of a workbook."""
    choice = int(rng.integers(4))
    if choice == 0:
        data = bytearray(source.data)
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        return Damage("book-flip", bytes(data))
    if choice == 1:
        return Damage("book-cut", source.data[: int(rng.integers(1, len(source.data)))])
    book = openpyxl.load_workbook(io.BytesIO(source.data))
    sheet = book.worksheets[int(rng.integers(len(book.worksheets)))]
    row, column = int(rng.integers(1, sheet.max_row + 1)), int(rng.integers(1, sheet.max_column + 1))
    if choice == 2:
        words = [word for word in WORDS if "\x00" not in word and len(word) < 32_000]
        sheet.cell(row, column).value = words[int(rng.integers(len(words)))]
        damage = [(row, column)]
    else:
        sheet.move_range(f"A{row}:{sheet.cell(row, 2).coordinate}", rows=0, cols=sheet.max_column + 3)
        damage = [(row, 1), (row, 2)]
    out = io.BytesIO()
    book.save(out)
    assay_row = next((i for i in range(1, 60) if str(sheet.cell(i, 1).value).startswith("Assay")), 1)
    named = (str(sheet.cell(row, 1).value).strip(), str(sheet.cell(assay_row, column).value))
    kind = "book-word" if choice == 2 else "book-move"
    return Damage(f"{kind} {json.dumps(named)}", out.getvalue(), damage)


def make(case: int, seed: int) -> tuple[Truth, Damage]:
    """Damage one file, by the number of the case."""
    rng = np.random.default_rng([seed, case])
    if case % 100 == 99:
        return truth(TEXTS[0]), bomb(truth(TEXTS[0]), rng)
    if case % 10 == 9:
        source = truth(BOOKS[int(rng.integers(len(BOOKS)))])
        return source, book_damage(source, rng)
    source = truth(TEXTS[int(rng.integers(len(TEXTS)))])
    return source, TEXT_DAMAGES[int(rng.integers(len(TEXT_DAMAGES)))](source, rng)


def differing(source: Truth, levels: pd.DataFrame) -> set[tuple[str, str]]:
    """Find the (sample, assay) whose level differs; a row or column with a new name is the old one."""
    here = source.levels
    levels = _renamed(here, _paired(here, levels))
    rows, columns = here.index.union(levels.index), here.columns.union(levels.columns)
    left, right = here.reindex(index=rows, columns=columns), levels.reindex(index=rows, columns=columns)
    differ = ~((left == right) | (left.isna() & right.isna()))
    return {(rows[i], columns[j]) for i, j in np.argwhere(differ.to_numpy())}


def _paired(here: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    """Rows of controls with one name are numbered in the order of the file: pair them by what they hold."""
    bases = {name.rpartition(" #")[0] for name in here.index if " #" in name}
    names = list(levels.index)
    for base in bases:
        group = [i for i, name in enumerate(names) if name.partition(" #")[0] == base]
        free = [name for name in here.index if name.partition(" #")[0] == base]
        given = {}
        for i in group:
            content = levels.iloc[i].to_numpy()
            same = (n for n in free if np.array_equal(here.loc[n].to_numpy(), content, equal_nan=True))
            if hit := next(same, None):
                free.remove(given.setdefault(i, hit))
        left = iter(free)
        for i in group:
            names[i] = given.get(i) or next(left, f"{names[i]}+")
    return levels.set_axis(names, axis=0)


def _renamed(here: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    for axis in (0, 1):
        known, found = here.axes[axis], levels.axes[axis]
        gone, new = known.difference(found, sort=False), found.difference(known, sort=False)
        if len(gone) == len(new) == 1:
            levels = levels.rename({new[0]: gone[0]}, axis=axis)
    return levels


def allowed(source: Truth, damage: Damage, differ: set[tuple[str, str]]) -> bool:
    """Whether levels differ only where the damage was done."""
    if not differ:
        return True
    samples, assays = {s for s, _ in differ}, {a for _, a in differ}
    if damage.kind.startswith("book"):
        if not damage.cells:
            return False
        return len(samples) == 1 or (len(assays) == 1 and len(damage.cells) == 1)
    gone = {s for line in damage.lost for s in _samples_of(source, line)}
    if gone and source.name.startswith("gisby"):
        return True  # a long table: each line is one level, and the absent ones are absent
    if gone:
        samples -= gone
        differ = {(s, a) for s, a in differ if s not in gone}
    for line, column in damage.cells:
        if source.name.startswith("gisby"):
            differ = differ if line == 0 or len(differ) > 2 else set()
            continue
        here = _samples_of(source, line)
        head = _assay_of(source, column)
        if line < _first_sample(source):
            differ = {(s, a) for s, a in differ if a != head}
        elif head is None:
            differ = {(s, a) for s, a in differ if s not in here}
        else:
            differ -= {(s, head) for s in here}
    return not differ


def _samples_of(source: Truth, line: int) -> set[str]:
    start = _first_sample(source)
    if not start <= line < len(source.cells):
        return set()
    if source.name.startswith("gisby"):
        return {source.cells[line][0]}
    return {source.levels.index[line - start]} if line - start < len(source.levels) else set()


def _assay_of(source: Truth, column: int) -> str | None:
    if source.name.endswith("adat"):
        at = column - (len(source.cells[_first_sample(source)]) - source.levels.shape[1])
        return source.levels.columns[at] if 0 <= at < source.levels.shape[1] else None
    head = source.cells[0]
    name = head[column] if column < len(head) else ""
    return name if name in source.levels.columns else None


def judge(source: Truth, damage: Damage, path: Path) -> str:
    """Read a damaged file and say how it went: refused, same, local, reported, or what is wrong."""
    try:
        table = read_assays(path)
        findings = _named(table)
    except StratifyError as error:
        return "refused" if len(str(error).splitlines()) == 3 else "WRONG: not three lines"
    if damage.must_refuse:
        return "WRONG: read although it must be refused"
    differ = differing(source, table.to_df())
    if allowed(source, damage, differ):
        return "local" if differ else "same"
    named = {item for _, item in findings - source.findings}
    if differ and all(s.rstrip("+") in named or a in named for s, a in differ):
        return "reported"
    if any(re.search("row|line|cut|cell", note) for note in _remarks(table) - source.remarks):
        return "reported"
    return f"WRONG: {len(differ)} levels differ silently, such as {sorted(differ)[:2]}"


def run_case(case: int, seed: int) -> dict[str, object]:
    """Read one damaged file in a process of its own, with limits of processor time, time and memory."""
    source, damage = make(case, seed)
    with tempfile.NamedTemporaryFile(suffix=".dat") as file:
        file.write(damage.data)
        file.flush()
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            _child(source, damage, Path(file.name), writing)
        os.close(writing)
        ready, _, _ = select.select([reading], [], [], PATIENCE)
        said = os.read(reading, 100_000).decode() if ready else ""
        if not ready:
            os.kill(child, signal.SIGKILL)
        os.close(reading)
        usage = os.wait4(child, 0)[2]
    used = usage.ru_utime + usage.ru_stime
    outcome = said or ("WRONG: hang" if not ready or used >= SECONDS - 1 else "WRONG: the process died")
    megabytes = usage.ru_maxrss / 1024
    if megabytes > MEGABYTES:
        outcome = f"WRONG: {megabytes:.0f} MB"
    kind = damage.kind.split(" ")[0]
    return {"case": case, "file": source.name, "damage": kind, "outcome": outcome, "mb": round(megabytes)}


def _child(source: Truth, damage: Damage, path: Path, writing: int) -> None:
    limit = 6 << 30
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stderr = open(os.devnull, "w", encoding="utf-8")
    try:
        said = judge(source, damage, path)
    except BaseException as error:  # noqa: BLE001 (every traceback is what is looked for)
        said = f"WRONG: {type(error).__name__}: {str(error)[:150]}"
    os.write(writing, said.encode())
    os._exit(0)


def _run(job: tuple[int, int]) -> dict[str, object]:
    return run_case(*job)


def main() -> None:
    """Damage, read, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start = time.monotonic()
    jobs = [(case, options.seed) for case in range(options.first, options.first + options.cases)]
    counts, wrong, most = Counter(), 0, 0
    for done, result in enumerate(_results(jobs, options.jobs), 1):
        if done % 100 == 0:
            print(
                f"{done} of {len(jobs)} cases, {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True
            )
        outcome = str(result["outcome"])
        counts[str(result["damage"]).split("-")[0], outcome.partition(":")[0]] += 1
        most = max(most, int(result["mb"]))  # type: ignore[call-overload]
        if outcome.startswith("WRONG"):
            wrong += 1
            print(json.dumps(result), flush=True)
    for (damage, outcome), count in sorted(counts.items()):
        print(f"{damage:16} {outcome:10} {count}")
    print(f"cases {len(jobs)}, wrong {wrong}, largest process {most} MB, {time.monotonic() - start:.0f} s")
    raise SystemExit(bool(wrong))


def _results(jobs: list[tuple[int, int]], processes: int) -> Iterator[dict[str, object]]:
    for name in (*TEXTS, *BOOKS):
        truth(name)
    if processes == 1:
        yield from map(_run, jobs)
        return
    with Pool(processes) as pool:
        yield from pool.imap(_run, jobs, chunksize=20)


if __name__ == "__main__":
    main()

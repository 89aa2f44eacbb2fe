"""The server under load and under attack: right answers, even times, nothing left behind.

    STRATIFY_DATA_DIR=... python benchmarks/serving.py --clients 64 --seconds 60 --malformed 2000

A server of the committed model runs in a process of its own, on loopback.

- clients: each asks ``/score`` for one person, again and again; every answer must be the lone request's.
- malformed: real files with bytes flipped, cut, repeated and exchanged, and JSON of all shapes, are sent to
  ``/score``. Answers must be 200 or 4xx in three lines; afterwards no file is left, and memory is as it was.
- warm: report and page of 100 people, beside the time that the model itself takes for them.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.assays.files.delivered import Delivered
from stratify.datasets import cache_folder
from stratify.reporting.bundle import load_model
from stratify.screening.app.downloads import download
from stratify.screening.app.intake import take_in
from stratify.screening.app.settings import Settings
from stratify.screening.score import screen_cohort
from stratify.simulation.cohort import fresh_mdd, simulate_study
from stratify.simulation.design import design_preset
from stratify.simulation.export import write_npx_long

MODEL = Path(__file__).parents[1] / "models" / "demo-1"
REAL = (
    "gisby_serum/serum_npx_level.csv",
    "lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx",
    "somascan/example_data10.adat",
)
SWEEP_SECONDS = 35.0  # the server gives memory back every half minute
JSON_WORDS = ("null", "[]", "{}", "1e999", '"x"', "-1", "NaN", "true", "[" * 50, '{"a": 1}', "\ud800")


@contextlib.contextmanager
def server(folder: Path) -> Iterator[tuple[int, int]]:
    """Port and process of a server whose temporary folder is given."""
    verb = [sys.executable, "-c", "from stratify.cli import main; main()", "serve", str(MODEL), "--port", "0"]
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen(verb, stderr=subprocess.PIPE, text=True, env=environment, cwd=folder) as running:
        try:
            line = running.stderr.readline()
            threading.Thread(target=_echo, args=(running.stderr,), daemon=True).start()
            yield int(re.search(r":(\d+)/", line)[1]), running.pid
        finally:
            running.terminate()


def _echo(stream) -> None:
    for line in stream:
        print("server:", line.rstrip(), flush=True)


def ask(
    port: int, body: bytes, kind: str, kept: http.client.HTTPConnection | None = None
) -> tuple[int, bytes]:
    """Answer of ``/score``."""
    connection = kept or http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/score", body, {"Content-Type": kind})
    response = connection.getresponse()
    answer = response.status, response.read()
    if kept is None:
        connection.close()
    return answer


def form(data: bytes) -> tuple[bytes, str]:
    """Make a form with a file of levels."""
    head = b'--mark\r\nContent-Disposition: form-data; name="levels"; filename="x"\r\n\r\n'
    return head + data + b"\r\n--mark--\r\n", "multipart/form-data; boundary=mark"


def people(n: int, seed: int = 3) -> pd.DataFrame:
    """Draw new patients of the model's world."""
    study = simulate_study(design_preset("study"), seed=1)
    return fresh_mdd(study.world, n, seed=seed, controls=True, prevalence=0.5, relative_size=0.9)[0]


def as_json(cohort, i: int) -> bytes:
    """Request for one person."""
    levels = {str(name): float(v) for name, v in zip(cohort.var_names, cohort.X[i], strict=True) if v == v}
    return json.dumps({"samples": [{"sample_id": str(cohort.obs_names[i]), "levels": levels}]}).encode()


def clients(port: int, n: int, seconds: float) -> dict[str, object]:
    """Load of many clients at once."""
    cohort = people(16)
    bodies = [as_json(cohort, i) for i in range(16)]
    wanted = [ask(port, body, "application/json") for body in bodies]
    times: list[float] = []
    wrong: Counter[int] = Counter()
    until = time.monotonic() + seconds

    def one(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        turn = number
        while time.monotonic() < until:
            start = time.monotonic()
            answer = ask(port, bodies[turn % 16], "application/json", connection)
            times.append(time.monotonic() - start)
            if answer != wanted[turn % 16]:
                wrong[answer[0]] += 1
            turn += 1
        connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    median, p99 = statistics.median(times), float(np.quantile(times, 0.99))
    return {
        "clients": n,
        "seconds": seconds,
        "answers": len(times),
        "wrong": sum(wrong.values()),
        "median_s": round(median, 3),
        "p99_s": round(p99, 3),
        "p99/median": round(p99 / median, 2),
    }


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """Give back a file with some bytes flipped, cut, repeated or exchanged."""
    content = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        place, length = int(rng.integers(max(len(content), 1))), int(rng.integers(1, 2000))
        kind = int(rng.integers(5))
        if kind == 0 and content:
            content[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            del content[place:]
        elif kind == 2:
            content[place:place] = content[place : place + length]
        elif kind == 3:
            del content[place : place + length]
        else:
            content[place : place + 4] = rng.bytes(int(rng.integers(1, 40)))
    return bytes(content)


def malformed_json(body: bytes, rng: np.random.Generator) -> bytes:
    """Give back a request with words exchanged or bytes changed."""
    if rng.random() < 0.5:
        return mutated(body, rng)
    text = body.decode()
    spots = [match.span() for match in re.finditer(r'"[^"]*"|-?\d[\d.e-]*|[{}\[\]:,]', text)]
    start, end = spots[int(rng.integers(min(len(spots), 40)))]
    return (text[:start] + JSON_WORDS[int(rng.integers(len(JSON_WORDS)))] + text[end:]).encode(
        "utf-8", "replace"
    )


def resident(pid: int) -> float:
    """Memory of a process, MB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def malformed(port: int, pid: int, n: int, folder: Path, seed: int = 0) -> dict[str, object]:
    """Damaged uploads; what is counted as wrong is printed."""
    rng = np.random.default_rng(seed)
    write_npx_long(people(6), folder.parent / "levels.csv")
    files = [(cache_folder() / name).read_bytes() for name in REAL if (cache_folder() / name).is_file()]
    files.append((folder.parent / "levels.csv").read_bytes())
    request = as_json(people(1), 0)
    for data in files:  # what libraries keep once they were used is no leak
        ask(port, *form(data))
    before, statuses, wrong, course = resident(pid), Counter(), 0, []
    for case in range(n):
        if case % max(n // 5, 1) == 0:
            course.append(round(resident(pid)))
        if rng.random() < 0.6:
            body, kind = malformed_json(request, rng), "application/json"
        else:
            body, kind = form(mutated(files[int(rng.integers(len(files)))], rng))
        if rng.random() < 0.02:
            body = body[: len(body) // 2]
        status, answer = ask(port, body, kind)
        statuses[status] += 1
        if status >= 500 or (status >= 400 and list(json.loads(answer)) != ["expected", "found", "do"]):
            wrong += 1
            print("WRONG", case, kind, status, answer[:300], flush=True)
    left = [path.name for path in folder.rglob("*")]
    last = round(resident(pid))
    time.sleep(SWEEP_SECONDS)
    return {
        "malformed": n,
        "wrong": wrong,
        "statuses": dict(sorted(statuses.items())),
        "files_left": left,
        "mb_before": round(before),
        "mb_every_fifth": [*course, last],
        "mb_after_a_pause": round(resident(pid)),
    }


def warm(n: int = 100, repeats: int = 3) -> dict[str, object]:
    """File in, report out, for people of one file; beside the model's own work on the table in memory."""
    loaded = load_model(MODEL)
    with tempfile.TemporaryDirectory() as folder:
        write_npx_long(people(n), Path(folder) / "levels.csv")
        file = Delivered("levels.csv", (Path(folder) / "levels.csv").read_bytes())
    cohort = people(n)
    whole, bare, reports = [], [], []
    for _ in range(repeats + 1):
        start = time.process_time()
        session = take_in(loaded, Settings(()), file)
        middle = time.process_time()
        download(session, "report.html")
        reports.append(time.process_time() - middle)
        whole.append(time.process_time() - start)
        start = time.process_time()
        screen_cohort(loaded, cohort)
        bare.append(time.process_time() - start)
    page, model = min(whole[1:]), min(bare[1:])
    return {
        "people": n,
        "page_with_report_s": round(page, 2),
        "of_that_report_s": round(min(reports[1:]), 2),
        "check_and_score_s": round(model, 2),
        "ratio": round(page / model, 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--malformed", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    print(json.dumps(warm()), flush=True)
    with tempfile.TemporaryDirectory() as outside:
        folder = Path(outside) / "server"
        folder.mkdir()
        with server(folder) as (port, pid):
            load = clients(port, options.clients, options.seconds)
            print(json.dumps(load), flush=True)
            damage = malformed(port, pid, options.malformed, folder, options.seed)
            print(json.dumps(damage), flush=True)
    raise SystemExit(bool(load["wrong"] or damage["wrong"] or damage["files_left"]))


if __name__ == "__main__":
    main()

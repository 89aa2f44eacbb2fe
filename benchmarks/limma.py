"""Speed and memory of moderated t statistics against R limma and inmoose.

    python -m venv .venv-peers                                     once; apart from the project
    .venv-peers/bin/python -m pip install inmoose==0.9.1
    python benchmarks/limma.py                                     speed and memory, resumed where it stopped
    python benchmarks/limma.py --samples 200 --many 2000           a small version

Every tool runs in a process of its own on the same numbers, already in memory and laid out as the tool wants
them (R and inmoose: proteins in rows); only lmFit and eBayes are timed, inside the process, for two groups
and age. The tools take turns, and the ratio is that of the medians. It is printed how far the t statistics
are apart.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "limma.csv"
PEERS = ROOT / ".venv-peers" / "bin" / "python"
SAMPLES, PROTEINS, TURNS, REPEATS = 5000, 2923, 3, 3
MANY = 50_000
GAPS = {"whole": 0.0, "gaps": 0.05}

OURS = """
import sys, time, json
import numpy as np
from stratify.signatures.linear_models import fit_linear
from stratify.signatures.moderation import moderate
folder, n, p, repeats = sys.argv[1], *map(int, sys.argv[2:])
y = np.fromfile(f"{folder}/levels", dtype=float).reshape(n, p)
design = np.fromfile(f"{folder}/design", dtype=float).reshape(n, -1)
seconds = []
for _ in range(repeats):
    start = time.perf_counter()
    result = moderate(fit_linear(y, design))
    seconds.append(time.perf_counter() - start)
result.t[:, 1].tofile(f"{folder}/t")
print(json.dumps(seconds))
"""
INMOOSE = """
import sys, time, json
import numpy as np, pandas as pd
from inmoose.limma import lmFit, eBayes
folder, n, p, repeats = sys.argv[1], *map(int, sys.argv[2:])
y = pd.DataFrame(np.fromfile(f"{folder}/levels", dtype=float).reshape(n, p).T.copy())
design = np.fromfile(f"{folder}/design", dtype=float).reshape(n, -1)
seconds = []
for _ in range(repeats):
    start = time.perf_counter()
    fit = eBayes(lmFit(y, design))
    seconds.append(time.perf_counter() - start)
np.asarray(fit.t, dtype=float)[:, 1].tofile(f"{folder}/t")
print(json.dumps(seconds))
"""
LIMMA = """
suppressMessages(library(limma))
a <- commandArgs(TRUE); folder <- a[1]; n <- as.integer(a[2]); p <- as.integer(a[3])
y <- matrix(readBin(file.path(folder, "levels"), "double", n * p), p, n)
design <- matrix(readBin(file.path(folder, "design"), "double", n * 3), n, 3, byrow = TRUE)
seconds <- sapply(1:as.integer(a[4]), function(i) system.time(
  fit <<- eBayes(lmFit(y, design)))[["elapsed"]])
writeBin(fit$t[, 2], file.path(folder, "t"))
cat("[", paste(seconds, collapse = ", "), "]\\n", sep = "")
"""
MEMORY = """
import resource, sys, time, json
import numpy as np, pandas as pd
from anndata import AnnData
from stratify.signatures.differential import contrast
n, p = map(int, sys.argv[1:])
rng = np.random.default_rng(0)
levels = np.empty((n, p))
for start in range(0, n, 1000):
    levels[start : start + 1000] = rng.standard_normal((min(1000, n - start), p))
levels += 5
case = np.arange(n) % 2
obs = pd.DataFrame({"group": np.where(case, "MDD", "HC"), "age": rng.normal(50, 10, n) + 30 * case})
people = AnnData(levels, obs=obs.set_axis([f"S{i}" for i in range(n)]))
start = time.perf_counter()
answer = contrast(people, case="MDD", control="HC")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
facts = {"seconds": time.perf_counter() - start, "peak_gib": peak, "levels_gib": levels.nbytes / 2**30}
print(json.dumps(facts))
"""


def tools() -> dict[str, list[str]]:
    """Commands of what is installed here; others are named and left out."""
    found = {"stratify": [sys.executable, "-c", OURS]}
    if shutil.which("Rscript"):
        found["limma"] = ["Rscript", "-e", LIMMA]
    if PEERS.exists():
        found["inmoose"] = [str(PEERS), "-c", INMOOSE]
    for name in {"limma", "inmoose"} - set(found):
        print(f"{name} is not installed: see the head of this file", file=sys.stderr)
    return found


def write_inputs(folder: Path, samples: int, gaps: float) -> None:
    """Simulate levels and a design with two groups and age."""
    rng = np.random.default_rng(1)
    levels = rng.normal(5, np.sqrt(8 / rng.chisquare(8, PROTEINS)), (samples, PROTEINS))
    levels[rng.random(levels.shape) < gaps] = np.nan
    levels.tofile(folder / "levels")
    case = np.arange(samples) % 2
    np.c_[np.ones(samples), case, rng.normal(50, 12, samples)].astype(float).tofile(folder / "design")


def run(samples: int, kind: str, turns: int) -> pd.DataFrame:
    """Let the tools take turns."""
    rows, statistics = [], {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, samples, GAPS[kind])
        for turn in range(turns):
            for tool, command in tools().items():
                numbers = [str(folder), str(samples), str(PROTEINS), str(REPEATS)]
                done = subprocess.run(
                    [*command, *numbers], capture_output=True, text=True, env=one_thread(), check=False
                )
                if done.returncode:
                    print(f"{tool} failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
                    continue
                statistics[tool] = np.fromfile(folder / "t", dtype=float)
                seconds = json.loads(done.stdout.strip().splitlines()[-1])
                rows += [{"tool": tool, "turn": turn, "seconds": s} for s in seconds]
    table = pd.DataFrame(rows).assign(kind=kind, samples=samples)
    ours = statistics["stratify"]
    apart = {tool: float(np.nanmax(np.abs(t / ours - 1))) for tool, t in statistics.items()}
    return table.assign(apart=table["tool"].map(apart))


def one_thread() -> dict[str, str]:
    """Environment in which nothing but one thread computes."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), **dict.fromkeys(names, "1")}


def measure_memory(samples: int) -> pd.DataFrame:
    """Peak memory of a contrast of many samples, fitted again with age, in a process of its own."""
    command = [sys.executable, "-c", MEMORY, str(samples), str(PROTEINS)]
    done = subprocess.run(command, capture_output=True, text=True, env=one_thread(), check=True)
    facts = json.loads(done.stdout)
    return pd.DataFrame([{"tool": "stratify", "kind": "memory", "samples": samples, **facts}])


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--many", type=int, default=MANY)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    path = arguments.results
    path.parent.mkdir(exist_ok=True)
    table = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["kind", "samples"])
    wanted = [("whole", arguments.samples), ("gaps", arguments.samples // 10), ("memory", arguments.many)]
    for kind, samples in wanted:
        if not ((table["kind"] == kind) & (table["samples"] == samples)).any():
            new = measure_memory(samples) if kind == "memory" else run(samples, kind, arguments.turns)
            table = pd.concat([table, new]) if len(table) else new
            table.to_csv(path, index=False)
        report(table[(table["kind"] == kind) & (table["samples"] == samples)], kind, samples)


def report(part: pd.DataFrame, kind: str, samples: int) -> None:
    """Print medians and ratios."""
    if kind == "memory":
        row = part.iloc[0]
        print(
            f"contrast of {samples} x {PROTEINS}: {row['seconds']:.1f} s, peak {row['peak_gib']:.2f} GiB, "
            f"of which {row['levels_gib']:.2f} are the levels"
        )
        return
    medians = part.groupby("tool")["seconds"].median()
    for tool, seconds in medians.items():
        apart = part.loc[part["tool"] == tool, "apart"].iloc[0]
        ratio = seconds / medians["stratify"]
        size = f"{samples} x {PROTEINS}, {kind}"
        print(f"{size}: {tool} {seconds:.3f} s, {ratio:.0f} times ours; t apart by {apart:.0e}")


if __name__ == "__main__":
    main()

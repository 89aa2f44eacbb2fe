"""Pathway activity: speed beside R GSVA, decoupler and gseapy, memory, and what limits GSVA.

    python benchmarks/pathways.py --peers      makes `.venv-peers` with decoupler and gseapy (needs a network)
    python benchmarks/pathways.py              five rounds of 500 x 2,923 x 10 sets, then 50,000 x 2,923
    python benchmarks/pathways.py --caution    what limits GSVA scores, on a simulated study; half a minute

A round runs every tool once, each method twice, and keeps the faster: what is
compiled or imported at the first use does not count for anybody. Each tool is asked through its public
function with tables of named proteins and named sets; a row ends up in `results/pathways.csv`, the table
shows the fastest round. Where decoupler, gseapy or R with GSVA is absent, its rows are left out and said to
be.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.signatures.activity.frozen import freeze
from stratify.signatures.activity.gene_sets import shipped_sets
from stratify.signatures.activity.kernel_distribution import fit_kernels, kernel_distribution
from stratify.signatures.activity.measured import levels_of, measured_assays
from stratify.signatures.activity.method import Members
from stratify.signatures.activity.registry import METHODS
from stratify.signatures.activity.scores import pathway_activity
from stratify.simulation.cohort import simulate_study

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "pathways.csv"
PEERS = ROOT / ".venv-peers"
KEPT = ROOT / "runs" / "pathways-r"
VERSIONS = ("decoupler==2.2.0", "gseapy==1.3.1")
SIZES = (5, 8, 10, 15, 20, 25, 30, 40, 60, 100)
TOOLS = ("R GSVA", "stratify", "decoupler", "gseapy")
N, P, MANY = 500, 2923, 50_000
R_NAMES = {"z": "zscore", "plage": "plage", "ssgsea": "ssgsea", "gsva": "gsva"}

R_SCRIPT = """
suppressMessages(library(GSVA)); a <- commandArgs(TRUE)
names <- readLines(file.path(a[1], "names.txt")); n <- as.integer(a[2])
X <- matrix(readBin(file.path(a[1], "levels.bin"), "double", n * length(names)), length(names), n)
rownames(X) <- names; colnames(X) <- paste0("S", seq_len(n))
lines <- strsplit(readLines(file.path(a[1], "sets.gmt")), "\\t")
sets <- lapply(lines, function(l) l[-(1:2)]); names(sets) <- sapply(lines, "[", 1)
for (m in a[-(1:2)]) {
  best <- c(Inf, Inf)
  for (k in 1:2) { invisible(capture.output(t <- system.time(r <- suppressWarnings(gsva(X, sets, method = m,
    verbose = FALSE))))); best <- pmin(best, c(t[["elapsed"]], t[["user.self"]] + t[["sys.self"]])) }
  writeBin(as.double(r), file.path(a[1], paste0("r-", m, ".bin"))); cat(m, best, "\\n")
}
"""

PEER_SCRIPT = """
import json, sys, time, warnings
import numpy as np, pandas as pd
warnings.simplefilter("ignore")
folder, n, tool = sys.argv[1], int(sys.argv[2]), sys.argv[3]
names = open(folder + "/names.txt").read().split()
X = np.fromfile(folder + "/levels.bin").reshape(n, len(names))
sets = {l.split("\\t")[0]: l.rstrip("\\n").split("\\t")[2:] for l in open(folder + "/sets.gmt")}
table = pd.DataFrame(X, ["S%d" % (i + 1) for i in range(n)], names)
def clock(call):
    best = [np.inf, np.inf]
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        result = call()
        best = [min(best[0], time.perf_counter() - wall), min(best[1], time.process_time() - cpu)]
    return best, result
if tool == "gseapy":
    import gseapy
    turned = table.T
    common = dict(data=turned, gene_sets=sets, outdir=None, min_size=1, max_size=10**6, threads=1)
    calls = {"ssgsea": lambda: gseapy.ssgsea(sample_norm_method="rank", no_plot=True, **common),
             "gsva": lambda: gseapy.gsva(kcdf="Gaussian", **common)}
    def scores(r):
        wide = r.res2d.pivot(index="Name", columns="Term", values="ES")
        return wide.loc[table.index, list(sets)].to_numpy(float)
else:
    import decoupler
    edges = [(s, g, 1.0) for s, v in sets.items() for g in v]
    net = pd.DataFrame(edges, columns=["source", "target", "weight"])
    calls = {"gsva": lambda: decoupler.mt.gsva(data=table, net=net, tmin=1, verbose=False),
             "z": lambda: decoupler.mt.zscore(data=table, net=net, tmin=1, verbose=False)}
    def scores(r):
        return (r[0] if isinstance(r, tuple) else r).loc[table.index, list(sets)].to_numpy()
for name, call in calls.items():
    best, result = clock(call)
    scores(result).tofile(f"{folder}/{tool}-{name}.bin")
    print(name, *best)
"""


def make_peers() -> None:
    """Install the peers in a folder of their own."""
    venv.create(PEERS, with_pip=True, clear=True)
    subprocess.run([PEERS / "bin" / "python", "-m", "pip", "install", "--quiet", *VERSIONS], check=True)


def simulated(n: int, p: int, seed: int = 0) -> tuple[AnnData, dict[str, list[str]]]:
    """Levels with shared factors of proteins that laboratories measure, and ten sets of random members."""
    rng = np.random.default_rng(seed)
    with files("stratify").joinpath("data", "proteins.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
    single = ~table["gene"].str.contains(";") & (table["gene"] != "")
    table = table[single & (table["source"].str.len() > 0)].drop_duplicates("gene").iloc[:p]
    levels = rng.standard_normal((n, len(table)))
    loadings = 0.4 * rng.normal(size=(4, len(table)))
    for first in range(0, n, 1000):
        part = levels[first : first + 1000]
        part += rng.normal(size=(len(part), 4)) @ loadings
    levels += rng.normal(4, 2, len(table))
    var = pd.DataFrame(
        {"uniprot": table["uniprot"].to_numpy(), "gene": table["gene"].to_numpy(), "panel": ""},
        index=[f"A{i:04d}" for i in range(len(table))],
    )
    genes = var["gene"].to_numpy()
    sets = {f"G{i}": rng.choice(genes, size, replace=False).tolist() for i, size in enumerate(SIZES)}
    return AnnData(levels, pd.DataFrame(index=[f"S{i + 1}" for i in range(n)]), var), sets


def clock(call):
    """Seconds (wall, CPU) of the faster of two calls, and the result."""
    wall = cpu = np.inf
    for _ in range(2):
        start, used = time.perf_counter(), time.process_time()
        result = call()
        wall, cpu = min(wall, time.perf_counter() - start), min(cpu, time.process_time() - used)
    return wall, cpu, result


def run_ours(folder: Path, n: int, p: int) -> list[dict]:
    """Time the whole call, and the arithmetic on arrays alone."""
    people, sets = simulated(n, p)
    columns, _ = measured_assays(people)
    levels = levels_of(people, columns)
    genes = people.var["gene"].to_numpy()[columns]
    members = Members.equal(np.array([np.isin(genes, words) for words in sets.values()]))
    rows = []
    for name, method in METHODS.items():
        wall, cpu, activity = clock(lambda m=name: pathway_activity(people, method=m, sets=sets))
        rows.append({"tool": "stratify", "method": name, "wall": wall, "cpu": cpu})
        wall, cpu, _ = clock(lambda m=method: m.cohort(levels, members))
        rows.append({"tool": "stratify, arrays", "method": name, "wall": wall, "cpu": cpu})
        activity.scores.to_numpy().tofile(folder / f"stratify-{name}.bin")
    return rows


def write_inputs(folder: Path, n: int, p: int) -> None:
    """Write what the other tools read."""
    people, sets = simulated(n, p)
    np.ascontiguousarray(people.X).tofile(folder / "levels.bin")
    (folder / "names.txt").write_text("\n".join(people.var["gene"]) + "\n", encoding="utf-8")
    lines = ["\t".join([name, "simulated", *words]) for name, words in sets.items()]
    (folder / "sets.gmt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_r(folder: Path, n: int) -> list[dict]:
    """Time R GSVA; no rows where it is absent."""
    if shutil.which("Rscript") is None:
        print("R is absent: no rows of it", flush=True)
        return []
    script = folder / "run.R"
    script.write_text(R_SCRIPT, encoding="utf-8")
    return _rows("R GSVA", ["Rscript", script, folder, n, *R_NAMES.values()])


def run_peer(folder: Path, n: int, tool: str) -> list[dict]:
    """Time decoupler or gseapy; no rows where they are absent."""
    python = PEERS / "bin" / "python"
    if not python.is_file():
        print(f"{tool} is absent (python benchmarks/pathways.py --peers): no rows of it", flush=True)
        return []
    return _rows(tool, [python, "-c", PEER_SCRIPT, folder, n, tool])


def _rows(tool: str, command: list) -> list[dict]:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        print(f"{tool} failed: {done.stderr.strip().splitlines()[-1:]}", flush=True)
        return []
    back = {theirs: ours for ours, theirs in R_NAMES.items()}
    cells = [line.split() for line in done.stdout.splitlines() if line]
    return [
        {"tool": tool, "method": back.get(m, m), "wall": float(wall), "cpu": float(cpu)}
        for m, wall, cpu in cells
    ]


def difference(folder: Path, n: int, p: int, row: dict) -> float:
    """Largest difference of scores from R's, PLAGE up to its sign; NaN where either is absent."""
    tool, method = str(row["tool"]).partition(",")[0], row["method"]
    ours, theirs = folder / f"{tool}-{method}.bin", KEPT / f"{method}-{n}-{p}.bin"
    if not (theirs.is_file() and ours.is_file()):
        return np.nan
    a, b = np.fromfile(ours).reshape(n, -1), np.fromfile(theirs).reshape(n, -1)
    sign = np.sign((a * b).sum(axis=0)) if method == "plage" else 1.0
    return float(np.abs(a * sign - b).max())


def run_tool(tool: str, n: int = N, p: int = P) -> pd.DataFrame:
    """Run one tool, and R's scores beside it where they were kept, to compare with."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_inputs(folder, n, p)
        if tool == "R GSVA":
            rows = run_r(folder, n)
            for row in rows:  # what the others are compared with, if no other run has left it
                scores = np.fromfile(folder / f"r-{R_NAMES[row['method']]}.bin")
                KEPT.mkdir(exist_ok=True, parents=True)
                scores.tofile(KEPT / f"{row['method']}-{n}-{p}.bin")
        else:
            rows = run_ours(folder, n, p) if tool == "stratify" else run_peer(folder, n, tool)
        for row in rows:
            row |= {"samples": n, "difference": difference(folder, n, p, row)}
    return pd.DataFrame(rows)


def run_many(name: str, n: int = MANY, p: int = P) -> dict:
    """Time one method on many samples; peak memory of the process with the data in it.

    GSVA compares each sample with all others, which takes hours: it is frozen on the first 500.
    """
    people, sets = simulated(n, p)
    people.obs["group"] = np.where(np.arange(n) < N, "reference", "others")
    reference = "reference" if name == "gsva" else None
    start, used = time.perf_counter(), time.process_time()
    scores = pathway_activity(people, method=name, reference=reference, sets=sets).scores
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    row = {"tool": "stratify", "method": name, "wall": wall, "cpu": cpu, "samples": n, "peak_gib": peak}
    return row | {"finite": bool(np.isfinite(scores.to_numpy()).all())}


def append(rows: pd.DataFrame) -> None:
    """Add rows to the results."""
    RESULTS.parent.mkdir(exist_ok=True)
    part = RESULTS.with_suffix(".part")
    known = [pd.read_csv(RESULTS)] if RESULTS.is_file() else []
    pd.concat([*known, rows], ignore_index=True).to_csv(part, index=False)
    part.replace(RESULTS)


def resume(rounds: int) -> None:
    """Run what the results do not have yet."""
    names = ["tool", "samples", "round", "method"]
    known = pd.read_csv(RESULTS) if RESULTS.is_file() else pd.DataFrame(columns=names)
    for number in range(rounds):
        for tool in TOOLS:
            if not ((known["round"] == number) & (known["tool"] == tool)).any():
                append(run_tool(tool).assign(round=number))
                print(f"round {number + 1} of {rounds}: {tool}", flush=True)
    for name in sorted(METHODS, key="gsva".__eq__):  # the slowest last
        if not ((known["samples"] == MANY) & (known["method"] == name)).any():
            done = subprocess.run(
                [sys.executable, __file__, "--many", name], capture_output=True, text=True, check=True
            )
            append(pd.DataFrame([json.loads(done.stdout)]))
            print(f"{name} on {MANY} samples", flush=True)


def report() -> None:
    """Print the tables."""
    table = pd.read_csv(RESULTS)
    few = table[table["samples"] == N]
    print(few.pivot_table(index="tool", columns="method", values="wall", aggfunc="min").round(4).to_string())
    print("CPU seconds")
    print(few.pivot_table(index="tool", columns="method", values="cpu", aggfunc="min").round(4).to_string())
    print("largest difference from R GSVA")
    print(few.pivot_table(index="tool", columns="method", values="difference", aggfunc="max").to_string())
    print(
        table.loc[table["samples"] == MANY, ["method", "wall", "cpu", "peak_gib"]]
        .round(2)
        .to_string(index=False)
    )


def caution() -> None:
    """Shift and drop proteins of healthy people, and see what the frozen z and GSVA make of it."""
    adata = simulate_study(seed=1).adata
    healthy = adata[((adata.obs["sample_type"] == "sample") & (adata.obs["group"] == "HC")).to_numpy()].copy()
    frozen = {name: freeze(healthy, shipped_sets(), method=name, label="HC") for name in ("z", "gsva")}
    state = frozen["gsva"].state
    levels = frozen["z"].levels(healthy)
    th2 = frozen["z"].sets.names.index("Th2")
    inside, sd = state["inside"][th2], np.nanstd(levels, axis=0, ddof=1)
    print(f"{len(levels)} reference people, {levels.shape[1]} proteins, Th2 of {inside.sum()} members")
    kernels = fit_kernels(levels)
    for d in (1, 2, 3, 4):
        heights = kernel_distribution(kernels, (np.nanmean(levels, axis=0) + d * sd)[None])
        print(f"a protein {d} SD above the mean stands at {np.median(heights):.4f} of 1 (median)")
    start = {name: one.scores(levels)[0][:, th2] for name, one in frozen.items()}
    unit = {name: values.std(ddof=1) for name, values in start.items()}
    for d in (1, 2, 4, 8):
        moved = {n: one.scores(levels + d * sd * inside)[0][:, th2] - start[n] for n, one in frozen.items()}
        words = ", ".join(f"{n} by {v.mean() / unit[n]:.1f}" for n, v in moved.items())
        print(f"all members {d} SD higher move the score, in SDs of the healthy: {words}")
    for who, columns in (("member", np.flatnonzero(inside)), ("other protein", np.flatnonzero(~inside))):
        for name, one in frozen.items():
            moves = []
            for column in columns:
                holed = levels.copy()
                holed[:, column] = np.nan
                moves.append(np.abs(one.scores(holed)[0][:, th2] - start[name]) / unit[name])
            share = (np.concatenate(moves) > 0).mean()
            mean, worst = np.mean(moves), max(move.mean() for move in moves)
            print(
                f"one absent {who}: {name} changes in {share:.0%} of cases, by {mean:.3f} SD on average, by "
                f"{worst:.3f} for the worst {who}, at most {np.max(moves):.2f} in one person"
            )
    panel = np.flatnonzero(~inside & (frozen["z"].assays["panel"] == "Neurology").to_numpy())
    holed = levels.copy()
    holed[:, panel] = np.nan
    for name, one in frozen.items():
        moves = np.abs(one.scores(holed)[0][:, th2] - start[name]) / unit[name]
        print(f"{len(panel)} other proteins of Neurology absent: {name} by {moves.mean():.2f} SD on average")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--caution", action="store_true")
    parser.add_argument("--many", choices=list(METHODS))
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    if asked.peers:
        make_peers()
    elif asked.caution:
        caution()
    elif asked.many:
        print(json.dumps(run_many(asked.many)))
    else:
        resume(asked.rounds)
        report()


if __name__ == "__main__":
    main()

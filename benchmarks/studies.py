"""Simulated studies of 108 people, 500 fresh MDD each: how near to the best possible rule families come.

    python benchmarks/studies.py                 50 studies in nine cells, resumed where it stopped
    python benchmarks/studies.py --studies 3     a small version
    python benchmarks/studies.py --peers         makes `.venv-automl` with FLAML (needs a network)
    python benchmarks/studies.py --automl 20     FLAML, 60 s of CPU each, in two cells of 20 studies

Each study is learned from once by every family (search inside where `FAMILIES` says so), and the same models
score 500 new MDD patients of the same world, half of them skewed, at three relative sizes; their batch is
anchored by the study's bridge samples. Calls are those of the default family at its pre-specified settings by
the present definition, also where all patients are shifted alike and nobody is skewed. Rows are appended to
``benchmarks/results/studies.csv`` (``automl.csv``), all cells of a study before the next one.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import venv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.learning.classifier import SubtypeClassifier, knowledge
from stratify.learning.detectability import RATES, Circumstance, batch_of, study_rates
from stratify.learning.metrics import auc
from stratify.learning.planned_study import PlannedStudy, learn_planned_study, planned_problem
from stratify.learning.validation import fit_fold
from stratify.simulation.cohort import fresh_mdd
from stratify.simulation.design import design_preset
from stratify.subtyping.definition import read_definition

DEFAULT = "factor-centroids"
DEFINITION = "th2-v2"
SEARCH = 20
# Family and trials; a search of boosted trees costs as much as all others together and is run in two cells.
FAMILIES = {
    "composite": ("composite", 0),
    "pathway-ridge": ("pathway-ridge", SEARCH),
    "elastic-net": ("elastic-net", SEARCH),
    "xgboost": ("xgboost", 0),
    "pathway-xgboost": ("pathway-xgboost", 0),
    "centroids": ("centroids", SEARCH),
    DEFAULT: (DEFAULT, SEARCH),
}
SEARCHED = {f"{name}, searched": (name, SEARCH) for name in ("xgboost", "pathway-xgboost")}
SEARCHED_CELLS, SEARCHED_STUDIES = ("strong-right", "strong-none"), 10
CALLS = f"{DEFAULT}, not searched"
AUTOML = "FLAML, 60 s"
CELLS = tuple(f"{s}-{d}" for s in ("strong", "weak") for d in ("right", "half", "none", "along"))
CELLS = (*CELLS, "confounded")
SIZES = (0.3, 0.5, 0.8)
EVERYONE = 0.125
FIRST_SEED = 100
ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "studies.csv"
PEERS = ROOT / ".venv-automl"
VERSION = "flaml[automl]==2.7.0"
SECONDS = 60

# The peer's clock is its own work, so that its seconds are as many on a busy machine.
PEER_SCRIPT = """
import sys, time, warnings
time.time = time.process_time
import numpy as np
from flaml import AutoML
warnings.simplefilter("ignore")
path, seconds, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
data = np.load(path)
automl = AutoML()
automl.fit(data["z"], data["y"], task="classification", metric="roc_auc", time_budget=seconds, n_jobs=1,
           seed=seed, verbose=0)
fresh = [name for name in data.files if name.startswith("fresh")]
np.savez(path, chosen=automl.best_estimator, **{n: automl.predict_proba(data[n])[:, 1] for n in fresh})
"""


def fresh_batches(
    study: PlannedStudy, seed: int, n: int
) -> list[tuple[float, np.ndarray, np.ndarray, float]]:
    """Draw new patients at each size: the size, profiles, who is skewed, and the AUC of the Bayes score."""
    batches = []
    for size in SIZES:
        people, truth = fresh_mdd(
            study.world, n, seed=seed, prevalence=0.5, relative_size=size, controls=True
        )
        skewed = truth["skewed"].to_numpy(dtype=int)
        best = auc(skewed, truth["bayes_score"].to_numpy())
        batches.append((size, batch_of(study, people).profiles, skewed, best))
    return batches


def families_of(cell: str, seed: int) -> dict[str, tuple[str, int]]:
    """Which families are learned, with how many trials."""
    also = cell in SEARCHED_CELLS and seed < FIRST_SEED + SEARCHED_STUDIES
    return FAMILIES | SEARCHED if also else FAMILIES


def run_study(cell: str, seed: int, n_fresh: int = 500) -> pd.DataFrame:
    """Learn from one study and score fresh patients; one row a family and circumstance."""
    design, definition = design_preset(cell), read_definition(DEFINITION)
    study = learn_planned_study(design, seed, definition=DEFINITION, family=DEFAULT)
    problem = planned_problem(design, seed)[0]
    known = knowledge(definition.prior_sets, definition.axis_sets, problem.assays)
    batches, rows = fresh_batches(study, seed, n_fresh), []
    for word, (name, trials) in (families_of(cell, seed) | {CALLS: (DEFAULT, 0)}).items():
        model = fit_fold(problem, problem.learned, name, known, trials=trials, seed=seed)
        for size, profiles, skewed, best in batches:
            area = auc(skewed, model.decision_function(profiles))
            rates = {}
            if word == CALLS:
                rates = study_rates(study, Circumstance(size), patients=n_fresh, seed=seed)
            rows.append({"family": word, "size": size, "bayes_auc": best, "auc": area} | rates)
    rival = replace(study.world.design, truth="everyone_shifts", everyone_size=EVERYONE)
    shifted = replace(study, world=replace(study.world, design=rival))
    rates = study_rates(shifted, Circumstance(0.0), patients=n_fresh, seed=seed)
    rows.append({"family": CALLS, "size": 0.0} | rates)
    columns = ["cell", "seed", "family", "size", "bayes_auc", "auc", *RATES]
    return pd.DataFrame(rows).assign(cell=cell, seed=seed)[columns].round(6)


def run_automl(cell: str, seed: int, n_fresh: int = 500) -> pd.DataFrame:
    """FLAML on the same prepared profiles as the families; one row a relative size."""
    design, definition = design_preset(cell), read_definition(DEFINITION)
    study = learn_planned_study(design, seed, definition=DEFINITION, family=DEFAULT)
    problem = planned_problem(design, seed)[0]
    known = knowledge(definition.prior_sets, definition.axis_sets, problem.assays)
    path = fit_fold(problem, problem.learned, "composite", known, trials=0, seed=seed)
    batches = fresh_batches(study, seed, n_fresh)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "study.npz"
        fresh = {f"fresh{size}": _prepared(path, profiles) for size, profiles, _, _ in batches}
        rows = problem.learned
        np.savez(file, z=_prepared(path, problem.profiles[rows]), y=problem.y[rows], **fresh)
        command = [PEERS / "bin" / "python", "-c", PEER_SCRIPT, file, SECONDS, seed]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(list(map(str, command)), cwd=folder, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = np.load(file)
        rows = [
            {"size": size, "bayes_auc": best, "auc": auc(skewed, told[f"fresh{size}"])}
            for size, _, skewed, best in batches
        ]
        used = after.ru_utime - before.ru_utime
        return pd.DataFrame(rows).assign(
            cell=cell, seed=seed, family=AUTOML, chosen=str(told["chosen"]), cpu=used
        )


def _prepared(path: SubtypeClassifier, profiles: np.ndarray) -> np.ndarray:
    return path.scaler_.transform(path.complete(profiles))


def resume(path: Path, cells: tuple[str, ...], studies: int, run=None) -> pd.DataFrame:
    """Run what is not yet in the file, one study after the other, all cells of each."""
    run = run or run_study
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path) if path.exists() else pd.DataFrame(columns=["cell", "seed"])
    for seed in range(FIRST_SEED, FIRST_SEED + studies):
        for cell in cells:
            if not ((done["cell"] == cell) & (done["seed"] == seed)).any():
                run(cell, seed).to_csv(path, mode="a", header=not path.exists(), index=False)
                print(f"{cell} {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path)
    return table[table["cell"].isin(cells) & (table["seed"] < FIRST_SEED + studies)]


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Mean efficiency at each size, with Monte Carlo errors; differences to the default are paired."""
    table = table[table["auc"].notna()]
    table = table.assign(efficiency=(table["auc"] - 0.5) / (table["bayes_auc"] - 0.5))
    wide = table.pivot(index=["cell", "size", "seed"], columns="family", values="efficiency")
    rows = []
    for (cell, name), part in table.groupby(["cell", "family"], sort=False):
        half = part[part["size"] == 0.5]["efficiency"]
        difference = (wide[name] - wide[DEFAULT]).loc[cell, 0.5].dropna()
        rows.append(
            {
                "cell": cell,
                "family": name,
                "studies": len(half),
                **{f"at {size}": _mean(p["efficiency"]) for size, p in part.groupby("size")},
                "worst tenth": f"{half.quantile(0.1):.2f}",
                "less default": _mean(difference, 3) if name != DEFAULT else "",
            }
        )
    return pd.DataFrame(rows)


def summarise_calls(table: pd.DataFrame) -> pd.DataFrame:
    """Rates of the default's calls by cell and size (0: all shifted alike), with Monte Carlo errors."""
    calls = table[table[RATES[0]].notna() | table[RATES[1]].notna()]
    cells = calls.groupby(["cell", "size"], sort=False)
    told = {rate: cells[rate].apply(_mean, 3) for rate in RATES}
    return pd.DataFrame({"studies": cells.size(), **told}).reset_index()


def _mean(values: pd.Series, digits: int = 2) -> str:
    error = values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.{digits}f} ({error:.{digits}f})"


def automl(studies: int, path: Path) -> None:
    """FLAML in two cells, and the families on the same studies beside it."""
    if not (PEERS / "bin" / "python").is_file():
        print("FLAML is absent (python benchmarks/studies.py --peers): not run")
        return
    theirs = resume(path.with_name("automl.csv"), SEARCHED_CELLS, studies, run_automl)
    print(theirs[theirs["size"] == 0.5]["chosen"].value_counts().to_string())
    print(theirs["cpu"].describe()[["min", "mean", "max"]].rename("CPU seconds").round(1).to_string())
    ours = pd.read_csv(path)
    pairs = pd.MultiIndex.from_frame(theirs[["cell", "seed"]])
    same = pd.MultiIndex.from_frame(ours[["cell", "seed"]]).isin(pairs)
    print(summarise(pd.concat([ours[same], theirs])).to_string(index=False))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=50)
    parser.add_argument("--cells", nargs="+", default=list(CELLS))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--automl", type=int, default=0, metavar="STUDIES")
    arguments = parser.parse_args()
    if arguments.peers:
        venv.create(PEERS, with_pip=True, clear=True)
        subprocess.run([PEERS / "bin" / "python", "-m", "pip", "install", "--quiet", VERSION], check=True)
    elif arguments.automl:
        automl(arguments.automl, arguments.results)
    else:
        table = resume(arguments.results, tuple(arguments.cells), arguments.studies)
        print(summarise(table).to_string(index=False))
        print(summarise_calls(table).to_string(index=False))


if __name__ == "__main__":
    main()

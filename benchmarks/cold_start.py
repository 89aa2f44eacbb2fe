"""One patient from a cold start: all of `stratify screen`, report included, beside importing its libraries.

    python benchmarks/cold_start.py --runs 15

Fresh interpreters in turn, processor time. The ratio is the median over turns, so that other work on the
machine weighs on both sides alike; beside it stands that of the shortest calls, which it troubles least.
Byte code is kept in a folder, as an installed package has it. The booster is a small one, trained on a
simulated study for this run.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from stratify.learning.problem import make_problem
from stratify.learning.training import Recipe, train
from stratify.learning.validation import Plan
from stratify.reporting.bundle import write_bundle
from stratify.reporting.manifest import write_manifest
from stratify.simulation.cohort import fresh_mdd, simulate_study
from stratify.simulation.design import design_preset
from stratify.simulation.export import write_npx_long
from stratify.subtyping.definition import read_definition
from stratify.subtyping.labels import reference_disease

MODEL = Path(__file__).parents[1] / "models" / "demo-1"
AIM = 1.25
SCREEN = (
    "import sys; sys.argv = ['stratify', 'screen', {model!r}, {file!r}, '-o', {out!r}]; "
    "from stratify.cli import main; main()"
)


def seconds(statement: str, cache: Path) -> float:
    """Measure the processor time of one fresh interpreter that runs the statement."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", statement],
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment | {"PYTHONPYCACHEPREFIX": str(cache)},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def compare(screening: str, libraries: str, cache: Path, runs: int) -> dict[str, float]:
    """Medians of both statements, and of their ratio in one turn."""
    turns = [(seconds(libraries, cache), seconds(screening, cache)) for _ in range(runs + 1)][1:]
    return {
        "libraries": median(before for before, _ in turns),
        "screen": median(after for _, after in turns),
        "ratio": median(after / before for before, after in turns),
        "shortest": min(after for _, after in turns) / min(before for before, _ in turns),
    }


def one_patient(path: Path) -> Path:
    """Write the laboratory's file of one new patient."""
    study = simulate_study(design_preset("study"), seed=1)
    write_npx_long(fresh_mdd(study.world, 1, seed=3, controls=True)[0], path)
    return path


def boosted_model(folder: Path) -> Path:
    """Train a small booster on a simulated study."""
    people = simulate_study(design_preset("study"), seed=1).adata
    people = people[people.obs["sample_type"] == "sample"].copy()
    labels = reference_disease(
        people.obs["group"], positive=["AD"], negative=["PSO", "HC"], reference=["HC"], target=["MDD"]
    )
    recipe = Recipe(
        "boosted",
        1,
        "AD",
        read_definition("th2-v2"),
        ["xgboost"],
        default="xgboost",
        plan=Plan(repeats=2, trials=1),
        permutations=0,
        platform="Olink Target 96",
        matrix="serum",
    )
    write_bundle(train(make_problem(people, labels), recipe).model, folder / "bundle")
    (folder / "card.md").write_text("# Booster of a benchmark\n", encoding="utf-8")
    write_manifest(folder)
    return folder


def main() -> None:
    """Print seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = one_patient(folder / "levels.csv")
        pairs = (
            ("centroids", MODEL, "import pandas, anndata"),
            ("booster", boosted_model(folder / "boosted-1"), "import xgboost, pandas"),
        )
        print(f"processor seconds, medians of {runs} turns")
        for kind, model, libraries in pairs:
            verb = SCREEN.format(model=str(model), file=str(file), out=str(folder / kind))
            found = compare(verb, libraries, folder / "bytecode", runs)
            print(
                f"{kind:9} {libraries:22} {found['libraries']:5.2f}  stratify screen {found['screen']:5.2f}  "
                f"ratio {found['ratio']:.2f}, of the shortest {found['shortest']:.2f}  (aim: at most {AIM})",
                flush=True,
            )


if __name__ == "__main__":
    main()

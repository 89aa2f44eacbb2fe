"""How often a watch on runs alarms for nothing, and what it sees, in simulated studies.

    python benchmarks/drift.py                6 studies, 8 runs in control and 2 of each mishap
    python benchmarks/drift.py --studies 2    a small version

Each study of 108 people, in which MDD patients leak no more than others, is learned from once; runs of new
MDD patients of the same world are laid beside the people whom the model keeps, or an accepted run of 30.
What is done is not done again; rows are appended to ``benchmarks/results/drift.csv``, the table goes to
standard output.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.learning.frozen import FrozenModel
from stratify.learning.planned_study import PlannedStudy, learn_planned_study
from stratify.learning.stress import plasma_to_serum
from stratify.reporting.bundle import LoadedModel
from stratify.screening.drift.runs import Reference, Run, accepted, run_of, trained_on
from stratify.screening.drift.verdict import IN_CONTROL, OFF, judge
from stratify.simulation.cohort import fresh_mdd
from stratify.simulation.design import design_preset

RESULTS = Path(__file__).parent / "results" / "drift.csv"
FIRST_SEED, RUNS, SIZES = 700, {"in control": 8}, (10, 30)
FEW = 2  # runs of each other circumstance
CIRCUMSTANCES = {
    "in control": {},
    "twice as many skewed": {"prevalence": 0.5},
    "offset SD .2": {"batch_offset_sd": 0.2},
    "offset SD .5": {"batch_offset_sd": 0.5},
    "EDTA tubes": {"tube": True},
    "half a unit of leak": {"leak_offset": 0.5},
    "one unit of leak": {"leak_offset": 1.0},
}


def run_people(study: PlannedStudy, n: int, seed: int, *, tube: bool = False, **dials: float) -> AnnData:
    """Draw the patients of a run, maybe into EDTA tubes, with the bridge samples of the study."""
    people, _ = fresh_mdd(study.world, n, seed=seed, controls=True, **dials)
    if tube:
        shift = pd.Series(plasma_to_serum(study.model), study.model.assays.index)
        patients = (people.obs["sample_type"] == "sample").to_numpy()
        people.X[patients] -= shift.reindex(people.var_names).fillna(0.0).to_numpy()
        people.obs["matrix"] = ""  # nobody says so
    return people


def judged(model: FrozenModel, run: Run, reference: Reference) -> tuple[str, str]:
    """Give the level of a run, and the figures that are not in control."""
    found = judge(model, [run], reference)
    return found.level, ";".join(found.table.loc[found.table["level"] != IN_CONTROL, "figure"])


def run_study(seed: int) -> pd.DataFrame:
    """Judge runs of one study under each circumstance, with and without their bridge samples."""
    design = replace(design_preset("study"), leak_offset_mdd=0.0)
    study = learn_planned_study(design, seed)
    model = replace(study.model, matrix="serum")
    study = replace(study, model=model)
    loaded, rows = LoadedModel(model, "", Path()), []
    first = run_of("first", run_people(study, 30, 1000 * seed + 999), loaded)
    references = {"training": trained_on(model), "accepted run": accepted(first)}
    for name, dials in CIRCUMSTANCES.items():
        for n in SIZES:
            for number in range(RUNS.get(name, FEW)):
                people = run_people(study, n, 1000 * seed + number, **dials)
                alone = people[people.obs["sample_type"] == "sample"].copy()
                for anchored, cohort in (("bridge", people), ("vendor", alone)):
                    run = run_of("run", cohort, loaded)
                    for against, reference in references.items():
                        if name == "in control" or against == "training":
                            told = judged(model, run, reference)
                            rows.append((seed, name, against, n, anchored, number, *told))
    return pd.DataFrame(
        rows, columns=["seed", "circumstance", "against", "people", "anchored", "run", "level", "figures"]
    )


def resume(path: Path, studies: int) -> pd.DataFrame:
    """Run what is not in the file yet."""
    path.parent.mkdir(exist_ok=True)
    done = pd.read_csv(path)["seed"].unique() if path.exists() else np.zeros(0)
    for seed in range(FIRST_SEED, FIRST_SEED + studies):
        if seed not in done:
            run_study(seed).to_csv(path, mode="a", header=not path.exists(), index=False)
            print(f"study {seed}", file=sys.stderr, flush=True)
    table = pd.read_csv(path, keep_default_na=False)
    return table[table["seed"] < FIRST_SEED + studies]


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Shares of runs that are off, and that are not in control; with the error between studies."""
    table = table.assign(off=table["level"] == OFF, alarm=table["level"] != IN_CONTROL)
    groups = ["circumstance", "against", "anchored", "people"]
    by_study = table.groupby([*groups, "seed"], sort=False)[["off", "alarm"]].mean()
    found = by_study.groupby(groups, sort=False)
    told = found.mean().join(found.sem().add_suffix("_error"))
    most = (
        table[table["alarm"]]
        .groupby(groups)["figures"]
        .agg(lambda each: ";".join(each.str.split(";").explode().value_counts().index[:3]))
    )
    return told.join(most).reset_index()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=6)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    print(summarise(resume(arguments.results, arguments.studies)).round(3).to_string(index=False))


if __name__ == "__main__":
    main()

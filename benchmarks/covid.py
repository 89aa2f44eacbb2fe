"""Real patients whom no model has seen: dialysis patients with and without COVID-19 (Gisby et al. 2021).

    STRATIFY_DATA_DIR=... python benchmarks/covid.py

(a) With the demo model as delivered (four panels, of which the file lacks Neurology).
(b) With a model trained on the two panels that the vasculitis workbook shares with this file. The offset of
    the batch is declared from the 11 dialysis patients without COVID-19; how often each check objects to the
    patients with COVID-19 is counted, each check taken alone.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.assays.clinical import join_clinical
from stratify.assays.proteins.matching import match_assays
from stratify.assays.reader import read_assays
from stratify.datasets import fetch
from stratify.errors import ScreeningError
from stratify.experiment.cohort import load_cohort, make_experiment_problem
from stratify.experiment.config import read_experiment
from stratify.experiment.run import run_experiment
from stratify.reporting.bundle import load_model
from stratify.screening.anchoring import read_offset
from stratify.screening.score import screen_cohort

ROOT = Path(__file__).parents[1]


def declared_offset(patients, negative: np.ndarray, experiment: Path, path: Path) -> None:
    """Write the offset of a batch: its people without COVID-19 less the healthy people of the training."""
    config = read_experiment(experiment)
    people = load_cohort(config, experiment.parent).people
    healthy = np.asarray(people.X)[make_experiment_problem(config, people).reference]
    place = match_assays(people.var, patients.var)
    here = np.asarray(patients.X)[negative][:, np.maximum(place, 0)]
    table = pd.DataFrame(
        {
            "assay_id": people.var_names,
            "offset": np.nanmean(here, axis=0) - np.nanmean(healthy, axis=0),
            "error": np.nanstd(here, axis=0, ddof=1) / np.sqrt(negative.sum()),
        }
    )
    table[place >= 0].to_csv(path, index=False)


def main() -> None:
    """Screen and count."""
    folder = fetch("gisby_serum")
    patients, _ = join_clinical(
        read_assays(folder / "serum_npx_level.csv"), folder / "serum_sample_level.csv"
    )
    try:
        screen_cohort(load_model(ROOT / "models" / "demo-1"), patients)
        print("(a) not refused")
    except ScreeningError as refusal:
        print(f"(a) the demo model as delivered refuses the file:\n{refusal}\n")
    experiment = ROOT / "experiments" / "panels.toml"
    negative = (patients.obs["group"] == "NEGATIVE").to_numpy()
    with tempfile.TemporaryDirectory() as work:
        result = run_experiment(experiment, models=work, tracked=False)
        loaded = load_model(result.folder)
        declared_offset(patients, negative, experiment, Path(work) / "offset.csv")
        anchor = read_offset(Path(work) / "offset.csv", loaded.model)
        table = screen_cohort(loaded, patients, declared=anchor).table
    print(
        f"(b) model {loaded.model.name}: {len(loaded.model.assays)} assays, anchored {set(table['anchored'])}"
    )
    group = np.where(negative, "dialysis", "dialysis and COVID-19")
    for check in ("known_biology", "handling", "quality", "call"):
        print(pd.crosstab(group, table[check].to_numpy(), rownames=[""], colnames=[check]).to_string(), "\n")


if __name__ == "__main__":
    main()

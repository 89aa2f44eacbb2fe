"""Small trainings that reports are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stratify.learning.planted import model_map
from stratify.learning.problem import Problem
from stratify.learning.training import Recipe, Training, train
from stratify.learning.validation import Plan
from stratify.reporting.card import alt_texts, marked_text
from stratify.reporting.facts import Facts, Flow, count_target_calls
from stratify.reporting.folder import write_model_folder
from stratify.reporting.plots import draw_figures
from stratify.reporting.raw_facts import raw_facts
from stratify.reporting.record import card_facts, run_record
from stratify.signatures.pathways import pathway_table
from stratify.subtyping.definition import read_definition

N_POSITIVE, N_REFERENCE, N_OTHER, N_TARGET = 16, 18, 10, 8


def study(shift: float = 1.4, seed: int = 0) -> Problem:
    """People of four groups on 40 proteins; the reference disease raises the Th2 proteins."""
    table = pathway_table().drop_duplicates("uniprot")
    counts = {"Th2": 10, "Th1": 8, "Th17": 8, "QC_preanalytical": 14}
    kept = pd.concat([table[table["pathway"] == name].head(n) for name, n in counts.items()])
    th2 = (kept["pathway"] == "Th2").to_numpy()
    assays = pd.DataFrame(
        {"uniprot": kept["uniprot"].to_numpy(), "gene": kept["gene"].to_numpy(), "panel": "Inflammation"},
        index=[f"{name}@Inflammation" for name in kept["uniprot"]],
    )
    rng = np.random.default_rng(seed)
    y = np.repeat([1, 0, 0, -1], [N_POSITIVE, N_REFERENCE, N_OTHER, N_TARGET])
    profiles = 5 + rng.normal(size=(len(y), len(assays))) + 0.5 * rng.normal(size=(len(y), 1))
    profiles += shift * np.select([y == 1, y == -1], [1.0, 0.5], 0.0)[:, None] * th2
    profiles[rng.random(profiles.shape) < 0.02] = np.nan
    samples = np.array([f"person-{i:02d}" for i in range(len(y))])
    place = np.arange(len(y))
    reference = (place >= N_POSITIVE) & (place < N_POSITIVE + N_REFERENCE)
    return Problem(profiles, y, reference, y == -1, samples, samples, assays, np.ones(len(assays)))


def recipe(**changes: Any) -> Recipe:
    return replace(
        Recipe(
            name="small",
            version=1,
            positive="AD",
            definition=read_definition("th2-v1"),
            families=["composite", "xgboost"],
            plan=Plan(folds=4, repeats=2, trials=0),
            permutations=19,
            platform="Olink Target 96",
            matrix="serum",
        ),
        **changes,
    )


def facts_of(training: Training) -> Facts:
    return Facts(
        question="Who resembles atopic dermatitis?",
        experiment="small.toml",
        sources={"b.csv": "b" * 64, "a.csv": "a" * 64},
        flow=Flow(56, 4, {"failed | QC": 1}, {"AD": 16, "HC": 18, "PSO": 10}, 18, 8),
        settings={
            "seed": 0,
            "learning": {"folds": 4, "families": ["composite"]},
            "data": {"files": ["a.csv"]},
        },
        seed=0,
        simulated=True,
        target_calls=count_target_calls(training),
    )


@pytest.fixture(scope="session")
def training() -> Training:
    """A linear model that works."""
    return train(study(), recipe())


@pytest.fixture(scope="session")
def boosted() -> Training:
    """Trees that see pathway means, without a permutation test."""
    return train(study(), recipe(default="pathway-xgboost", families=[], permutations=0))


@pytest.fixture(scope="session")
def null() -> Training:
    """A model that learned nothing, without healthy people and without targets."""
    problem = study(shift=0.0, seed=3)
    nobody = np.zeros(len(problem.y), dtype=bool)
    return train(replace(problem, reference=nobody, target=nobody), recipe())


@pytest.fixture(scope="session")
def make_facts() -> Callable[[Training], Facts]:
    return facts_of


@pytest.fixture(scope="session")
def facts(training: Training) -> Facts:
    return replace(facts_of(training), found=model_map(training.model))


@pytest.fixture(scope="session")
def figures(training: Training, facts: Facts) -> dict[str, str]:
    return draw_figures(raw_facts(training, facts))


@pytest.fixture(scope="session")
def card_folder(training, facts, figures, tmp_path_factory):
    """A model folder; copy it before changing anything."""
    folder = tmp_path_factory.mktemp("cards") / "small-1"
    write_model_folder(training, facts, figures, folder)
    return folder


@pytest.fixture(scope="session")
def marked(training, facts, figures) -> str:
    """The card with the path of each fact."""
    raw = raw_facts(training, facts)
    return marked_text(card_facts(run_record(training, facts, raw), raw, alt_texts(figures)))

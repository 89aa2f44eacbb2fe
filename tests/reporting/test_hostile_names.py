"""Names that are written to run in a browser: nothing on a card, in a figure or on a quality page does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.learning.subgroups import subgroups_of
from stratify.reporting.canvas import alt_text
from stratify.reporting.card import alt_texts, card_files
from stratify.reporting.plots import draw_figures
from stratify.reporting.quality import examine
from stratify.reporting.quality_page import quality_page
from stratify.reporting.raw_facts import raw_facts
from stratify.reporting.record import card_facts, run_record


@pytest.fixture(scope="module")
def evil(training, hostile):
    """A training in which proteins, panels and the reference disease are attacks."""
    names = training.model.assays.assign(
        gene=[f"{hostile}{i}" for i in range(len(training.model.assays))], panel=hostile
    )
    problem = replace(training.problem, assays=names[training.problem.assays.columns])
    return replace(training, problem=problem, model=replace(training.model, assays=names, positive=hostile))


@pytest.fixture(scope="module")
def evil_facts(evil, facts, hostile):
    """Facts in which the question, the experiment, files, groups, sites, settings and subgroups are."""
    samples = np.array(evil.problem.samples)
    levels = np.where(np.arange(len(samples)) % 2, hostile, "b")
    members = pd.DataFrame({"column": hostile, "level": levels, "sample_id": samples})
    return replace(
        facts,
        question=hostile,
        experiment=f"{hostile}.toml",
        sources={hostile: "a" * 64},
        settings=dict(facts.settings) | {"data": {"site": hostile}, hostile: hostile},
        flow=replace(facts.flow, removed={hostile: 1}, learned={hostile: 16, "b": 28}),
        covariates=(hostile,),
        software={hostile: hostile},
        memberships=members,
        subgroups=tuple(subgroups_of(evil.evaluation.of(evil.family), members)),
    )


@pytest.fixture(scope="module")
def evil_figures(evil, evil_facts):
    return draw_figures(raw_facts(evil, evil_facts))


def test_card(evil, evil_facts, evil_figures, harmless, hostile):
    raw = raw_facts(evil, evil_facts)
    files = card_files(
        card_facts(run_record(evil, evil_facts, raw), raw, alt_texts(evil_figures)), evil_figures
    )
    shown = harmless(files["card.html"])
    assert shown.count(hostile) > 10
    assert "default-src 'none'" in files["card.html"]


def test_figures(evil_figures, harmless, hostile):
    named = [name for name, svg in evil_figures.items() if hostile[:9] in harmless(svg)]
    assert len(named) > 5
    assert any(hostile in alt_text(svg) for svg in evil_figures.values())


def test_quality_page(harmless, hostile):
    rng = np.random.default_rng(0)
    n = 40
    word = np.where(np.arange(n) % 2, hostile, "b")
    obs = pd.DataFrame(
        dict.fromkeys(("group", "site", "plate", "matrix"), word) | {"age": rng.normal(50, 9, n)},
        index=[f"{hostile}{i}" for i in range(n)],
    )
    var = pd.DataFrame({"gene": [f"{hostile}{i}" for i in range(8)], "panel": hostile})
    var.index = [f"{hostile}-{i}" for i in range(8)]
    adata = AnnData(rng.normal(size=(n, 8)), obs, var)
    adata.uns["stratify"] = {
        "format": hostile,
        "platform": hostile,
        "scale": "NPX",
        "sources": {"name": [hostile], "sha256": ["f" * 64]},
    }
    assert hostile in harmless(quality_page(examine(adata)))

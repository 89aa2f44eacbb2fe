from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.reporting.canvas import alt_text
from stratify.reporting.quality import examine
from stratify.reporting.quality_figures import draw_components, draw_detectability, draw_quality
from stratify.signatures.pathways import pathway_table


@pytest.fixture(scope="module")
def quality():
    rng = np.random.default_rng(0)
    proteins = pathway_table().drop_duplicates("uniprot").head(60)
    var = pd.DataFrame(
        {"gene": proteins["gene"].to_numpy(), "uniprot": proteins["uniprot"].to_numpy()},
        index=proteins["uniprot"].to_numpy(),
    )
    obs = pd.DataFrame(
        {
            "sample_type": ["sample"] * 60 + ["control"] * 3,
            "group": [*rng.choice(["case & co", "control"], 60), "", "", ""],
            "plate": [*rng.choice(["P1", "P2"], 60), "P1", "P2", "P2"],
            "age": [*rng.normal(50, 9, 60), np.nan, np.nan, np.nan],
        },
        index=[f"S{i}" for i in range(63)],
    )
    adata = AnnData(5 + rng.normal(size=(63, len(var))), obs=obs, var=var)
    adata.layers["lod"] = np.full(adata.shape, 4.0)
    adata.layers["lod"][:, :5] = 9.0
    return examine(adata)


def test_every_figure_tells_what_it_shows(quality):
    figures = draw_quality(quality)
    assert set(figures) >= {
        "detectability",
        "distributions",
        "components-plate",
        "components-group",
        "probes",
    }
    assert all(len(alt_text(svg)) > 40 for svg in figures.values())
    assert "case & co" in alt_text(figures["components-group"])
    assert "case &amp; co" in figures["components-group"]


def test_the_same_facts_give_the_same_bytes(quality):
    assert draw_quality(quality) == draw_quality(quality)


def test_numbers_in_the_alternative_texts_are_those_of_the_facts(quality):
    _, alt = draw_detectability(quality.overview)
    assert "5 lie above it in fewer than half" in alt
    probe = quality.probes.probes[0]
    assert f"{probe.column} AUC {probe.found.value:.2f}" in alt_text(draw_quality(quality)["probes"])


def test_what_is_not_there_is_not_drawn():
    figures = draw_quality(examine(AnnData(np.random.default_rng(0).normal(size=(10, 4)))))
    assert set(figures) == {"distributions", "components-all"}
    assert draw_quality(examine(AnnData(np.ones((1, 2))))).keys() == {"distributions"}


def test_many_classes_share_the_last_colour(quality):
    samples = quality.overview.samples.assign(site=[f"site {i % 12}" for i in range(63)])
    figure, alt = draw_components(replace(quality.overview, samples=samples), "site")
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert len(labels) == 8
    assert labels[-1].startswith("others (n ")
    assert alt.count("around") == 7

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stratify.reporting.explain import explain, refit_shares
from stratify.reporting.shap_plots import (
    draw_beeswarm,
    draw_dependence,
    draw_pathway_beeswarm,
    draw_pathway_shares,
    draw_shares,
)


@pytest.fixture
def explanation(training):
    return explain(training)


def labels(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_yticklabels()]


def test_bars_are_the_shares(explanation, training):
    figure, alt = draw_shares(explanation, training.model)
    leading = explanation.leading().head(15)
    widths = sorted((bar.get_width() for bar in figure.axes[0].patches), reverse=True)
    np.testing.assert_allclose(widths, 100 * leading["share"])
    assert labels(figure)[0] == f"{leading['protein'].iloc[0]} (Th2)"
    assert leading["protein"].iloc[0] in alt


def test_bars_that_lower_the_score_are_hatched(explanation, training):
    figure, _ = draw_shares(explanation, training.model)
    lowering = int((explanation.leading().head(15)["direction"] < 0).sum())
    assert sum(bar.get_hatch() is not None for bar in figure.axes[0].patches) == lowering


def test_pathway_bars_sum_to_everything(explanation):
    figure, alt = draw_pathway_shares(explanation)
    assert sum(bar.get_width() for bar in figure.axes[0].patches) == pytest.approx(100)
    assert alt.startswith("Pathways")
    assert labels(figure)[0] == "Th2"


def test_beeswarm_has_a_dot_a_person_and_protein(explanation):
    figure, alt = draw_beeswarm(explanation)
    clouds = figure.axes[0].collections
    assert [len(cloud.get_offsets()) for cloud in clouds] == [44] * 15
    first = explanation.proteins.index.get_loc(explanation.leading().index[0])
    np.testing.assert_allclose(clouds[0].get_offsets()[:, 0], explanation.values[:44, first])
    assert "44 people" in alt


def test_pathway_beeswarm_shows_the_sums(explanation):
    figure, _ = draw_pathway_beeswarm(explanation)
    cloud = figure.axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(cloud[:, 0], explanation.by_pathway["Th2"].to_numpy()[:44])


def test_crowds_are_thinned(explanation):
    times = 20
    crowd = replace(
        explanation,
        sample_ids=np.tile(explanation.sample_ids, times),
        learned=np.tile(explanation.learned, times),
        profiles=np.tile(explanation.profiles, (times, 1)),
        values=np.tile(explanation.values, (times, 1)),
    )
    figure, alt = draw_beeswarm(crowd)
    drawn = len(figure.axes[0].collections[0].get_offsets())
    assert 200 < drawn <= 400
    assert f"{drawn} people" in alt


def test_bars_carry_the_range_over_refits(explanation, training):
    figure, _ = draw_shares(explanation, training.model)
    lines = figure.axes[0].collections[0].get_segments()
    shares = 100 * refit_shares(explanation, training.model)
    column = explanation.proteins.index.get_indexer(explanation.leading().index[:1])[0]
    np.testing.assert_allclose(lines[0][:, 0], np.quantile(shares[:, column], (0.05, 0.95)))


def test_dependence_is_the_value_over_the_level(explanation, training):
    figure, alt = draw_dependence(explanation)
    leading = explanation.leading()
    column = explanation.proteins.index.get_indexer(leading.index[:1])[0]
    dots = figure.axes[0].lines[0]
    slope = np.polyfit(dots.get_xdata(), dots.get_ydata(), 1)[0]
    scorer = training.model.scorer
    assert slope == pytest.approx(scorer.weights[column] / scorer.scale[column])
    assert leading["protein"].iloc[3] in alt

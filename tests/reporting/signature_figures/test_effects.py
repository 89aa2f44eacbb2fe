from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import Ellipse

from stratify.reporting.signature_figures.effects import draw_effects

NAMES = ("AD - HC", "MDD - HC")


def draw(first, second, **options):
    return draw_effects(first, second, NAMES, errors=(0.2, 0.3), **{"shared": 0.5} | options)


def test_it_counts_what_differs_in_both(contrast, other_contrast):
    both = (contrast["q_value"] <= 0.05) & (other_contrast["q_value"] <= 0.05)
    assert both.sum() > 5
    _, alt = draw(contrast, other_contrast)
    assert f"120 proteins: {both.sum()} differ in both in one direction, 0 in opposite ones" in alt
    assert alt.endswith("errors of one protein correlate 0.50.")


def test_opposite_directions_are_told_apart(contrast, other_contrast):
    other_contrast["log2_fold_change"] *= -1
    assert "0 differ in both in one direction" in draw(contrast, other_contrast)[1]


@pytest.mark.parametrize("shared", [0.0, 0.5, -0.4])
def test_the_ellipse_holds_95_percent_of_pure_error(contrast, other_contrast, shared):
    figure, _ = draw(contrast, other_contrast, shared=shared)
    (ellipse,) = [patch for patch in figure.axes[0].patches if isinstance(patch, Ellipse)]
    covariance = [[0.04, shared * 0.06], [shared * 0.06, 0.09]]
    points = np.random.default_rng(0).multivariate_normal([0, 0], covariance, size=20_000)
    angle = np.radians(ellipse.angle)
    along = points @ np.array([np.cos(angle), np.sin(angle)]) / (ellipse.width / 2)
    across = points @ np.array([-np.sin(angle), np.cos(angle)]) / (ellipse.height / 2)
    assert np.mean(along**2 + across**2 <= 1) == pytest.approx(0.95, abs=0.006)


def test_proteins_of_one_contrast_only_are_left_out(contrast, other_contrast):
    assert "100 proteins" in draw(contrast, other_contrast.iloc[20:])[1]


def test_long_contrasts_stay_in_the_figure(contrast, other_contrast):
    long = "Major depressive disorder, recurrent, with atypical features and anxious distress - HC" * 2
    figure, _ = draw_effects(contrast, other_contrast, (long, long), errors=(0.2, 0.2), shared=0.5)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert min(text.get_window_extent().x0 for text in (axes.xaxis.label, axes.title)) >= 0

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.reporting.signature_figures.pathway_heatmap import draw_heatmap

SCORES = pd.DataFrame({"Th2": [2.0, 1.0, 0.0, np.nan], "Th1": [0.0, 0.5, 1.0, -1.0]}, index=list("abcd"))
GROUPS = pd.Series(["AD", "AD", "HC", "HC"])


def test_groups_stand_side_by_side_and_nobody_is_named():
    figure, alt = draw_heatmap(SCORES, GROUPS, "healthy SDs")
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["AD (n 2)", "HC (n 2)"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Th2", "Th1"]
    assert alt == "Pathway scores of 4 samples; highest on average in AD: Th2; HC: Th2."


def test_samples_are_in_the_order_of_their_mean_within_the_group():
    (mesh, *_) = draw_heatmap(SCORES, GROUPS, "SD")[0].axes[0].collections
    np.testing.assert_array_equal(np.ma.filled(mesh.get_array(), np.nan)[1], [0.5, 0.0, -1.0, 1.0])


def test_long_names_of_sets_leave_room_for_the_scores():
    names = [f"GOBP_POSITIVE_REGULATION_OF_{i}_" + "AND_SO_ON_" * 12 for i in range(3)]
    scores = pd.DataFrame(np.arange(12.0).reshape(4, 3), columns=names)
    figure, _ = draw_heatmap(scores, pd.Series(["AD", "AD", "HC", "HC"]), "x")
    figure.draw_without_rendering()
    assert min(label.get_window_extent().x0 for label in figure.axes[0].get_yticklabels()) >= 0

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.reporting.signature_figures.ridgelines import draw_ridgelines


def test_groups_are_ordered_by_their_median_and_told():
    scores = pd.Series([*np.linspace(-0.9, 1.1, 20), *np.linspace(1, 3, 20), 5.0, np.nan])
    groups = pd.Series(["HC"] * 20 + ["AD"] * 20 + ["PSO"] * 2)
    figure, alt = draw_ridgelines(scores, groups, "Th2, healthy SDs")
    assert alt == "Th2, healthy SDs by group, medians: PSO 5.00 (n 1), AD 2.00 (n 20), HC 0.10 (n 20)."
    assert figure.axes[0].get_yticklabels()[2].get_text() == "HC (n 20)"


def test_equal_scores_and_nobody_are_drawn():
    same = pd.Series([1.0] * 8)
    assert "AD 1.00 (n 8)" in draw_ridgelines(same, pd.Series(["AD"] * 8), "x")[1]
    assert "nobody" in draw_ridgelines(same * np.nan, pd.Series(["AD"] * 8), "x")[1]


def test_long_names_of_groups_leave_room_for_the_ridges():
    long = "Major depressive disorder, recurrent, with atypical features and anxious distress " * 2
    figure, alt = draw_ridgelines(pd.Series(np.arange(8.0)), pd.Series([long] * 8), "x")
    figure.draw_without_rendering()
    assert figure.axes[0].get_yticklabels()[0].get_window_extent().x0 >= 0
    assert long in alt

from __future__ import annotations

from itertools import combinations

import numpy as np

from stratify.reporting.signature_figures.volcano import draw_volcano


def test_it_names_what_differs_and_says_how_many(contrast, labels_of):
    figure, alt = draw_volcano(contrast, "AD - HC")
    found = contrast[contrast["q_value"] <= 0.05]
    up = int((found["log2_fold_change"] > 0).sum())
    assert f"{up} proteins higher and {len(found) - up} lower at q 0.05 of 120" in alt
    assert set(labels_of(figure)) == set(found["protein"])


def test_no_two_names_collide_even_where_many_differ(contrast, labels_of):
    contrast["q_value"] = 0.01
    boxes = labels_of(draw_volcano(contrast, "AD - HC", most=40)[0])
    assert len(boxes) == 40
    assert not any(one.overlaps(other) for one, other in combinations(boxes.values(), 2))


def test_nothing_found_and_p_of_zero_are_drawn(contrast, labels_of):
    contrast.loc[0, ["p_value", "q_value"]] = 0.0
    assert set(labels_of(draw_volcano(contrast, "x", most=1)[0])) == {"PROT0"}
    contrast["q_value"] = 1.0
    figure, alt = draw_volcano(contrast, "x")
    assert labels_of(figure) == {}
    assert "0 proteins higher and 0 lower" in alt


def test_proteins_that_were_not_tested_are_left_out(contrast):
    contrast.loc[:9, "p_value"] = np.nan
    assert "of 110" in draw_volcano(contrast, "x")[1]


def test_a_long_contrast_stays_in_the_figure(contrast):
    long = "Major depressive disorder, recurrent, with atypical features and anxious distress - HC" * 2
    figure, alt = draw_volcano(contrast, long)
    figure.draw_without_rendering()
    assert figure.axes[0].xaxis.label.get_window_extent().x0 >= 0
    assert long in alt

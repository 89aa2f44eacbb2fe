from __future__ import annotations

import pandas as pd

from stratify.reporting.signature_figures.patient import NOT_FARTHER, draw_patient

PATHWAYS = pd.Series({"Th2": 2.4, "Th1": -0.3})


def test_the_page_of_a_patient_names_proteins_and_drugs():
    proteins = pd.DataFrame(
        {"protein": ["IL6", "CCL17"], "deviation": [-1.8, 3.2], "moved_by": ["", "dupilumab"]}
    )
    figure, alt = draw_patient(PATHWAYS, proteins, "S0001")
    shown = [text.get_text() for text in figure.axes[1].get_yticklabels()]
    assert shown == ["CCL17 (dupilumab)", "IL6"]
    assert alt == (
        "Sample S0001: 2 proteins outside the healthy range; largest pathway score Th2 2.4 healthy SDs."
    )


def test_a_patient_within_the_healthy_range_has_an_empty_half():
    empty = pd.DataFrame({"protein": pd.Series(dtype=str), "deviation": pd.Series(dtype=float)})
    assert "0 proteins" in draw_patient(PATHWAYS, empty, "S1")[1]


def test_a_patient_who_spreads_as_healthy_people_do_is_said_to():
    near = pd.DataFrame({"protein": ["IL6"], "deviation": [0.0]})
    figure, _ = draw_patient(PATHWAYS, near, "S1")
    assert NOT_FARTHER in [text.get_text() for text in figure.axes[1].texts]


def test_proteins_drawn_to_zero_lie_on_no_side():
    near = pd.DataFrame({"protein": ["IL6", "CCL17"], "deviation": [0.0, 0.0]})
    figure, _ = draw_patient(PATHWAYS, near, "S1")
    higher, lower, neither = figure.axes[1].collections[-3:]
    assert [len(part.get_offsets()) for part in (higher, lower, neither)] == [0, 0, 2]


def test_what_is_said_of_a_patient_stays_on_the_page():
    near = pd.DataFrame({"protein": ["IL6"], "deviation": [0.0], "moved_by": ["a drug or another one " * 5]})
    figure, _ = draw_patient(PATHWAYS, near, "S1")
    figure.draw_without_rendering()
    half = figure.axes[1]
    for text in (*half.texts, *half.get_yticklabels(), half.xaxis.label, half._left_title):
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width

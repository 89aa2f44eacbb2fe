"""The picture of the detectability map."""

from __future__ import annotations

import pandas as pd
import pytest

from stratify.learning.detectability import RATES, detectability_map
from stratify.reporting.detectability_figure import draw_detectability


def table(handling):
    rows = [
        {
            "seed": seed,
            "relative_size": size,
            "handling_offset": leak,
            "batch_offset_sd": 0.0,
            "bridges": 4,
            **dict.fromkeys(RATES, 0.1),
            "sensitivity": size - 0.1 * leak,
        }
        for seed in (0, 1)
        for size in (0.3, 0.5)
        for leak in handling
    ]
    return detectability_map(pd.DataFrame(rows), [0.1, 0.25])


def test_a_line_a_circumstance_and_a_prevalence():
    figure, alt = draw_detectability(table([0.0, 1.0]), "2 simulated studies")
    labels = [[text.get_text() for text in axes.get_legend().get_texts()] for axes in figure.axes]
    assert labels == [["leak 0", "leak 1"], ["leak 0", "leak 1"], ["prevalence 0.1", "prevalence 0.25"]]
    assert alt == (
        "Detectability over relative size, 2 simulated studies: at relative size 0.5 0.40 of the skewed are "
        "flagged and 0.100 of the others."
    )


def test_one_circumstance_needs_no_legend():
    figure, _ = draw_detectability(table([0.0]), "2 simulated studies")
    assert figure.axes[0].get_legend() is None
    assert figure.axes[0].get_ylim()[0] == pytest.approx(0)

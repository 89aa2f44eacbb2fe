from __future__ import annotations

import pandas as pd

from stratify.reporting.prevalence_figure import draw_prevalence

TABLE = pd.DataFrame(
    {
        "relative_size": [0.3, 0.5, 0.8],
        "low": [0.0, 0.1, 0.2],
        "high": [1.0, 0.6, 0.35],
        "band_low": [0.0, 0.0, 0.15],
        "band_high": [1.0, 0.8, 0.4],
    }
)


def test_band_and_rival_are_drawn_and_told_and_no_estimate_is():
    figure, alt = draw_prevalence(TABLE, (-0.1, 0.2))
    (axes,) = figure.axes
    assert axes.get_lines() == []
    assert len(axes.collections) == 5
    assert "15% to 40%" in alt
    assert "-0.10 to +0.20" in alt

from __future__ import annotations

import pandas as pd

from stratify.reporting.signature_figures.forest import draw_forest

TABLE = pd.DataFrame(
    {
        "name": ["Th2", "Th1"],
        "estimate": [0.4, 0.1],
        "low": [0.1, -0.2],
        "high": [0.7, 0.4],
        "n": [25, 24],
        "pooled": [0.3, 0.15],
    }
)


def test_every_row_is_drawn_and_told():
    figure, alt = draw_forest(TABLE, "rank correlation with MADRS")
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["Th2 (n 25)", "Th1 (n 24)"]
    assert alt == "rank correlation with MADRS: Th2 0.40 (0.10 to 0.70); Th1 0.10 (-0.20 to 0.40)."


def test_rows_without_an_estimate_are_left_out():
    table = TABLE.assign(estimate=[float("nan"), 0.1]).drop(columns="pooled")
    assert draw_forest(table, "r")[1] == "r: Th1 0.10 (-0.20 to 0.40)."
    assert draw_forest(table.iloc[:0], "r")[1] == "r: nothing to show."

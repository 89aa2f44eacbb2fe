from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.reporting.signature_figures.reversal import NOTHING, draw_reversal

TABLE = pd.DataFrame(
    {
        "drug": ["one", "two", "three"],
        "n_shared": [12, 3, 0],
        "fraction_reversed": [0.9, 0.5, np.nan],
        "fraction_low": [0.7, 0.2, np.nan],
        "fraction_high": [1.0, 0.8, np.nan],
        "p_value": [0.01, np.nan, np.nan],
        "evidence": ["measured in serum", "directions only", "directions only"],
    }
)


def test_drugs_with_a_shared_protein_are_drawn_with_their_evidence():
    figure, alt = draw_reversal(TABLE, "MDD - HC")
    assert alt == "Share reversed of MDD - HC by drug: one 0.90 of 12; two 0.50 of 3."
    told = [text.get_text() for text in figure.axes[0].texts]
    assert told == ["12 shared, p 0.010, measured in serum", "3 shared, p not computed, directions only"]


def test_intervals_may_be_unknown():
    plain = TABLE.drop(columns=["fraction_low", "fraction_high"])
    assert "one 0.90" in draw_reversal(plain, "x")[1]
    assert "no drug" in draw_reversal(plain.iloc[2:], "x")[1]
    figure, _ = draw_reversal(plain.iloc[2:], "x")
    assert [text.get_text() for text in figure.axes[0].texts] == [NOTHING]

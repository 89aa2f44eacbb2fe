from dataclasses import replace

import pandas as pd
import pytest

from stratify.learning.learning_curve import LearningCurve
from stratify.reporting.card import card_text
from stratify.reporting.learning_curve import curve_rows


def curve(gain):
    rows = [
        {"family": name, "share": share, "people": 80 * share, "repeat": 0, "fold": fold}
        | {"auc": 0.7 + 0.1 * share + 0.01 * fold + (gain if name == "xgboost" else 0.0)}
        for share in (0.5, 1.0)
        for fold in range(5)
        for name in ("factor-centroids", "xgboost")
    ]
    return LearningCurve(pd.DataFrame(rows), 5)


def test_no_curve_has_no_rows():
    assert curve_rows(None) is None


def test_rows_are_sizes_and_columns_families():
    found = curve_rows(curve(-0.05))
    assert found.families == ["factor-centroids", "xgboost"]
    assert [people for people, _ in found.rows] == [40, 80]
    assert found.rows[1][1][0][0] == pytest.approx(0.82)
    assert found.rows[1][1][1][0] == pytest.approx(0.77)


@pytest.mark.parametrize(
    ("gain", "words"),
    [(-0.05, "Boosting pays: not within 80 people."), (0.05, "Boosting pays from 40 people on.")],
)
def test_the_card_has_the_table_and_the_sentence(training, facts, gain, words):
    text = card_text(training, replace(facts, curve=curve(gain)), {})
    assert f"**{words}**" in text
    table = text.split("| People learned from |")[1].splitlines()
    assert table[0] == " factor-centroids | xgboost |"
    assert table[1] == "|---:|---:|---:|"
    assert table[2].startswith("| 40 | 0.77 (")
    assert "Learning curve: not computed." in card_text(training, facts, {})

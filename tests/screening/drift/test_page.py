import pandas as pd
import pytest

from stratify.screening.drift.page import alarms, render_page, write_page
from stratify.screening.drift.verdict import Drift


@pytest.fixture
def found():
    figure = {"run": "<b>a</b>.csv", "figure": "leak", "n": 9, "value": 0.8, "unit": "units", "p_value": 1e-4}
    rows = [figure | {"adjusted_p": 1e-3, "level": "off", "detail": "x & y"}]
    rows.append(figure | {"figure": "score", "adjusted_p": 1.0, "level": "in control", "detail": ""})
    run = {"run": "<b>a</b>.csv", "level": "off", "anchored": "none", "compared": "levels and results"}
    runs = [run | {"flagged": 1, "persons": 9, "share": 1 / 9, "low": 0.0, "high": 0.5}]
    return Drift("tiny-1", "83 people", pd.DataFrame(rows), pd.DataFrame(runs))


def test_what_is_off_is_said_with_what_to_do(found):
    leak, anchor = alarms(found)
    assert leak.startswith("<b>a</b>.csv: leak of blood cells 0.80 units (x & y), adjusted p 0.001: ask how")
    assert "send bridge samples" in anchor


def test_the_page_is_whole_safe_and_the_same_each_time(found, tmp_path):
    page = render_page(found)
    assert page == render_page(found)
    assert "<b>a</b>" not in page
    wanted = ("&lt;b&gt;a", "83 people", "default-src 'none'", "11% (0 to 50)", "Leak of blood cells")
    assert [word for word in wanted if word not in page] == []
    write_page(found, tmp_path / "d.html")
    assert (tmp_path / "d.html").read_text(encoding="utf-8") == page
    assert [path.name for path in tmp_path.iterdir()] == ["d.html"]

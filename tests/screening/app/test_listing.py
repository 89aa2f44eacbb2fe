from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.screening.app.listing import ROWS_A_PAGE, listing


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "sample_id": ["b", "a", "c", "d"],
            "call": ["x", "y", "x", "x"],
            "probability": [0.5, 0.1, np.nan, 0.5],
            "eligible": ["yes", "no", "yes", "unknown"],
        }
    )


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({}, [0, 1, 2, 3]),
        ({"sort": "sample_id"}, [1, 0, 2, 3]),
        ({"sort": "probability"}, [1, 0, 3, 2]),
        ({"sort": "probability", "order": "desc"}, [0, 3, 1, 2]),
        ({"call": "x"}, [0, 2, 3]),
        ({"call": "x", "eligible": "yes"}, [0, 2]),
        ({"sort": "__class__", "call": "<script>", "page": "-1"}, [0, 1, 2, 3]),
        ({"page": "999"}, [0, 1, 2, 3]),
    ],
)
def test_rows_are_those_that_are_asked_for(table, query, rows):
    found = listing(table, query)
    assert found.rows == rows
    assert (found.found, found.total) == (len(rows), 4)


def test_heads_lead_up_then_down_then_back(table):
    steps, query = [], {}
    for _ in range(3):
        query = {k: str(v) for k, v in listing(table, query | {"call": "x"}).sorted_by("sample_id").items()}
        steps.append(listing(table, query).aria_sort("sample_id"))
        assert query["call"] == "x"
    assert steps == ["ascending", "descending", "none"]


def test_a_long_table_comes_in_pages():
    table = pd.DataFrame({"sample_id": [f"S{i}" for i in range(ROWS_A_PAGE * 2 + 1)]})
    pages = [listing(table, {"page": str(page)}).rows for page in (1, 2, 3)]
    assert [row for page in pages for row in page] == list(range(len(table)))
    assert len(pages[2]) == 1
    assert listing(table, {"page": "9" * 30}).page == 1

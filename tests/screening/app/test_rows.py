from __future__ import annotations

import json

import numpy as np
import pytest

from stratify.errors import StratifyError
from stratify.screening.app.rows import profiles_of
from stratify.screening.app.settings import Limits


def body(*samples):
    return json.dumps(
        {"samples": [{"sample_id": name, "levels": levels} for name, levels in samples]}
    ).encode()


def test_samples_may_name_different_assays():
    table = profiles_of(body(("a", {"x": 1.5, "y": None}), ("b", {"z": 2})), Limits())
    assert table.index.tolist() == ["a", "b"]
    assert table.columns.tolist() == ["x", "y", "z"]
    np.testing.assert_array_equal(table, [[1.5, np.nan, np.nan], [np.nan, np.nan, 2.0]])


def test_few_numbers_do_not_make_a_huge_table():
    found = [{"sample_id": f"S{i}", "levels": {f"A{i}": 1.5}} for i in range(50)]
    body = json.dumps({"samples": found}).encode()
    with pytest.raises(StratifyError, match="50 samples and 50 assays") as refused:
        profiles_of(body, Limits(cells=2499))
    assert refused.value.status == 413
    assert profiles_of(body, Limits(cells=2500)).shape == (50, 50)


def test_digits_are_read_exactly():
    text = b'{"samples": [{"sample_id": "a", "levels": {"x": 0.1, "y": 1.7976931348623157e308, "z": -0.0}}]}'
    assert profiles_of(text, Limits()).iloc[0].tolist() == [0.1, 1.7976931348623157e308, -0.0]


def test_more_samples_than_allowed_are_refused():
    with pytest.raises(StratifyError, match="at most 1 samples"):
        profiles_of(body(("a", {}), ("b", {})), Limits(samples=1))


@pytest.mark.parametrize("level", ['"1"', "[1]", "1e999", "-1e999"])
def test_what_is_no_number_is_named_by_sample_and_assay_only(level):
    text = b'{"samples": [{"sample_id": "a", "levels": {"IL6": %s}}]}' % level.encode()
    with pytest.raises(StratifyError, match="sample a for IL6") as caught:
        profiles_of(text, Limits())
    assert "1" not in str(caught.value)


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\u202eb", "a\nb", 7, None])
def test_ids_that_can_not_be_shown_are_refused(name):
    with pytest.raises(StratifyError, match="sample_id"):
        profiles_of(json.dumps({"samples": [{"sample_id": name, "levels": {}}]}).encode(), Limits())

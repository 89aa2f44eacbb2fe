from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from stratify.reporting.frozen_fields import FieldError, Store, from_fields, to_fields


@dataclass(frozen=True)
class Inner:
    values: NDArray[np.float64]
    blob: bytes


@dataclass(frozen=True)
class Outer:
    word: str
    count: int
    share: float
    true: bool
    names: tuple[str, ...]
    parts: tuple[Inner, ...]
    table: pd.DataFrame
    rest: Mapping[str, Any]


@pytest.fixture
def outer():
    inner = Inner(np.asfortranarray(np.arange(6.0).reshape(2, 3)), b"ubj")
    table = pd.DataFrame({"gene": ["IL6", "IL5"], "frequency": [0.5, np.nan]}, index=["a", "b"])
    return Outer("ä", 3, -np.inf, True, ("x",), (inner, Inner(np.zeros(0), b"")), table, {"k": [1, None]})


def test_round_trip(outer):
    store = Store()
    back = from_fields(Outer, to_fields(outer, store), store)
    assert (back.word, back.count, back.share, back.true) == ("ä", 3, -np.inf, True)
    assert (back.names, back.rest, back.parts[0].blob, back.parts[1].blob) == (
        outer.names, outer.rest, b"ubj", b"",
    )  # fmt: skip
    np.testing.assert_array_equal(back.parts[0].values, outer.parts[0].values)
    pd.testing.assert_frame_equal(back.table, outer.table, check_like=True)


def test_arrays_are_named_after_their_fields_and_lie_row_by_row(outer):
    store = Store()
    to_fields(outer, store)
    assert set(store.arrays) == {"parts.0.values", "parts.1.values", "table"}
    assert store.arrays["parts.0.values"].flags["C_CONTIGUOUS"]
    assert store.boosters == [b"ubj"]


@pytest.mark.parametrize(
    ("kind", "node"),
    [
        (str, 1), (int, 1.0), (int, True), (float, "much"), (float, True), (bool, 1),
        (tuple[str, ...], "x"), (tuple[str, ...], [1]), (bytes, {"booster": 1}), (bytes, "x"),
        (NDArray[np.float64], {"array": ["x"]}), (Mapping[str, Any], 1), (Inner, {"values": 1}),
        (pd.DataFrame, {"index": [], "numbers": [], "words": 3}),
    ],
)  # fmt: skip
def test_wrong_types_are_refused_with_the_name_of_the_field(kind, node):
    with pytest.raises(FieldError, match="field here"):
        from_fields(kind, node, Store(boosters=[b"x"]), "here")


def test_arrays_of_another_type_are_refused():
    with pytest.raises(FieldError, match="array of numbers"):
        from_fields(np.ndarray, {"array": "x"}, Store({"x": np.array([1, 2])}))


@dataclass(frozen=True)
class Younger:
    word: str
    added: tuple[str, ...] = ("as before",)


def test_a_field_that_holds_its_default_is_left_out_so_that_earlier_files_stay_readable():
    assert to_fields(Younger("x"), Store()) == {"word": "x"}
    assert from_fields(Younger, {"word": "x"}, Store()) == Younger("x")
    changed = Younger("x", ("new",))
    assert from_fields(Younger, to_fields(changed, Store()), Store()) == changed
    for node in ({}, {"word": "x", "foreign": 1}):
        with pytest.raises(FieldError, match="fields of Younger"):
            from_fields(Younger, node, Store())

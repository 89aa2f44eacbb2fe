import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratify import errors
from stratify.errors import CohortError, StratifyError, listed, nearest

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, StratifyError)]


@pytest.mark.parametrize("kind", KINDS)
def test_message_has_three_lines_in_a_fixed_order(kind):
    error = kind("two groups", "one", "name another")
    assert str(error).splitlines() == ["expected: two groups", "found: one", "do: name another"]
    assert (error.expected, error.found, error.do) == ("two groups", "one", "name another")


@pytest.mark.parametrize("kind", KINDS)
def test_one_except_clause_catches_every_refusal(kind):
    with pytest.raises(StratifyError):
        raise kind("a", "b", "c")


def test_kinds_do_not_catch_each_other():
    leaves = [kind for kind in KINDS if kind is not StratifyError]
    assert len(leaves) == 8
    assert [kind for kind in leaves if issubclass(kind, tuple(set(leaves) - {kind}))] == []
    assert not isinstance(CohortError("a", "b", "c"), ValueError)


@given(st.lists(st.integers(), max_size=12), st.integers(1, 12))
def test_listed_accounts_for_every_item(items, limit):
    text = listed(items, limit)
    shown, _, rest = text.partition(" and ")
    named = [word for word in shown.split(", ") if word]
    assert named == [str(item) for item in items[:limit]]
    assert int(rest.removesuffix(" more") or 0) == max(len(items) - limit, 0)


def test_listed_reads_any_iterable_once():
    assert listed(name for name in "abcdef") == "a, b, c, d, e and 1 more"
    assert listed([]) == ""


def test_nearest_names_one_word_where_one_is_close_and_all_where_none_is():
    assert nearest("negatve", ["positive", "negative"]) == "did you mean 'negative'?"
    assert nearest("zzz", ["b", "a"]) == "known: a, b"


def test_names_with_controls_or_broken_letters_leave_three_printable_lines():
    error = StratifyError("one row a sample", "S\n1, \x1b[31mS2, \udcff and S\u20283", "rename")
    assert str(error).encode("utf-8").decode().splitlines() == [
        "expected: one row a sample",
        "found: S 1,  [31mS2, \\udcff and S 3",
        "do: rename",
    ]

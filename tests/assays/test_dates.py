from __future__ import annotations

import datetime

import numpy as np
import pytest

from stratify.assays.dates import parse_days


def days(*dates):
    return [(datetime.date(*date) - datetime.date(1970, 1, 1)).days for date in dates]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["2021-04-03", "2021-04-13T00:00Z"], [(2021, 4, 3), (2021, 4, 13)]),
        (["3/4/2021", "13/4/2021"], [(2021, 4, 3), (2021, 4, 13)]),
        (["4/3/2021", "4/13/2021"], [(2021, 4, 3), (2021, 4, 13)]),
        (["3.4.2021", "5.4.2021"], [(2021, 4, 3), (2021, 4, 5)]),
        (["3-4-2021", "31-12-2021"], [(2021, 4, 3), (2021, 12, 31)]),
        ([datetime.datetime(2021, 4, 3), datetime.date(2021, 4, 13)], [(2021, 4, 3), (2021, 4, 13)]),
    ],
)
def test_one_order_holds_for_the_whole_column(cells, wanted):
    assert parse_days(cells).tolist() == days(*wanted)


@pytest.mark.parametrize(
    "cells",
    [
        ["3/4/2021", "5/6/2021"],  # nobody knows
        ["13/4/2021", "4/13/2021"],  # both orders
        ["3/4/21", "13/4/21"],  # which century
        ["spring", ""],
        ["13/13/2021"],
    ],
)
def test_what_is_not_sure_is_not_guessed(cells):
    assert np.isnan(parse_days(cells)).all()


def test_times_of_the_day_are_parts_of_a_day():
    assert parse_days(["13/01/1970 18:00"]).tolist() == [12.75]

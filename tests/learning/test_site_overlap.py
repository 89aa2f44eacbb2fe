import numpy as np
import pandas as pd
import pytest

from stratify.learning.site_overlap import inseparable_from_site

Y = np.array([1, 1, 1, 0, 0, 0, -1])
WHO = np.arange(7)


@pytest.mark.parametrize(
    ("site", "found"),
    [
        (["A", "A", "A", "B", "B", "B", "A"], "no clinic has people of both classes"),
        (["A", "A", "A", "B", "B", "A", "A"], ""),
        (["A"] * 7, ""),
        (["A", "A", "A", None, "", None, "A"], "clinic is known for one class only, or for nobody"),
        ([1, 1, 1, 2, 2, 2, 1], "no clinic has people of both classes"),
    ],
)
def test_a_site_with_both_classes_is_what_separates(site, found):
    assert inseparable_from_site(pd.Series(site), Y, WHO, name="clinic") == found


def test_people_without_a_label_do_not_join_a_site_to_a_class():
    assert inseparable_from_site(pd.Series(["A", "A", "A", "B", "B", "B", "B"]), Y, WHO)

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import t as t_distribution

from stratify.signatures.normal_mixture import chi_square_nodes


@pytest.mark.parametrize("df", [2.5, 4.0, 30.0, 1e5, np.inf])
def test_mixture_has_the_tails_of_t(df):
    nodes, shares = chi_square_nodes(np.array([df]), 80)
    x = np.array([0.0, 1, 4, 6])
    mixed = (ndtr(-x[:, None] * np.sqrt(nodes)) * shares).sum(axis=1)
    np.testing.assert_allclose(mixed, t_distribution.sf(x, min(df, 1e5)), rtol=1e-3)

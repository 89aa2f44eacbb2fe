from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from stratify.signatures.variance_components import Squares, variance_components


def test_components_maximise_the_likelihood():
    rng = np.random.default_rng(0)
    d = np.sort(rng.uniform(0, 4, (30, 25)), axis=1)
    y = (1 + 0.7 * d) * rng.chisquare(1, d.shape)
    squares = Squares(d, y, np.ones_like(d))
    found = variance_components(squares)
    inside = 0
    for row in range(30):
        one = squares.of(np.array([row]))
        best = minimize(lambda beta, one=one: one.deviance(beta[None])[0], [1.0, 0.5], method="Nelder-Mead")
        # as in statmod, squares of small mean have bounded weights, and the search stops early
        if best.x[0] > 0.3:
            assert one.deviance(found[[row]])[0] <= best.fun + 0.1
            inside += 1
    assert inside > 15


def test_assays_of_unequal_size_do_not_disturb_each_other():
    rng = np.random.default_rng(1)
    d, y = rng.uniform(0, 4, (2, 12)), rng.chisquare(1, (2, 12))
    count = np.ones((2, 12))
    count[0, 8:] = 0
    both = variance_components(Squares(d, y, count))
    alone = variance_components(Squares(d[:1, :8], y[:1, :8], count[:1, :8]))
    np.testing.assert_allclose(both[0], alone[0])


def test_squares_of_zero_give_zero():
    zero = Squares(np.array([[0.0, 1.0, 2.0]]), np.zeros((1, 3)), np.ones((1, 3)))
    assert variance_components(zero).tolist() == [[0, 0]]

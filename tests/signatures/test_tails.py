"""Tails against scipy where it has digits, against R beyond, and there and back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from stratify.signatures.tails import (
    log_betainc,
    log_betaincinv,
    log_f_quantile,
    log_f_tails,
    log_two_sided,
    two_sided_quantile,
)


@pytest.mark.parametrize("df", [0.7, 3.0, 40.0, 1e5])
def test_ordinary_tails_equal_scipy(df):
    t = np.array([0.0, 1e-3, 0.5, 2.0, 8.0])
    np.testing.assert_allclose(
        log_two_sided(t, df), np.log(2 * t_distribution.sf(t, df)), rtol=1e-9, atol=1e-15
    )


# R 4.2.2: pt(-t, df, log.p = TRUE) + log(2)
@pytest.mark.parametrize(
    ("t", "df", "log_p"),
    [
        (1e9, 100, -1844.59895),
        (40, 1e5, -797.574818),
        (40, 3e8, -803.913159),
        (1000, 3e8, -499175.645785),
        (8, 400, -31.9306366595),
    ],
)
def test_far_tails_equal_those_of_r_and_lead_back(t, df, log_p):
    assert log_two_sided(t, df).item() == pytest.approx(log_p, rel=1e-8)
    assert two_sided_quantile(log_two_sided(t, df), df).item() == pytest.approx(t, rel=1e-9)


def test_infinite_degrees_of_freedom_are_normal_and_none_are_nan():
    assert log_two_sided(1.96, np.inf).item() == pytest.approx(np.log(0.04999579), rel=1e-6)
    assert two_sided_quantile(np.log(0.05), np.inf).item() == pytest.approx(1.959964, rel=1e-6)
    assert np.isnan(log_two_sided(1.0, 0.0))
    assert np.isnan(log_two_sided(np.nan, 3.0))


@pytest.mark.parametrize("upper", [True, False])
def test_quantile_of_f_leads_back(upper):
    f, d1, d2 = (a.ravel() for a in np.meshgrid([0.4, 1.0, 3.0], [2.0, 30.0], [3.0, 200.0]))
    tail = log_f_tails(f, d1, d2)[int(upper)]
    np.testing.assert_allclose(log_f_quantile(tail, d1, d2, upper=upper), f, rtol=1e-9)
    np.testing.assert_allclose(np.exp(log_f_tails(f, d1, d2)[1]), f_distribution.sf(f, d1, d2), rtol=1e-10)


def test_quantile_of_f_beyond_doubles_leads_back():
    tail = log_f_tails(400.0, 30.0, 2000.0)[1]
    assert tail < -700
    assert log_f_quantile(tail, 30.0, 2000.0, upper=True).item() == pytest.approx(400, rel=1e-9)


def test_incomplete_beta_leads_back():
    log_p = np.array([-1e-3, -5.0, -900.0])
    np.testing.assert_allclose(log_betainc(30, 0.5, np.exp(log_betaincinv(log_p, 30, 0.5))), log_p, rtol=1e-9)

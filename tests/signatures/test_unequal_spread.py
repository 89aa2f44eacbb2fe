from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy.stats import ttest_ind

from stratify.signatures.contrast_result import ContrastOptions
from stratify.signatures.differential import contrast
from stratify.signatures.unequal_spread import error_ratio, unequal_spread


def groups(n_case: int, n_control: int, sd: float, p: int = 300, seed: int = 0):
    rng = np.random.default_rng(seed)
    return sd * rng.standard_normal((n_case, p)), rng.standard_normal((n_control, p))


@pytest.mark.parametrize(
    ("n_case", "n_control", "sd", "warned"), [(10, 40, 2.0, "too small"), (40, 10, 2.0, "too large")]
)
def test_it_is_warned_of_and_the_share_is_what_comes_up(n_case, n_control, sd, warned):
    case, control = groups(n_case, n_control, sd, p=20_000)
    (line,) = unequal_spread(case, control, ("MDD", "HC"))
    assert f"p-values are {warned}" in line
    stated = float(line.split("about ")[1].split("%")[0]) / 100
    assert (ttest_ind(case, control).pvalue <= 0.05).mean() == pytest.approx(stated, abs=0.025)


@pytest.mark.parametrize(
    ("n_case", "n_control", "sd"), [(25, 25, 3.0), (10, 40, 1.0), (3, 3, 2.0), (25, 32, 1.2)]
)
def test_groups_of_one_size_or_one_spread_are_not_warned_of(n_case, n_control, sd):
    assert unequal_spread(*groups(n_case, n_control, sd), ("MDD", "HC")) == []


def test_gaps_and_constants_do_not_disturb():
    case, control = groups(10, 40, 2.0)
    case[:, :5], control[:, :5] = 1.0, 1.0
    case[2, 5:50] = np.nan
    assert error_ratio(case, control) == pytest.approx(1.6, abs=0.15)
    assert np.isnan(error_ratio(case[:2], control))
    assert unequal_spread(case[:2], control, ("MDD", "HC")) == []


def test_a_contrast_warns_unasked_and_not_where_samples_are_weighed():
    case, control = groups(10, 40, 2.0, p=60)
    obs = pd.DataFrame(
        {"group": ["MDD"] * 10 + ["HC"] * 40, "w": [0.25] * 10 + [1.0] * 40}, map(str, range(50))
    )
    people = AnnData(np.vstack([case, control]), obs=obs)
    plain = contrast(people, case="MDD", control="HC")
    weighed = contrast(people, case="MDD", control="HC", options=ContrastOptions(weights="w"))
    assert any("differ in size and in spread" in line for line in plain.warnings)
    assert not any("differ in size and in spread" in line for line in weighed.warnings)

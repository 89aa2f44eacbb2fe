"""Designs against what formulaic gives, and formulas that are no formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError
from stratify.signatures.design_matrix import build_design, formula_columns, plain_column

OBS = pd.DataFrame(
    {
        "group": ["HC", "HC", "LV.GCA", "LV.GCA"] * 3,
        "x": np.arange(1.0, 13),
        "a b": list("pqqqpppqqqpp"),
        "site": [1, 1, 2, 2] * 3,
    }
)


def build(formula=None, covariates=(), obs=OBS):
    return build_design(obs, group="group", groups=["HC", "LV.GCA"], covariates=covariates, formula=formula)


def test_covariates_take_no_part_in_a_difference():
    design = build(covariates=["x", "a b"])
    assert design.names == ("group[HC]", "group[LV.GCA]", "x", "a b[T.q]")
    assert design.between("LV.GCA", "HC").tolist() == [-1, 1, 0, 0]
    assert design.rank == 4


@pytest.mark.parametrize(
    "formula", ["~ group + x", "group + x", "0 + group + x", "~ group + I(x**2) + C(`a b`)"]
)
def test_every_coding_gives_the_same_fitted_difference(formula):
    y = np.random.default_rng(0).normal(size=12)
    design = build(formula)
    beta = np.linalg.lstsq(design.matrix, y)[0] @ design.between("LV.GCA", "HC")
    same = build(covariates=["x"]) if "x**2" not in formula else build("~ I(x**2) + group + `a b`")
    assert beta == pytest.approx(np.linalg.lstsq(same.matrix, y)[0] @ same.between("LV.GCA", "HC"))


def test_with_an_interaction_the_difference_is_that_at_everybodys_covariates():
    design = build("~ group * x")
    assert design.between("LV.GCA", "HC").tolist() == [0, 1, 0, OBS["x"].mean()]


def test_a_covariate_with_one_value_in_each_group_is_told():
    assert not build(covariates=["site"]).tells(build(covariates=["site"]).between("LV.GCA", "HC"))
    assert build(covariates=["x"]).tells(np.array([0, 0, 1.0]))


def test_columns_of_a_formula():
    assert formula_columns("~ group * log(x) + `a b`") == ["a b", "group", "x"]


@pytest.mark.parametrize(
    "formula",
    [
        "~ x",
        "y ~ group",
        "~ group +",
        "~ group + zz",
        "~ group + x.mean()",
        "~ group + __import__('os').getcwd()",
        "~ group + {__import__('os').getcwd()}",
        "~ group + (lambda: 1)()",
        "~ group + eval(x)",
        "~ group + log(x - 1)",
        "",
    ],
)
def test_what_is_no_formula_of_columns_is_refused(formula):
    with pytest.raises(CohortError) as refusal:
        build(formula)
    assert "\x1b" not in str(refusal.value)


def test_weights_of_groups():
    design = build()
    assert design.weighted({"HC": 1.0, "LV.GCA": -1.0}).tolist() == [1, -1]
    with pytest.raises(CohortError, match="sum to zero"):
        design.weighted({"HC": 1.0, "LV.GCA": 1.0})
    with pytest.raises(CohortError, match=r"did you mean 'LV\.GCA'"):
        design.between("LVGCA", "HC")


def test_columns_are_numbers_or_words():
    assert plain_column(pd.Series([1, np.inf])).isna().tolist() == [False, True]
    assert plain_column(pd.Series(pd.Categorical(["a", None]))).tolist() == ["a", ""]

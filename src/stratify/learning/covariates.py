"""How far age, sex and other covariates alone would go."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from stratify.errors import CohortError
from stratify.learning.problem import Problem
from stratify.learning.validation import Plan, outer_folds, score_table

NAME = "covariates"
Array = NDArray[np.float64]
Rows = NDArray[np.int64]


def design_matrix(obs: pd.DataFrame, columns: Sequence[str]) -> Array:
    """Numbers as they are, NaN where unknown; words as one column a word.

    Parameters
    ----------
    obs : DataFrame
        One row a sample.
    columns : sequence of str
        Columns of ``obs``, numbers or words.

    Returns
    -------
    array of shape (n, n_columns)

    Examples
    --------
    >>> design_matrix(pd.DataFrame({"age": [30.0, 50.0], "sex": ["F", "M"]}), ["age", "sex"])
    array([[30.,  1.,  0.],
           [50.,  0.,  1.]])
    """
    parts = []
    for name in columns:
        values = obs[name]
        if pd.api.types.is_numeric_dtype(values):
            parts.append(values.astype(float).to_frame())
        else:
            parts.append(pd.get_dummies(values.astype(str)).astype(float))
    return np.concatenate([part.to_numpy() for part in parts], axis=1)


def validate_covariates(problem: Problem, design: Array, plan: Plan) -> pd.DataFrame:
    """Out-of-fold scores of a logistic model of the covariates, in the same outer folds.

    Unknown numbers take the mean of the fold's training people.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    design : array of shape (n, n_columns)
        Covariates in the row order of the problem, NaN where unknown; see :func:`design_matrix`.
    plan : Plan
        The outer folds of the families.

    Returns
    -------
    DataFrame
        In the shape of ``Evaluation.predictions``, family ``covariates``.
    """
    tables = []
    for fold in outer_folds(problem, plan):
        scores = _scores(problem, design, fold.train, fold.test)
        fewer = np.full(len(scores), np.nan)
        if len(fold.fewer):
            with suppress(CohortError):  # too few for a label
                fewer = _scores(problem, design, fold.fewer, fold.test)
        tables.append(score_table(problem.in_fold(fold.train), fold, NAME, scores, fewer=fewer))
    return pd.concat(tables, ignore_index=True)


def _scores(problem: Problem, design: Array, learned: Rows, scored: Rows) -> Array:
    y = problem.in_fold(learned).y
    train = learned[y[learned] >= 0]
    known = np.isfinite(design)
    count = np.maximum(known[train].sum(axis=0), 1)
    mean = np.where(known, design, 0.0)[train].sum(axis=0) / count
    filled = np.where(known, design, mean)
    sd = filled[train].std(axis=0)
    z = (filled - mean) / np.where(sd > 0, sd, 1.0)
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(z[train], y[train])
    return np.asarray(fitted.decision_function(z[scored]))

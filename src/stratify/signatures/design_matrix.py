"""Designs from formulas, and what each group would have at everybody's covariates."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from formulaic import Formula, SimpleFormula, model_matrix
from formulaic.errors import FormulaicError
from numpy.typing import NDArray

from stratify.errors import CohortError, listed, nearest
from stratify.signatures.linear_models import SMALLEST_SINGULAR

Array = NDArray[np.float64]

FUNCTIONS = frozenset(
    {"C", "bs", "center", "cr", "cs", "exp", "I", "log", "log10", "log2", "poly", "scale", "sqrt"}
)
_QUOTED, _COLOUR = re.compile("`[^`]*`"), re.compile(r"\x1b\[[0-9;]*m|[\u29db\u29da]")
_SAFE = (
    ast.Expression,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.BinOp,
    ast.UnaryOp,
    ast.operator,
    ast.unaryop,
    ast.keyword,
    ast.Call,
)


@dataclass(frozen=True, eq=False)
class Design:
    """A design matrix of samples, and the groups that can be compared on it.

    Parameters
    ----------
    matrix : array of shape (n, k)
        Without gaps.
    names : tuple of str
        Of the columns.
    groups : tuple of str
        Groups, in the order in which they were asked for.
    means : array of shape (groups, k)
        Row of each group at the covariates of all samples, averaged: its estimated marginal mean.
    formula : str
        As it was evaluated.
    """

    matrix: Array
    names: tuple[str, ...]
    groups: tuple[str, ...]
    means: Array
    formula: str

    def weighted(self, weights: Mapping[str, float]) -> Array:
        """Combine groups; columns that take no part get exactly zero.

        Parameters
        ----------
        weights : mapping of str to float
            Weight of each group, summing to zero.

        Returns
        -------
        array of shape (k,)

        Raises
        ------
        CohortError
            A group that is not in the design, or weights that do not sum to zero.
        """
        for name in weights:
            if name not in self.groups:
                raise CohortError(
                    f"groups among {listed(self.groups, 20)}", f"{name!r}", nearest(name, self.groups)
                )
        if abs(sum(weights.values())) > 1e-9:
            raise CohortError(
                "weights of groups that sum to zero",
                f"weights that sum to {sum(weights.values()):g}",
                "a contrast is a difference: let the weights of its groups sum to zero",
            )
        rows = self.means[[self.groups.index(name) for name in weights]]
        combined = np.array(list(weights.values())) @ rows
        return np.where(np.abs(combined) > 1e-12 * np.abs(rows).max(axis=0, initial=0), combined, 0.0)

    def between(self, case: str, control: str) -> Array:
        """Give the weights (k,) of the columns in the difference of two groups."""
        return self.weighted({case: 1.0, control: -1.0})

    @property
    def rank(self) -> int:
        """Number of columns that are not combinations of others."""
        return self._row_space()[0]

    def tells(self, contrast: Array) -> bool:
        """Say whether the samples can tell a contrast (k,) at all."""
        rank, right, scale = self._row_space()
        wanted = contrast * scale
        return bool(np.abs(right[rank:] @ wanted).max(initial=0) <= 1e-6 * np.linalg.norm(wanted))

    def _row_space(self) -> tuple[int, Array, Array]:
        length = np.sqrt((self.matrix**2).sum(axis=0))
        scale = 1 / np.where(length > 0, length, 1)
        triangle = np.linalg.qr(self.matrix * scale, mode="r")
        _, singular, right = np.linalg.svd(triangle, full_matrices=True)
        return int((singular > SMALLEST_SINGULAR).sum()), right, scale


def build_design(
    obs: pd.DataFrame,
    *,
    group: str,
    groups: Sequence[str],
    covariates: Sequence[str] = (),
    formula: str | None = None,
) -> Design:
    """Build the design of samples whose columns are all known.

    Parameters
    ----------
    obs : DataFrame
        Samples of the groups, without gaps in the columns used.
    group : str
        Column of the groups.
    groups : sequence of str
        Groups; the first is the baseline of a formula.
    covariates : sequence of str
        Columns that are adjusted for; numbers enter as a straight line, words as classes.
    formula : str, optional
        Right side of a formula over columns of `obs`, in place of the covariates, such as
        ``"~ group * sex + bs(age, df=3)"``; names with blanks in backticks.

    Returns
    -------
    Design

    Raises
    ------
    CohortError
        A formula that cannot be read, does not contain the groups, or calls what is not in
        ``FUNCTIONS``.

    Notes
    -----
    With interactions a difference of groups depends on the covariates; what is compared are the groups'
    means over the covariates of all samples in the design.

    References
    ----------
    Searle, Speed & Milliken, Am Stat 1980, doi:10.1080/00031305.1980.10483031 (marginal means).

    Examples
    --------
    >>> obs = pd.DataFrame({"group": ["HC", "HC", "MDD", "MDD"], "age": [30.0, 40.0, 35.0, 50.0]})
    >>> design = build_design(obs, group="group", groups=["HC", "MDD"], covariates=["age"])
    >>> design.names, design.between("MDD", "HC").tolist()
    (('group[HC]', 'group[MDD]', 'age'), [-1.0, 1.0, 0.0])
    """
    data = obs.copy()
    data[group] = pd.Categorical(data[group].astype(str), list(groups))
    if formula is None:
        formula = " + ".join(["0", *(f"`{name}`" for name in (group, *covariates))])
    terms = _parsed(formula)
    _check_terms(terms, group)
    for name in sorted(set(terms.required_variables) & set(data.columns) - {group}):
        data[name] = plain_column(data[name])
    try:
        with np.errstate(all="ignore"):
            table = model_matrix(terms, data, context={}, na_action="raise")
    except (FormulaicError, ValueError, TypeError) as error:
        raise _unreadable(formula, str(error)) from error
    matrix = table.to_numpy(dtype=np.float64)
    if not np.isfinite(matrix).all():
        raise _unreadable(formula, "gaps or infinite values in a column")
    means = []
    for name in groups:
        moved = data.assign(**{group: pd.Categorical([name] * len(data), list(groups))})
        rows = table.model_spec.get_model_matrix(moved, context={}).to_numpy(dtype=np.float64)
        means.append(rows.mean(axis=0))
    return Design(matrix, tuple(map(str, table.columns)), tuple(groups), np.array(means), formula)


def formula_columns(formula: str) -> list[str]:
    """Name the columns that a formula uses.

    Parameters
    ----------
    formula : str
        Right side of a formula.

    Returns
    -------
    list of str
        Sorted.

    Raises
    ------
    CohortError
        A formula that cannot be read.

    Examples
    --------
    >>> formula_columns("~ group * log(bmi)")
    ['bmi', 'group']
    """
    return sorted(map(str, _parsed(formula).required_variables))


def plain_column(values: pd.Series) -> pd.Series:
    """Give numbers as floats, and everything else as words.

    Parameters
    ----------
    values : Series
        A column of samples.

    Returns
    -------
    Series
        NaN where a number, "" where a word, is missing.

    Examples
    --------
    >>> plain_column(pd.Series([1, 0])).tolist(), plain_column(pd.Series([True, None])).tolist()
    ([1.0, 0.0], ['True', ''])
    """
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers = values.astype(float)
        return numbers.where(np.isfinite(numbers))
    return values.astype(object).where(values.notna(), "").astype(str)


def _parsed(formula: str) -> SimpleFormula:
    try:
        terms = Formula(formula)
    except (FormulaicError, SyntaxError, ValueError) as error:
        raise _unreadable(formula, str(error)) from error
    if not isinstance(terms, SimpleFormula):
        raise _unreadable(formula, "a left side: the levels of each assay are what is explained")
    _check_safe(formula, terms)
    return terms


def _check_safe(formula: str, terms: SimpleFormula) -> None:
    """Refuse everything but names, numbers, arithmetic and known functions: a formula is not a program."""
    for factor in (factor for term in terms for factor in term.factors):
        if factor.eval_method.name != "PYTHON":
            continue
        try:
            nodes = list(ast.walk(ast.parse(_QUOTED.sub("column", str(factor.expr)), mode="eval")))
        except SyntaxError as error:
            raise _unreadable(formula, f"{factor.expr!r}") from error
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        known = all(isinstance(call.func, ast.Name) and call.func.id in FUNCTIONS for call in calls)
        if not known or not all(isinstance(node, _SAFE) for node in nodes):
            raise _unreadable(formula, f"{factor.expr!r}")


def _check_terms(terms: SimpleFormula, group: str) -> None:
    if group not in terms.required_variables:
        raise CohortError(
            f"a formula that contains the column of the groups, {group!r}",
            f"{terms}",
            f"add it: {terms} + {group}",
        )


def _unreadable(formula: str, why: str) -> CohortError:
    return CohortError(
        f"the right side of a formula over columns, with functions among {listed(sorted(FUNCTIONS), 20)}",
        f"{formula!r}: {_COLOUR.sub('', why)}",
        "write it like '~ group + age'; names with blanks or dots in backticks",
    )

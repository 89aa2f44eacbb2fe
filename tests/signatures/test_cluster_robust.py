"""Robust errors: the textbook formula written out, and the level at few persons."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.adjusted_rows import effects, prepare_rows
from stratify.signatures.cluster_robust import cluster_robust


def written_out(x, y, covariates, person):
    """CR2 with the whole hat matrix."""
    design = np.column_stack([x, np.ones(len(y)), covariates])
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    residual = y - hat @ y
    meat, columns = np.zeros((design.shape[1],) * 2), []
    for one in np.unique(person):
        rows = person == one
        values, vectors = np.linalg.eigh(np.eye(rows.sum()) - hat[np.ix_(rows, rows)])
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        score = design[rows].T @ root @ residual[rows]
        meat += np.outer(score, score)
        columns.append(((np.eye(len(y)) - hat)[:, rows] @ root @ design[rows] @ bread)[:, 0])
    overlap = np.array(columns) @ np.array(columns).T
    error = np.sqrt((bread @ meat @ bread)[0, 0])
    return error, np.trace(overlap) ** 2 / (overlap**2).sum()


@pytest.mark.parametrize("seed", [0, 1])
def test_it_is_the_textbook_formula(seed):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(12), rng.integers(1, 5, 12))
    n = len(person)
    x, y, z = rng.normal(size=n), rng.normal(size=n), rng.normal(size=(n, 2))
    basis = np.linalg.qr(np.column_stack([np.ones(n), z]))[0]
    clear = np.eye(n) - basis @ basis.T
    error, df = cluster_robust(clear @ x[:, None], clear @ y, basis, person)
    np.testing.assert_allclose([error[0], df[0]], written_out(x, y, z, person), rtol=1e-8)


@pytest.mark.parametrize(("persons", "visits"), [(12, 3), (25, 2)])
def test_the_level_is_kept_with_few_persons(persons, visits):
    rng = np.random.default_rng(5)
    person = np.repeat(np.arange(persons), visits)
    p = []
    for _ in range(200):
        x, y = (rng.normal(size=(len(person), 4)) + rng.normal(size=(persons, 4))[person] for _ in range(2))
        p += effects(x, prepare_rows(y[:, 0], np.zeros((len(person), 0)), person)).p_value.tolist()
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.09


def test_no_spread_gives_nothing():
    error, df = cluster_robust(np.zeros((4, 1)), np.ones(4), np.full((4, 1), 0.5), np.array([0, 0, 1, 1]))
    assert np.isnan(error).all()
    assert np.isnan(df).all()

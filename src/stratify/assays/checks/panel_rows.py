"""Rows of a panel that fit another sample's rows of the other panels better than their own."""

from __future__ import annotations

import numpy as np

from stratify.assays.checks.patients import Patients
from stratify.assays.checks.profiles import principal_scores
from stratify.assays.finding import Finding

_FEWEST_SAMPLES = 40
_FEWEST_ASSAYS = 20  # of a panel
_TARGETS, _FEATURES = 10, 40  # components that are predicted of a panel, and about as many of all others
_RIDGE = 10.0  # penalty, in units of a component's variance
_FALSE_ALARM = 0.05  # chance that any pair of a table is named without cause
_CANDIDATES = 1000  # samples, those that fit worst, among which pairs are sought


def exchanged_panel_rows(people: Patients) -> list[Finding]:
    r"""Find pairs of samples whose rows of one panel fit better when they are exchanged.

    Parameters
    ----------
    people : Patients
        The table, with several panels.

    Returns
    -------
    list of Finding
        ``panel-mismatch``, one a panel.

    Notes
    -----
    The leading components of a panel are predicted from those of all other panels by a ridge regression
    that leaves the sample out. With normal residuals the logarithm of the likelihood ratio of exchanging
    samples :math:`i` and :math:`j` is :math:`(d_{ii} + d_{jj} - d_{ij} - d_{ji}) / 2`, where
    :math:`d_{ij}` is the squared Mahalanobis distance of :math:`i`'s panel to the prediction from
    :math:`j`'s other panels. By Markov's inequality a ratio of :math:`m / .05` occurs among :math:`m` pairs
    in at most 5% of tables, where the model holds. What can be seen depends on how closely the panels are
    correlated; when the rows of a whole panel are out of order nothing is left to predict from, and nothing
    is found.
    """
    scores = _panel_scores(people)
    found = []
    for panel, wanted in scores.items():
        given = [other for name, other in scores.items() if name != panel]
        rows = np.flatnonzero(wanted.any(axis=1) & np.hstack(given).any(axis=1))
        if len(rows) < _FEWEST_SAMPLES:
            continue
        odd = np.zeros(people.n, dtype=bool)
        odd[rows[_exchanged(wanted[rows, -_TARGETS:], np.hstack(given)[rows])]] = True
        remedy = f"rows of panel {panel!r} fit better when exchanged: look for swapped tubes or a wrong map"
        found.append(Finding("panel-mismatch", "warning", people.named(odd), remedy))
    return found


def _panel_scores(people: Patients) -> dict[str, np.ndarray]:
    """Principal scores of each panel, leading one last; 0 where a sample was not measured on it."""
    if people.n < _FEWEST_SAMPLES:
        return {}
    panel = people.described("panel")
    columns = {str(name): np.flatnonzero(panel == name) for name in dict.fromkeys(panel) if name}
    large = {name: place for name, place in columns.items() if len(place) >= _FEWEST_ASSAYS}
    if len(large) < 2:
        return {}
    k = max(_TARGETS, _FEATURES // (len(large) - 1))
    scores = {name: principal_scores(people.standard[:, place], k)[0] for name, place in large.items()}
    for name, place in large.items():
        scores[name][~people.standard[:, place].any(axis=1)] = 0.0
    return scores


def _exchanged(wanted: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Positions of the samples that a better pairing would exchange."""
    predicted = _left_out(given, wanted)
    residual = wanted - predicted
    whiten = np.linalg.cholesky(np.linalg.inv(np.cov(residual.T) + 1e-9 * np.eye(residual.shape[1])))
    wanted, predicted = wanted @ whiten, predicted @ whiten
    worst = np.argsort(-((wanted - predicted) ** 2).sum(axis=1), kind="stable")[:_CANDIDATES]
    wanted, predicted = wanted[worst], predicted[worst]
    apart = (wanted**2).sum(axis=1)[:, None] + (predicted**2).sum(axis=1) - 2 * wanted @ predicted.T
    own = np.diag(apart)
    evidence = (own[:, None] + own - apart - apart.T) / 2
    pairs = len(residual) * (len(residual) - 1) / 2
    partner = evidence.argmax(axis=1)
    mutual = partner[partner] == np.arange(len(partner))
    named: np.ndarray = worst[mutual & (evidence.max(axis=1) > np.log(pairs / _FALSE_ALARM))]
    return named


def _left_out(given: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Predict each sample by a ridge regression on the others."""
    design = given / np.sqrt(np.maximum(given.var(axis=0), 1e-12))
    solved = np.linalg.solve(design.T @ design + _RIDGE * np.eye(design.shape[1]), design.T)
    leverage = np.einsum("ij,ji->i", design, solved)[:, None]
    centred = wanted - wanted.mean(axis=0)
    predicted: np.ndarray = (design @ (solved @ centred) - leverage * centred) / (1 - leverage)
    return predicted + wanted.mean(axis=0)

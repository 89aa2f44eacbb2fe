"""How far one axis lies behind another, in the measure of healthy people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.signatures.pathways import AxisState, axis_scores

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AxisLead:
    """Spread of the differences between axis scores among healthy people.

    Parameters
    ----------
    sd : array of shape (n_axes, n_axes)
        SD of the difference of each pair of axis scores; 0 on the diagonal.
    """

    sd: Array


UNKNOWN_LEAD = AxisLead(np.zeros((0, 0)))


def fit_axis_lead(state: AxisState, healthy: Array) -> AxisLead:
    """Learn how far axis scores differ among healthy people.

    Parameters
    ----------
    state : AxisState
        Fitted to the same people.
    healthy : array of shape (n_healthy, n_proteins)
        Their standardised profiles.

    Returns
    -------
    AxisLead
        `UNKNOWN_LEAD` for fewer than three people.
    """
    if len(healthy) < 3:
        return UNKNOWN_LEAD
    scores = axis_scores(state, healthy)
    differences = scores[:, :, None] - scores[:, None, :]
    return AxisLead(differences.std(axis=0, ddof=1))


def lies_behind(state: AxisState, lead: AxisLead, name: str, z: Array) -> Array:
    """Say how far an axis lies behind the rival that is furthest ahead of it.

    Parameters
    ----------
    state : AxisState
        Axes.
    lead : AxisLead
        Of the same axes.
    name : str
        The axis in question.
    z : array of shape (n, n_proteins)
        Standardised profiles.

    Returns
    -------
    array of shape (n,)
        SDs of that difference among healthy people; negative where the axis leads all rivals, minus infinity
        without a rival, NaN where the axis or the spread is not known.
    """
    if name not in state.names or not lead.sd.size:
        return np.full(len(z), np.nan)
    own = state.names.index(name)
    scores = axis_scores(state, z)
    ahead = [
        (scores[:, rival] - scores[:, own]) / max(float(lead.sd[rival, own]), 1e-9)
        for rival in range(len(state.names))
        if rival != own
    ]
    return np.max(ahead, axis=0) if ahead else np.full(len(z), -np.inf)

"""Pathway scores of a cohort against its own healthy people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.detectability import detectability
from stratify.errors import listed
from stratify.signatures.pathways import axis_scores, fit_axes, pathway_names
from stratify.signatures.preprocessing import FactorImputer, ReferenceScaler

FEWEST_HEALTHY = 5
LEAST_MEASURED = 0.5  # of a pathway's weight, in the sample itself


def pathway_scores(
    people: AnnData, *, reference: Sequence[str] = ("HC",), names: Sequence[str] | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Detectability-weighted mean z of each pathway, in SDs of the healthy people's own scores.

    Parameters
    ----------
    people : AnnData of shape (n, assays)
        Patients' samples on a log2 scale; gaps are filled from the other proteins of the same person.
    reference : sequence of str, default HC
        Healthy groups in ``obs["group"]``. With fewer than 5 such samples everybody standardises.
    names : sequence of str, optional
        Pathways; all if left out.

    Returns
    -------
    scores : DataFrame of shape (n, m)
        One column a pathway with a measured and detectable member; rows as in `people`. NaN where a sample
        has a level of less than half of the members, by weight: what was filled in is no measurement.
    notes : list of str
        What a reader must know of them.
    """
    levels = np.asarray(people.X, dtype=float)
    group = people.obs["group"].astype(str) if "group" in people.obs else pd.Series("", people.obs_names)
    healthy = group.isin(list(reference)).to_numpy()
    notes = []
    if healthy.sum() < FEWEST_HEALTHY:
        notes.append(
            f"fewer than {FEWEST_HEALTHY} healthy samples: scores are in SDs of everybody in the file"
        )
        healthy = np.ones(len(levels), dtype=bool)
    filled = FactorImputer().fit_transform(levels) if not np.isfinite(levels).all() else levels
    z = ReferenceScaler().fit(filled, reference=healthy).transform(filled)
    wanted = pathway_names() if names is None else list(names)
    seen = np.isfinite(levels)
    weight = np.where(seen.any(axis=0), detectability(people), 0.0)
    state = fit_axes(wanted, people.var, z[healthy], weight)
    if missing := [name for name in wanted if name not in state.names]:
        notes.append(f"no measured member: {', '.join(missing)}")
    scores = pd.DataFrame(axis_scores(state, z), index=people.obs_names, columns=list(state.names))
    covered = seen @ state.weights.T >= LEAST_MEASURED - 1e-9
    if not covered.all():
        thin = [name for name, whole in zip(state.names, covered.all(axis=0), strict=True) if not whole]
        notes.append(
            f"{int((~covered).any(axis=1).sum())} samples have a level of less than half of the members of "
            f"{listed(thin)}: not scored there"
        )
    return scores.where(covered), notes

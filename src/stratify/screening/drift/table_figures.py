"""What the results of a run say without its levels: scores, gaps, limits, checks, flags."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from stratify.learning.frozen import Array, FrozenModel
from stratify.learning.score_error import TWO_SIDED_90
from stratify.screening.drift.levels import Found
from stratify.screening.drift.runs import Reference, Run

FEWEST = 3
LARGEST_PREVALENCE = 0.35  # of skewed patients as far out as the reference disease, before a mean is strange
USUAL_WARNINGS = 0.05  # share of samples that a laboratory warns of; no training data say


def compare_table(run: Run, reference: Reference, model: FrozenModel) -> dict[str, Found]:
    """Ask of each figure whether it is as it was in other people.

    Parameters
    ----------
    run : Run
        Recent people.
    reference : Reference
        Whom they are compared with.
    model : FrozenModel
        The model at work.

    Returns
    -------
    dict of str to Found
        ``score`` (healthy SDs beyond what is expected), ``below`` (share of the weight beyond what is
        expected), and shares of persons beyond those of the reference: ``missing``, ``handling``,
        ``unlike``, ``quality``. What too few people cannot show is left out.
    """
    found = {}
    if (score := _score(run.table, reference, model)) is not None:
        found["score"] = score
    if (below := _below(run.table, reference)) is not None:
        found["below"] = below
    for name, marked in run.marks.items():
        if len(marked):
            found[str(name)] = _share(marked.to_numpy(), reference.marks.get(name))
    return found


def _score(table: pd.DataFrame, reference: Reference, model: FrozenModel) -> Found | None:
    """Welch's t of the mean magnitude, the error of the batch on top.

    Healthy people do not say how high the mean of patients may lie: it is asked whether it is below theirs,
    or above what a third of patients as far out as the reference disease would make of it.
    """
    own = table["magnitude_z"].dropna().to_numpy(dtype=float)
    if len(own) < FEWEST or len(reference.magnitude) < FEWEST:
        return None
    common = _batch_error(table, model)
    spread = [part.var(ddof=1) / len(part) for part in (own, reference.magnitude)]
    error = float(np.sqrt(sum(spread) + common**2))
    freedom = sum(spread) ** 2 / sum(
        v**2 / (len(x) - 1) for v, x in zip(spread, (own, reference.magnitude), strict=True)
    )
    low = float(reference.magnitude.mean())
    high = low if reference.same_kind else low + LARGEST_PREVALENCE * model.healthy.in_sds(1.0)
    beyond = max(low - own.mean(), own.mean() - high, 0.0)
    p = min(1.0, 2 * float(stats.t.sf(beyond / error, max(freedom, 1.0))))
    return Found(
        float(beyond), p, f"mean {own.mean():+.2f}, expected {round(low, 2) + 0:+.2f} to {high:+.2f}"
    )


def _batch_error(table: pd.DataFrame, model: FrozenModel) -> float:
    """Take the error that all persons of a run share (refits, batch), in healthy SDs."""
    reach = ((table["magnitude_high"] - table["magnitude_low"]) / 2).median()
    common = np.sqrt(max(float(reach) ** 2 - model.healthy.reach(0.05) ** 2, 0.0))
    return float(common / TWO_SIDED_90)


def _below(table: pd.DataFrame, reference: Reference) -> Found | None:
    own = table["weight_below_lod"].dropna().to_numpy(dtype=float)
    if len(own) < FEWEST:
        return None
    more = float(own.mean() - reference.below_lod)
    error = max(float(own.std(ddof=1)), 0.005) / np.sqrt(len(own))
    detail = f"{own.mean():.1%} of the weight, expected {reference.below_lod:.1%}"
    return Found(more, float(stats.t.sf(more / error, len(own) - 1)), detail)


def _share(marked: Array, others: pd.Series | None) -> Found:
    k, n = int(marked.sum()), len(marked)
    if others is None or not len(others):
        p = float(stats.binomtest(k, n, USUAL_WARNINGS, alternative="greater").pvalue)
        return Found(k / n - USUAL_WARNINGS, p, f"{k} of {n}; up to {USUAL_WARNINGS:.0%} is taken as usual")
    there, m = int(others.sum()), len(others)
    p = float(stats.fisher_exact([[k, n - k], [there, m - there]], alternative="greater").pvalue)
    return Found(k / n - there / m, p, f"{k} of {n}; {there} of {m} in the reference")


def flagged(table: pd.DataFrame, model: FrozenModel) -> dict[str, float | int]:
    """Count flags among the persons who could be called.

    Parameters
    ----------
    table : DataFrame
        Results, one row a person.
    model : FrozenModel
        The model at work.

    Returns
    -------
    dict
        ``flagged``, ``persons``, ``share`` and its exact 95% interval ``low``, ``high``. This is how often
        the model flags, not how common skewed patients are.

    References
    ----------
    Clopper & Pearson, Biometrika 1934, doi:10.1093/biomet/26.4.404.
    """
    n = len(table)
    k = int((table["call"] == model.rule.positive_call).sum())
    limits = stats.binomtest(k, n).proportion_ci(method="exact")
    return {"flagged": k, "persons": n, "share": k / n, "low": float(limits.low), "high": float(limits.high)}

"""One fit of chosen samples, and a result for each pair of groups that it compares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.clinical import require_columns
from stratify.errors import CohortError
from stratify.signatures.blocks import consensus_correlation
from stratify.signatures.compared_samples import ComparedSamples
from stratify.signatures.contrast_result import Contrast, ContrastOptions
from stratify.signatures.design_matrix import Design, build_design
from stratify.signatures.detection_power import benjamini_hochberg_threshold, detection_power
from stratify.signatures.linear_models import fit_linear
from stratify.signatures.moderation import ModeratedFit, moderate
from stratify.signatures.multiplicity import adjusted
from stratify.signatures.shrinkage import shrink_effects
from stratify.signatures.unequal_spread import unequal_spread

Array = NDArray[np.float64]

LARGEST_ALPHA = 0.5  # at which power is stated, where nearly everything was found


def fit_contrasts(
    samples: ComparedSamples,
    assays: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    *,
    groups: Sequence[str],
    formula: str | None = None,
    blocked: bool = False,
    options: ContrastOptions,
) -> list[Contrast]:
    """Fit all samples once and compare pairs of groups.

    Parameters
    ----------
    samples : ComparedSamples
        Of all groups.
    assays : DataFrame
        ``protein``, ``assay_id``, ``uniprot`` of each column of the levels.
    pairs : sequence of (case, control)
        What is compared.
    groups : sequence of str
        All groups of the fit, the baseline first.
    formula : str, optional
        In place of the covariates.
    blocked : bool, default False
        Whether samples of one patient are correlated.
    options : ContrastOptions
        Trend, robustness, thresholds.

    Returns
    -------
    list of Contrast
        One a pair.

    Raises
    ------
    CohortError
        A pair that the covariates cannot be told from, or no residual degrees of freedom.
    """
    design = build_design(
        samples.obs, group=samples.group, groups=groups, covariates=samples.covariates, formula=formula
    )
    names = [f"{case} - {control}" for case, control in pairs]
    wanted = np.stack([_told(design, case, control) for case, control in pairs], axis=1)
    weights = _weights(samples.obs, options.weights)
    patients = samples.patients if blocked else None
    correlation = (
        None
        if patients is None
        else consensus_correlation(samples.levels, design.matrix, patients, weights=weights).correlation
    )
    fit = fit_linear(
        samples.levels,
        design.matrix,
        names,
        weights=weights,
        blocks=patients,
        correlation=correlation,
        contrasts=wanted,
    )
    result = moderate(fit, trend=options.trend, robust=options.robust, moderated=options.moderated)
    return [
        _contrast(samples, assays, pair, result.column(j), (design, correlation, options))
        for j, pair in enumerate(pairs)
    ]


def _contrast(
    samples: ComparedSamples,
    assays: pd.DataFrame,
    pair: tuple[str, str],
    result: ModeratedFit,
    asked: tuple[Design, float | None, ContrastOptions],
) -> Contrast:
    design, correlation, options = asked
    effect, error, p = result.fit.coefficients[:, 0], result.standard_error[:, 0], result.p_value[:, 0]
    seen = np.isfinite(samples.levels)
    measured = np.stack([seen[_rows(samples, name)].sum(axis=0) for name in pair], axis=1)
    counts = {name: samples.count(name) for name in pair}
    alpha = min(benjamini_hochberg_threshold(p, options.fdr), LARGEST_ALPHA)
    return Contrast(
        name=f"{pair[0]} - {pair[1]}",
        case=pair[0],
        control=pair[1],
        result=result,
        assays=assays,
        q_value=adjusted(p),
        shrunken=shrink_effects(effect, error, result.df_total),
        power=detection_power(error, result.df_total, alpha=alpha),
        measured=measured,
        samples={name: count[0] for name, count in counts.items()},
        patients={name: count[1] for name, count in counts.items()},
        correlation=correlation,
        design=design,
        options=options,
        warnings=(
            *samples.warnings,
            *_thin(p, measured, result.fit.sigma, result.fit.df_residual),
            *_spread(samples, pair, options),
        ),
    )


def _rows(samples: ComparedSamples, name: str) -> NDArray[np.bool_]:
    return (samples.obs[samples.group] == name).to_numpy(dtype=bool)


def _spread(samples: ComparedSamples, pair: tuple[str, str], options: ContrastOptions) -> list[str]:
    if options.weights is not None:
        return []
    case, control = (samples.levels[_rows(samples, name)] for name in pair)
    return unequal_spread(case, control, pair)


def _told(design: Design, case: str, control: str) -> Array:
    wanted = design.between(case, control)
    if not design.tells(wanted):
        raise CohortError(
            f"samples that tell {case} and {control} apart from the covariates",
            f"the difference cannot be told from {design.formula}",
            "leave out the covariate that takes one value in each group",
        )
    return wanted


def _weights(obs: pd.DataFrame, column: str | None) -> Array | None:
    if column is None:
        return None
    values = pd.to_numeric(obs[require_columns(obs, [column])[0]], errors="coerce").to_numpy(dtype=float)
    if not (np.isfinite(values) & (values > 0)).all():
        raise CohortError(
            f"a positive weight of each sample in {column!r}",
            "gaps, words, or numbers of 0 or less",
            "correct it",
        )
    return values


def _thin(p: Array, measured: NDArray[np.int64], sigma: Array, df: Array) -> list[str]:
    lines = []
    untested, constant = int(np.isnan(p).sum()), int(((sigma == 0) & (df > 0)).sum())
    alone = int(((measured == 1).any(axis=1) & np.isfinite(p)).sum())
    if untested:
        lines.append(f"{untested} assays have too few measured samples to be tested")
    if constant:
        lines.append(f"{constant} assays are constant within the groups")
    if alone:
        lines.append(f"{alone} assays are measured in one sample of a group only")
    return lines

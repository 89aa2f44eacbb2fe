"""Which proteins differ between two groups of people, by how much, and what the cohort could have found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.clinical import require_columns
from stratify.errors import CohortError
from stratify.signatures.assay_names import assay_names
from stratify.signatures.compared_samples import ComparedSamples, compared_samples, plain_words
from stratify.signatures.contrast_fitting import fit_contrasts
from stratify.signatures.contrast_result import Contrast, ContrastOptions
from stratify.signatures.design_matrix import formula_columns, plain_column
from stratify.signatures.separation import WATCHED, Separation, strong_separations

__all__ = ["Contrast", "ContrastOptions", "contrast", "separation_warnings"]

_FEW_NUMBERS = 6


def contrast(
    people: AnnData,
    *,
    case: str,
    control: str,
    group: str = "group",
    covariates: Sequence[str] = (),
    formula: str | None = None,
    block: str | None = None,
    options: ContrastOptions | None = None,
) -> Contrast:
    """Compare two groups of people, protein by protein.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Patients' samples on a log2 scale, as `stratify.assays.cohort_file.open_cohort` gives them.
    case, control : str
        Groups; a positive fold change is higher in `case`.
    group : str, default "group"
        Column of the groups.
    covariates : sequence of str
        Columns that are adjusted for.
    formula : str, optional
        Right side of a formula that contains the groups, in place of the covariates.
    block : str, optional
        Column of the patients; needed when they have several samples.
    options : ContrastOptions, optional
        Trend, robustness, thresholds.

    Returns
    -------
    Contrast

    Raises
    ------
    CohortError
        Groups or columns that are not there, samples of one patient as independent rows, or groups that
        cannot be told from the covariates.

    References
    ----------
    Smyth, Stat Appl Genet Mol Biol 2004, doi:10.2202/1544-6115.1027.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = rng.normal(5, 1, (20, 40))
    >>> levels[10:, 0] += 3
    >>> people = AnnData(levels, obs=pd.DataFrame({"group": ["HC"] * 10 + ["MDD"] * 10}, map(str, range(20))))
    >>> contrast(people, case="MDD", control="HC").found[:3].tolist()
    [True, False, False]
    """
    options, groups = options or ContrastOptions(), [control, case]
    if options.all_groups:
        (column,) = require_columns(people.obs, [group])
        groups += sorted(set(plain_words(people.obs[column])) - {"", *groups})
    samples = compared_samples(
        people, groups, group=group, covariates=covariates, formula=formula, block=block
    )
    (answer,) = fit_contrasts(
        samples,
        assay_names(people.var),
        [(case, control)],
        groups=groups,
        formula=formula,
        blocked=block is not None,
        options=options,
    )
    more = separation_warnings(answer, samples, formula=formula, blocked=block is not None)
    return replace(answer, warnings=(*answer.warnings, *more))


def separation_warnings(
    answer: Contrast, samples: ComparedSamples, *, formula: str | None = None, blocked: bool = False
) -> list[str]:
    """Say which columns tell the two groups apart, and how many proteins remain when one is adjusted for.

    Parameters
    ----------
    answer : Contrast
        As asked.
    samples : ComparedSamples
        Of its fit.
    formula : str, optional
        Formula of its fit.
    blocked : bool, default False
        Whether its fit had blocks.

    Returns
    -------
    list of str
        One sentence a column; also for numbers that look like classes.
    """
    in_model = set(samples.covariates if formula is None else formula_columns(formula))
    rows = samples.obs[samples.group].isin([answer.case, answer.control]).to_numpy()
    obs = samples.obs[rows][~pd.Series(samples.patients[rows]).duplicated().to_numpy()]
    is_case = (obs[samples.group] == answer.case).to_numpy()
    lines = [_look_like_classes(name) for name in samples.covariates if _is_code(obs[name])]
    for found in strong_separations(obs, is_case, [*WATCHED, *sorted(in_model - {samples.group})]):
        sentence = found.sentence(answer.case, answer.control)
        if found.column in in_model:
            lines.append(f"{sentence}; it is adjusted for, on the few who overlap")
        elif remains := _with(answer, samples, found, formula, blocked):
            lines.append(f"{sentence}, which is not adjusted for: {remains}")
    return lines


def _with(
    answer: Contrast, samples: ComparedSamples, found: Separation, formula: str | None, blocked: bool
) -> str:
    """Fit again with the column; "" where the model holds all that the column says."""
    values = plain_column(samples.obs[found.column])
    known = (values.notna() if values.dtype == float else values != "").to_numpy()
    fewer = samples.where(known)
    groups = [name for name in answer.design.groups if fewer.count(name)[0]]
    more = replace(fewer, covariates=(*samples.covariates, found.column))
    formula = None if formula is None else f"{formula} + `{found.column}`"
    try:
        (again,) = fit_contrasts(
            more,
            answer.assays,
            [(answer.case, answer.control)],
            groups=groups,
            formula=formula,
            blocked=blocked,
            options=answer.options,
        )
    except CohortError:
        return f"nothing of the difference can be told from {found.column}"
    if again.design.rank == answer.design.rank:
        return ""
    n, fdr = int(answer.found.sum()), answer.options.fdr
    return f"{n} proteins at FDR {fdr:g} as asked, {int(again.found.sum())} when it is"


def _is_code(values: pd.Series) -> bool:
    """Whether numbers look like classes: few distinct whole ones."""
    plain = plain_column(values)
    if plain.dtype != float:
        return False
    distinct = np.unique(plain.dropna())
    return 2 < len(distinct) <= _FEW_NUMBERS and bool((distinct == distinct.round()).all())


def _look_like_classes(name: str) -> str:
    return (
        f"{name} has few distinct whole numbers and enters as a straight line; "
        f"if they are classes, ask with a formula: C({name})"
    )

"""The difference of two groups of people, protein by protein, and how it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.errors import CohortError
from stratify.signatures.design_matrix import Design
from stratify.signatures.detection_power import DetectionPower
from stratify.signatures.fold_change_tests import STUDY_FOLD_CHANGE, beyond_fold_change, log2_threshold
from stratify.signatures.moderation import ModeratedFit
from stratify.signatures.multiplicity import adjusted
from stratify.signatures.shrinkage import ShrunkenEffects

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ContrastOptions:
    """How a contrast is tested.

    Parameters
    ----------
    trend : bool, default False
        Let the prior of the variance depend on the mean level.
    robust : bool, default False
        Protect the prior from assays with outlying variances.
    moderated : bool, default True
        False gives the ordinary t-test of each protein.
    fold_change : float, default 1
        When above 1, also test that the true fold change exceeds it.
    fdr : float, default 0.05
        Adjusted p-value below which a protein is called found.
    weights : str, optional
        Column of relative precisions of the samples.
    all_groups : bool, default False
        Let samples of other groups help to estimate the variance (and covariates), as limma does when it is
        given all samples; sensible when groups vary alike.

    Raises
    ------
    CohortError
        A fold change below 1, or a false discovery rate that is none.
    """

    trend: bool = False
    robust: bool = False
    moderated: bool = True
    fold_change: float = 1.0
    fdr: float = 0.05
    weights: str | None = None
    all_groups: bool = False

    def __post_init__(self) -> None:
        log2_threshold(self.fold_change)
        if not 0 < self.fdr < 1:
            raise CohortError("a false discovery rate between 0 and 1", f"{self.fdr:g}", "ask for .05, say")


@dataclass(frozen=True, eq=False)
class Contrast:
    """The difference of two groups; p assays.

    Parameters
    ----------
    name, case, control : str
        ``case - control``, and the groups.
    result : ModeratedFit
        Its statistics, one column.
    assays : DataFrame
        ``protein``, ``assay_id``, ``uniprot``, one row an assay.
    q_value : array of shape (p,)
        Adjusted over the assays of this contrast.
    shrunken : ShrunkenEffects
        What later steps must use in place of the estimates.
    power : DetectionPower
        What the cohort could have found.
    measured : int array of shape (p, 2)
        Measured samples of case and control.
    samples, patients : dict of str to int
        Of each group in the fit.
    correlation : float or None
        Between samples of one patient; None without blocks.
    design : Design
        Of the samples.
    options : ContrastOptions
        As asked.
    warnings : tuple of str
        What a reader must know.
    """

    name: str
    case: str
    control: str
    result: ModeratedFit
    assays: pd.DataFrame
    q_value: Array
    shrunken: ShrunkenEffects
    power: DetectionPower
    measured: NDArray[np.int64]
    samples: Mapping[str, int]
    patients: Mapping[str, int]
    correlation: float | None
    design: Design
    options: ContrastOptions
    warnings: tuple[str, ...] = field(default=())

    @property
    def effect(self) -> Array:
        """Estimated log2 fold changes (p,)."""
        return self.result.fit.coefficients[:, 0]

    @property
    def standard_error(self) -> Array:
        """Their moderated standard errors (p,)."""
        return self.result.standard_error[:, 0]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Assays (p,) below the false discovery rate."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.q_value < self.options.fdr)

    def table(self) -> pd.DataFrame:
        """Write one row an assay.

        Returns
        -------
        DataFrame
            ``protein, assay_id, uniprot``; ``log2_fold_change`` with its 95% interval ``low, high``;
            ``shrunken_fold_change`` (log2 too) with its interval ``shrunken_low, shrunken_high``; ``average``
            level; ``t, p_value, q_value, b, standard_error, df``; ``false_sign_rate`` of the shrunken fold
            change; ``detectable`` (log2 fold change found with 80% power); ``n_case, n_control`` measured
            samples. With a fold-change test also ``p_beyond, q_beyond``.
        """
        low, high = self.result.interval()
        columns: dict[str, Any] = {
            "log2_fold_change": self.effect,
            "shrunken_fold_change": self.shrunken.effect,
            "average": self.result.fit.average,
            "t": self.result.t[:, 0],
            "p_value": self.result.p_value[:, 0],
            "q_value": self.q_value,
            "b": self.result.b[:, 0],
            "low": low[:, 0],
            "high": high[:, 0],
            "shrunken_low": self.shrunken.low,
            "shrunken_high": self.shrunken.high,
            "standard_error": self.standard_error,
            "df": self.result.df_total,
            "false_sign_rate": self.shrunken.wrong_sign,
            "detectable": self.power.smallest_effect,
            "n_case": self.measured[:, 0],
            "n_control": self.measured[:, 1],
        }
        if self.options.fold_change > 1:
            columns |= {"p_beyond": self.p_beyond, "q_beyond": adjusted(self.p_beyond)}
        return self.assays.assign(**columns)

    @property
    def p_beyond(self) -> Array:
        """Test (p,) whether the true fold change exceeds the one that was asked for."""
        return beyond_fold_change(self.result, self.options.fold_change)[:, 0]

    def _found_beyond(self) -> dict[str, int]:
        if self.options.fold_change <= 1:
            return {}
        with np.errstate(invalid="ignore"):
            return {"found_beyond": int((adjusted(self.p_beyond) < self.options.fdr).sum())}

    def summary(self) -> dict[str, Any]:
        """Say in a few numbers what came out, for JSON."""
        smallest = self.power.smallest_effect[np.isfinite(self.power.smallest_effect)]
        share = self.power.share_found(STUDY_FOLD_CHANGE)
        return {
            "contrast": self.name,
            "samples": dict(self.samples),
            "patients": dict(self.patients),
            "assays": len(self.q_value),
            "tested": int(np.isfinite(self.q_value).sum()),
            "found": int(self.found.sum()),
            **self._found_beyond(),
            "fdr": self.options.fdr,
            "formula": self.design.formula,
            "correlation": self.correlation,
            "null_share": self.shrunken.null_share,
            "power": {
                "alpha": self.power.alpha,
                "median_detectable_log2_fold_change": float(np.median(smallest)) if len(smallest) else None,
                f"share_found_at_fold_change_{STUDY_FOLD_CHANGE:g}": None if np.isnan(share) else share,
            },
            "options": asdict(self.options),
            "warnings": list(self.warnings),
        }

"""What a screening found, before it is written anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from stratify.assays.clinical import Unmatched
from stratify.assays.finding import Finding
from stratify.assays.proteins.matching import display_names
from stratify.learning.decision import INDETERMINATE
from stratify.learning.frozen import FrozenModel
from stratify.screening.plain_words import kept_people

if TYPE_CHECKING:
    from stratify.screening.eligibility.assessment import Assessment


@dataclass(frozen=True)
class FileFacts:
    """What is known of a screened file.

    Parameters
    ----------
    files : tuple of str
        Names, without folders.
    samples, controls, bridges : int
        Rows of each kind.
    wanted, matched : int
        Assays of the model, and how many of them the file has.
    weight_covered : float
        Share of the score's weight on these.
    missing : tuple of str
        Names of the others, those with most weight first.
    scale_stated : bool
        Whether the file says its unit.
    declared_offset : bool
        Whether an offset was given beside the file.
    findings : tuple of Finding
        From the check.
    unmatched : Unmatched
        Samples without a partner in the clinical table.
    recalibration : str
        Which update the probabilities got; "" for the model's own.
    tubes : tuple of str
        Kind of tube of each patient's sample, in the order of the results; "" where it is not stated.
    """

    files: tuple[str, ...]
    samples: int
    controls: int
    bridges: int
    wanted: int
    matched: int
    weight_covered: float
    missing: tuple[str, ...]
    scale_stated: bool
    declared_offset: bool
    findings: tuple[Finding, ...]
    unmatched: Unmatched
    recalibration: str = ""
    tubes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Screening:
    """Results of one screening.

    Parameters
    ----------
    model : FrozenModel
        What scored.
    digest : str
        Content digest of the model folder.
    table : DataFrame
        One row an input sample, in the order of the file.
    patients : DataFrame or None
        One row a patient where patients repeat.
    scores : array of shape (n,)
        Raw scores.
    contributions : array of shape (n, n_proteins)
        Shapley values of the scores.
    widths : DataFrame of shape (n, 4)
        Half-widths of the magnitude's interval by what could be known of the batch (`half_widths`).
    changes : tuple of str
        What single protein would change a flag, a sentence a sample; "" where there is no flag.
    facts : FileFacts
        What is known of the file.
    eligibility : Assessment, optional
        What the rules of a trial say of the people; the model plays no part in it.
    heads : tuple of (str, str)
        Name of each audit log, and digest of its last line; empty before anything was delivered.
    """

    model: FrozenModel
    digest: str
    table: pd.DataFrame
    patients: pd.DataFrame | None
    scores: np.ndarray
    contributions: np.ndarray
    widths: pd.DataFrame
    changes: tuple[str, ...]
    facts: FileFacts
    eligibility: Assessment | None = None
    heads: tuple[tuple[str, str], ...] = ()

    @cached_property
    def protein_names(self) -> list[str]:
        """Names of the model's proteins as people read them."""
        return display_names(self.model.assays)

    @cached_property
    def kept_people(self) -> np.ndarray:
        """Standardised profiles of the people whom the model keeps."""
        return kept_people(self.model)

    @cached_property
    def pathway_contributions(self) -> pd.DataFrame:
        """Sums of the Shapley values by pathway: one row a sample, one column a pathway."""
        pathways = self.model.assays["pathway"].to_numpy()
        return pd.DataFrame(self.contributions.T).groupby(pathways).sum().T

    @property
    def counts(self) -> dict[str, int]:
        """Number of samples by call: positive, negative, indeterminate."""
        rule = self.model.rule
        words = (rule.positive_call, rule.negative_call, INDETERMINATE)
        return {word: int((self.table["call"] == word).sum()) for word in words}

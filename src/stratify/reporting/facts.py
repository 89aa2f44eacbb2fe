"""What a card may say about a training beside the training itself."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
import pandas as pd

from stratify.learning.frozen import Batch
from stratify.learning.learning_curve import LearningCurve
from stratify.learning.negative_controls import NegativeControls
from stratify.learning.score_shares import ScoreShare
from stratify.learning.scores import score_batch
from stratify.learning.sites import SiteValidation
from stratify.learning.subgroups import Subgroup
from stratify.learning.subset import by_pattern
from stratify.learning.training import Training
from stratify.learning.validation import Evaluation
from stratify.reporting.handling_free import HandlingFree, calls_without_handling
from stratify.reporting.manifest import software_version

BOOSTED = "xgboost"  # whose learning curve is laid beside that of the pre-specified family
SOFTWARE = ("numpy", "scipy", "pandas", "scikit-learn", "xgboost-cpu", "xgboost", "mlflow")


@dataclass(frozen=True)
class Flow:
    """How many samples came in and what became of them.

    Parameters
    ----------
    read, controls : int
        Rows of the files; those of them that are the laboratory's own.
    removed : mapping
        Reason to number of samples.
    learned : mapping
        Group, as the data name it, to number of people who were learned from.
    reference, target : int
        People who standardise; people who are scored and never labelled.
    """

    read: int
    controls: int
    removed: Mapping[str, int]
    learned: Mapping[str, int]
    reference: int
    target: int


@dataclass(frozen=True)
class TargetCalls:
    """Calls among the target people, counted, never listed.

    Parameters
    ----------
    calls : mapping
        Call to number of people.
    reasons : mapping
        Reason code to number of people; a person can have several.
    without_handling : HandlingFree or None
        What becomes of the calls without handling-sensitive proteins; None where that is not computed.
    """

    calls: Mapping[str, int]
    reasons: Mapping[str, int]
    without_handling: HandlingFree | None = None


@dataclass(frozen=True)
class LabelAccount:
    """What a reader of the card must know of the labels.

    Parameters
    ----------
    source : str
        ``reference-disease``, ``axis-rule``, ``clusters`` or ``outside``.
    statement : str
        What the label is, and on whom it was fitted.
    proteins : tuple of str
        Genes that made it.
    among_features : tuple of str
        Those of them that were learned from all the same.
    not_separable : str
        Why the label can not be told from the site; empty where it can.
    """

    source: str
    statement: str
    proteins: tuple[str, ...] = ()
    among_features: tuple[str, ...] = ()
    not_separable: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything that is reported and cannot be derived from a training.

    Parameters
    ----------
    question : str
        One sentence.
    experiment : str
        Name of the experiment file, without folder.
    sources : mapping
        Base name of each file to its SHA-256.
    flow : Flow
        What became of the samples.
    settings : mapping
        The experiment's settings, as they would be written to JSON; may be nested.
    seed : int
        Of everything that was drawn at random.
    simulated, permuted : bool
        Whether the people were simulated; whether labels were permuted on purpose.
    baselines : Evaluation or None
        Other evaluations in the same folds, such as a family ``covariates``.
    covariates : tuple of str
        Columns that the family ``covariates`` saw.
    target_calls : TargetCalls or None
        None where there are no target people, or nobody counted.
    label : LabelAccount or None
        What made the labels; None where it is a diagnosis that can be told from the site.
    found : DataFrame or None
        What the model finds by relative size and leak (`model_map`); None where it keeps too few people.
    sites : SiteValidation or None
        Of the chosen family, where one site after the other was held out.
    subgroups : tuple of Subgroup
        Discrimination among some of the people.
    memberships : DataFrame
        Who belongs to which subgroup: ``column, level, sample_id``.
    curve : LearningCurve or None
        Of the pre-specified family and XGBoost.
    shares : tuple of ScoreShare
        How much of the target people's score goes with site, age and the like.
    negative_controls : NegativeControls or None
        What proteins tell that have nothing to do with the disease; None where none were named.
    software : mapping
        Distribution to version.
    """

    question: str
    experiment: str
    sources: Mapping[str, str]
    flow: Flow
    settings: Mapping[str, Any]
    seed: int
    simulated: bool = False
    permuted: bool = False
    baselines: Evaluation | None = None
    covariates: tuple[str, ...] = ()
    target_calls: TargetCalls | None = None
    label: LabelAccount | None = None
    found: pd.DataFrame | None = None
    sites: SiteValidation | None = None
    subgroups: tuple[Subgroup, ...] = ()
    memberships: pd.DataFrame = field(default_factory=pd.DataFrame)
    curve: LearningCurve | None = None
    shares: tuple[ScoreShare, ...] = ()
    negative_controls: NegativeControls | None = None
    software: Mapping[str, str] = field(default_factory=lambda: software_versions())

    @property
    def name(self) -> str:
        """Name of the experiment: its file's without the ending."""
        return PurePosixPath(self.experiment).stem

    @property
    def data_digest(self) -> str:
        """SHA-256 over the names and digests of all sources, in the order of their names."""
        lines = [f"{digest}  {name}\n" for name, digest in sorted(self.sources.items())]
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def flatten(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Write nested settings as one level, and say of a file only its name.

    Parameters
    ----------
    settings : mapping
        Of JSON values.
    prefix : str, default ""
        Put before each key.

    Returns
    -------
    dict
        Keys joined by dots; lists as they are.

    Examples
    --------
    >>> flatten({"seed": 1, "learning": {"folds": 5}, "data": {"files": ["/somewhere/a.csv"]}})
    {'seed': 1, 'learning.folds': 5, 'data.files': ['a.csv']}
    """
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple):
            flat[f"{prefix}{key}"] = [_without_folder(item) for item in value]
        else:
            flat[f"{prefix}{key}"] = _without_folder(value)
    return flat


def _without_folder(value: Any) -> Any:
    absolute = isinstance(value, str) and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).drive)
    return PureWindowsPath(value).name if absolute else value


def software_versions() -> dict[str, str]:
    """Versions of the distributions that numbers depend on.

    Returns
    -------
    dict of str

    Examples
    --------
    >>> "numpy" in software_versions()
    True
    """
    found = {"stratify": software_version()}
    for name in SOFTWARE:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def count_target_calls(training: Training, *, anchored: str = "controls") -> TargetCalls | None:
    """Count the calls among the target people of a training.

    They were assayed with the people who were learned from, so no batch offset lies between them.
    Whether the laboratory passed each sample is not known to a training; failed samples must have
    been removed before.

    Parameters
    ----------
    training : Training
        A finished training.
    anchored : str, default "controls"
        How their batch offset is known.

    Returns
    -------
    TargetCalls or None
        None when there are no target people.
    """
    target = training.problem.target
    profiles, limits = training.problem.profiles[target], training.problem.limits_of(target)
    if not len(profiles):
        return None
    below = np.zeros(profiles.shape, dtype=bool)
    error, known = np.zeros(profiles.shape[1]), training.problem.covariates_of(target)
    quality = ["ok"] * len(profiles)
    batch = Batch(profiles, below, quality, anchored, error, limits=limits, covariates=known)
    parts = by_pattern(training.model, batch)
    decisions = [one for _, model, part in parts for one in score_batch(model, part).decisions]
    calls = Counter(decision.call for decision in decisions)
    reasons = Counter(code for decision in decisions for code in decision.reasons)
    free = calls_without_handling(training.model, batch)
    return TargetCalls(dict(sorted(calls.items())), dict(sorted(reasons.items())), free)

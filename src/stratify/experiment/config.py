"""Experiment files in TOML, validated key by key."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from stratify.errors import ExperimentError
from stratify.experiment.label_settings import REFERENCE_DISEASE, LabelsSection
from stratify.experiment.origin import TUBES, site_column
from stratify.learning.classifier import family
from stratify.subtyping.refusals import explain_validation

Count = Annotated[int, Field(ge=1, strict=True)]
Seed = Annotated[int, Field(ge=0, strict=True)]


NOT_STATED_WHERE_UNUSED = ("adjust", "without_handling_proteins", "negative_controls")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSection(_Section):
    """Which people and proteins, and who is learned as what.

    Parameters
    ----------
    files : tuple of str
        Assay files, relative to the experiment file, or ``dataset:<name>/<file>`` of a public set.
    clinical : str
        Clinical table; empty when the assay file has the columns.
    cleaning : str
        Cleaning policy (TOML), relative to the experiment file; the shipped one when empty.
    simulate : str
        Preset of the simulator, in place of files.
    simulate_seed : int
        Seed of the simulator.
    simulated : bool
        Whether the files come from the simulator, which every page must then say.
    panels : tuple of str
        Panels to keep; all when empty.
    group : str
        Column of the diagnosis.
    positive, negative, reference, target : tuple of str
        Groups in their roles; the first two must be named where the label is the diagnosis.
    positive_name : str
        Word for the positive groups together; their names when empty.
    patient : str
        Column, which must then be there; empty when there is none. A patient's samples stay together.
    site : str
        Column of the site, ``single`` or ``unknown``; it plays no part in learning.
    covariates : tuple of str
        Columns of the covariates-only model.
    matrix : str
        What the blood was drawn into: ``serum``, ``EDTA``, ``heparin``, ``citrate``, a column, ``mixed`` or
        ``unknown``.
    platform : str
        Assay platform, where the file does not say.
    permute : bool
        Give the labels to other people on purpose: nothing may then be shown.
    allow_inseparable_site : bool
        Go on although no site has people of both classes; the card then says so.
    """

    files: tuple[str, ...] = ()
    clinical: str = ""
    cleaning: str = ""
    simulate: str = ""
    simulate_seed: Seed = 0
    simulated: bool = False
    panels: tuple[str, ...] = ()
    group: str = Field("group", min_length=1)
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    positive_name: str = ""
    patient: str = ""
    covariates: tuple[str, ...] = ()
    site: str = ""
    matrix: str = ""
    platform: str = ""
    permute: bool = False
    allow_inseparable_site: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> DataSection:
        if bool(self.files) == bool(self.simulate):
            raise ValueError("name either files or simulate")
        return self

    @model_validator(mode="after")
    def _origin_is_stated(self) -> DataSection:
        known = {
            "matrix": f'what the blood was drawn into ({", ".join(TUBES)}), a column, "mixed" or "unknown"',
            "site": 'the column of the site, "single" or "unknown"',
        }
        missing = [f"{name} = {words}" for name, words in known.items() if not getattr(self, name)]
        if missing:
            raise ValueError(f"not stated: {'; '.join(missing)}")
        return self


class LearningSection(_Section):
    """How it is learned.

    Parameters
    ----------
    families : tuple of str
        Candidates beside the default.
    controls : tuple of str
        Families at their pre-specified settings that are never chosen.
    default : str
        Pre-specified family.
    folds, repeats, trials, permutations : int
        Outer folds and repeats, search budget in each, most permutations.
    leave_one_site_out : bool
        Also hold out one site of ``[data] site`` after the other.
    learning_curve : bool
        Also learn from growing parts of the people, by the default family and XGBoost.
    workers : int
        Processes, fewer where memory is short; two where there are two processors if left out. The results do
        not depend on it.
    storage : str
        URL of a database that keeps the trials of searches, such as ``postgresql+psycopg://host/database``;
        when empty, a SQLite file beside the model folder, until the model is complete.
    keep_people : bool
        Whether the model keeps the profiles of its people, without names: thresholds for files that lack
        proteins, and the map of what it finds, are made from them.
    stop_after_minutes : float
        Begin no trial of a search after so long; 0 never stops. Then the same bytes are not promised.
    adjust : tuple of str
        Columns, such as age and sex, whose effects on proteins are learned from the healthy people in each
        fold and taken off everybody; ``handling`` is the mean of the handling proteins.
    without_handling_proteins : bool
        Leave out every pre-analytical protein. Then nothing judges how a patient's blood was handled.
    negative_controls : tuple of str
        Proteins (genes or accessions) that are believed to have nothing to do with the disease: whatever they
        alone tell of the classes is no biology of it.
    """

    families: tuple[str, ...] = ("composite", "pathway-ridge")
    controls: tuple[str, ...] = ("elastic-net", "xgboost")
    default: str = "factor-centroids"
    folds: int = Field(5, ge=2, strict=True)
    repeats: Count = 5
    trials: int = Field(20, ge=0, strict=True)
    permutations: Count = 199
    leave_one_site_out: bool = False
    learning_curve: bool = False
    workers: Count = Field(default_factory=lambda: min(2, os.cpu_count() or 1))
    storage: str = ""
    keep_people: bool = True
    stop_after_minutes: float = Field(0.0, ge=0)
    adjust: tuple[str, ...] = ()
    without_handling_proteins: bool = False
    negative_controls: tuple[str, ...] = ()


class ExperimentConfig(_Section):
    """One experiment.

    Parameters
    ----------
    name : str
        Names the model folder, with the version.
    version : int
        Counts up when the experiment changes.
    question : str
        One sentence.
    definition : str
        Shipped definition or TOML file.
    seed : int
        Of folds, searches and permutations.
    data : DataSection
        Who and what is learned from.
    learning : LearningSection
        How it is learned.
    labels : LabelsSection
        Where labels come from; the diagnosis if left out.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: Count = 1
    question: str
    definition: str = "resemblance-v1"
    seed: Seed = 0
    data: DataSection
    learning: LearningSection = Field(default_factory=lambda: LearningSection.model_validate({}))
    labels: LabelsSection = LabelsSection()

    @model_validator(mode="after")
    def _somebody_is_labelled(self) -> ExperimentConfig:
        data = self.data
        if self.labels.source == REFERENCE_DISEASE and not (data.positive and data.negative):
            raise ValueError(
                "data.positive and data.negative must name groups where the label is a diagnosis"
            )
        if not (self.labels.people or data.positive or data.negative):
            raise ValueError("labels.people must name groups, or data.positive and data.negative")
        return self

    @model_serializer(mode="wrap")
    def _without_what_is_not_used(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out sections that say nothing, so that the account of an older experiment stays the same."""
        stated: dict[str, Any] = write(self)
        chosen = self.labels.model_dump(exclude_defaults=True)
        stated["labels"] = {key: stated["labels"][key] for key in ("source", *chosen)}
        if not chosen:
            del stated["labels"]
        if not self.data.allow_inseparable_site:
            stated.get("data", {}).pop("allow_inseparable_site", None)
        for name in NOT_STATED_WHERE_UNUSED:
            if not getattr(self.learning, name):
                stated.get("learning", {}).pop(name, None)
        return stated

    @model_validator(mode="after")
    def _site_to_leave_out(self) -> ExperimentConfig:
        if self.learning.leave_one_site_out and not site_column(self.data.site):
            raise ValueError("leave_one_site_out needs the column of the site: [data] site")
        return self


def read_experiment(path: str | Path) -> ExperimentConfig:
    """Read and validate an experiment file.

    Parameters
    ----------
    path : str or Path
        TOML.

    Returns
    -------
    ExperimentConfig

    Raises
    ------
    ExperimentError
        When the file is absent, is no TOML, or has an unknown or wrong key; the nearest known is named.
    """
    path = Path(path)
    if not path.is_file():
        raise ExperimentError(
            "an experiment file", f"no file {path.name}", "name one, such as experiments/demo.toml"
        )
    try:
        config = ExperimentConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(f"TOML in {path.name}", str(error), "mend that line") from None
    except ValidationError as error:
        raise explain_validation(error, ExperimentConfig, path.name) from None
    for name in (config.learning.default, *config.learning.families, *config.learning.controls):
        family(name)
    return config

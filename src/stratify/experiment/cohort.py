"""The people of an experiment: read, joined, checked, cleaned, on one level, labelled."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import anndata
import numpy as np
import pandas as pd

from stratify.assays.cleaning import clean
from stratify.assays.clinical import Unmatched, require_columns
from stratify.assays.cohort_reading import read_cohort
from stratify.assays.files.container import digest
from stratify.assays.harmonise.plate_centring import plate_centre
from stratify.assays.harmonise.reference_rows import reference_values
from stratify.assays.policy import read_policy
from stratify.assays.quality import check
from stratify.assays.sample_names import patient_rows
from stratify.datasets import fetch
from stratify.errors import CohortError, ExperimentError, listed
from stratify.experiment.config import ExperimentConfig
from stratify.experiment.labelling import label_people, without_label_proteins
from stratify.experiment.origin import site_column
from stratify.learning.adjustment import HANDLING_COLUMN
from stratify.learning.problem import Problem, adjusting_for, make_problem
from stratify.learning.site_overlap import inseparable_from_site
from stratify.signatures.pathways import HANDLING, members
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import design_preset

DATASET = "dataset:"


@dataclass(frozen=True)
class Cohort:
    """The people of an experiment.

    Parameters
    ----------
    people : AnnData
        Checked and cleaned patients' samples.
    expected : DataFrame
        Expected values of reference samples.
    n_read, n_controls : int
        Rows read, and how many of them are the laboratory's own.
    unmatched : Unmatched
        Samples without a partner in the clinical table.
    sources : dict
        Name of each source to its SHA-256; for simulated people over ids and values.
    simulated : bool
        Whether the people were simulated.
    """

    people: anndata.AnnData
    expected: pd.DataFrame
    n_read: int
    n_controls: int
    unmatched: Unmatched
    sources: dict[str, str]
    simulated: bool


def load_cohort(config: ExperimentConfig, folder: Path) -> Cohort:
    """Read, join, check, clean and put the plates of an experiment on one level.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    folder : Path
        Folder of the experiment file; relative paths start there.

    Returns
    -------
    Cohort
    """
    data, unmatched = config.data, Unmatched((), ())
    if data.simulate:
        cohort = simulate_study(design_preset(data.simulate), seed=data.simulate_seed).adata
    else:
        files = [locate(name, folder) for name in data.files]
        cohort, unmatched = read_cohort(files, locate(data.clinical, folder) if data.clinical else None)
    if data.panels:
        cohort = _keep_panels(cohort, data.panels)
    policy = read_policy(locate(data.cleaning, folder)) if data.cleaning else None
    findings = check(cohort)
    level = plate_centre(cohort) if "plate" in cohort.obs else cohort
    cleaned = clean(level, findings, policy)
    people = cleaned[patient_rows(cleaned)].copy()  # a policy may keep the laboratory's own rows
    return Cohort(
        people,
        reference_values(level),
        int(cohort.n_obs),
        int((~patient_rows(cohort)).sum()),
        unmatched,
        _sources(config, cohort, folder),
        bool(data.simulate or data.simulated or cohort.uns.get("stratify", {}).get("simulated", False)),
    )


def locate(name: str, folder: Path) -> Path:
    """Find a file of an experiment: relative to its folder, or in a public data set.

    Parameters
    ----------
    name : str
        A path, or ``dataset:<name>/<file>``.
    folder : Path
        Folder of the experiment file.

    Returns
    -------
    Path

    Raises
    ------
    ExperimentError
        When there is no such file.
    """
    if name.startswith(DATASET):
        dataset, _, file = name.removeprefix(DATASET).partition("/")
        path = fetch(dataset) / file
    else:
        path = folder / name
    if not path.is_file():
        raise ExperimentError(f"the file {name}", "no such file", "correct the name, or make the file first")
    return path


def _sources(config: ExperimentConfig, cohort: anndata.AnnData, folder: Path) -> dict[str, str]:
    data, sources = config.data, {}
    if data.simulate:
        values = np.ascontiguousarray(np.asarray(cohort.X, dtype="<f8")).tobytes()
        sources[f"simulated-{data.simulate}"] = hashlib.sha256(values).hexdigest()
    named = [name for name in (*data.files, data.clinical, data.cleaning) if name]
    return sources | {Path(name).name: digest(locate(name, folder)) for name in named}


def _keep_panels(cohort: anndata.AnnData, panels: tuple[str, ...]) -> anndata.AnnData:
    present = set(cohort.var["panel"])
    absent = [name for name in panels if name not in present]
    if absent:
        raise ExperimentError(
            f"the panels {listed(panels)}",
            f"no assay of {listed(absent)}",
            f"known: {listed(sorted(present))}",
        )
    return cohort[:, cohort.var["panel"].isin(panels)].copy()


def make_experiment_problem(config: ExperimentConfig, people: anndata.AnnData) -> Problem:
    """Label the people of an experiment.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    people : AnnData
        Patients' samples.

    Returns
    -------
    Problem

    Raises
    ------
    ClinicalTableError
        When a named column is absent.
    CohortError
        When the people do not make two classes, or no site has both and that is not allowed by name.
    """
    data = config.data
    people = name_patients(config, people)
    source = label_people(config, people)
    if config.labels.drop_label_proteins:
        people = without_label_proteins(people, source)
    if config.learning.without_handling_proteins:
        people = without_handling_proteins(people)
    problem = make_problem(people, source.labels, source)
    problem = adjusting_for(problem, people.obs, config.learning.adjust)
    reason = not_separable(config, people, problem)
    if reason and not data.allow_inseparable_site:
        raise CohortError(
            "a site with people of both classes, so that the label can be told from the site",
            reason,
            "add people, or set allow_inseparable_site = true in [data]; the card then says so",
        )
    return problem.permuted(config.seed) if data.permute else problem


def without_handling_proteins(people: anndata.AnnData) -> anndata.AnnData:
    """Leave out the assays of pre-analytical proteins.

    Parameters
    ----------
    people : AnnData
        Patients' samples.

    Returns
    -------
    AnnData

    Raises
    ------
    CohortError
        When nothing is left.
    """
    kept = ~members(HANDLING, people.var)
    if not kept.any():
        raise CohortError(
            "features beside the handling proteins", "no other assay", "leave out without_handling_proteins"
        )
    return people[:, kept].copy()


def name_patients(config: ExperimentConfig, people: anndata.AnnData) -> anndata.AnnData:
    """Require the columns that an experiment names, and say whose each sample is.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    people : AnnData
        Patients' samples.

    Returns
    -------
    AnnData
        With ``patient_id`` where the experiment names such a column.

    Raises
    ------
    ClinicalTableError
        When a named column is absent.
    """
    data = config.data
    adjusted = [name for name in config.learning.adjust if name != HANDLING_COLUMN]
    asked = (data.group, data.patient, site_column(data.site), *data.covariates, *adjusted)
    named = [name for name in asked if name]
    columns = dict(zip(named, require_columns(people.obs, named), strict=True))
    if data.patient:
        people = people.copy()
        people.obs["patient_id"] = people.obs[columns[data.patient]].astype(str)
    return people


def not_separable(config: ExperimentConfig, people: anndata.AnnData, problem: Problem) -> str:
    """Say why the label can not be told from the site; empty where it can, or where no site is named.

    Parameters
    ----------
    config : ExperimentConfig
        The experiment.
    people : AnnData
        Patients' samples.
    problem : Problem
        Their labels.

    Returns
    -------
    str
    """
    name = site_column(config.data.site)
    if not name:
        return ""
    site = people.obs[require_columns(people.obs, [name])[0]]
    return inseparable_from_site(site, problem.y, problem.patients, name=name)

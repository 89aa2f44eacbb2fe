"""How far the label sources of an experiment agree on its people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stratify.errors import ExperimentError, listed, nearest
from stratify.experiment.cohort import load_cohort, name_patients
from stratify.experiment.config import ExperimentConfig, read_experiment
from stratify.experiment.label_settings import REFERENCE_DISEASE
from stratify.experiment.labelling import label_people
from stratify.subtyping.agreement import Agreement, all_pairs
from stratify.subtyping.definition import read_definition
from stratify.subtyping.labels import patient_ids

SOURCES = (REFERENCE_DISEASE, "axis-rule", "clusters", "outside")


@dataclass(frozen=True)
class Comparison:
    """Sources of labels on the same people.

    Parameters
    ----------
    pairs : list of Agreement
        Each two sources.
    statements : dict of str to str
        What each source's label is.
    files : dict of str to str
        Name of each file to its SHA-256.
    """

    pairs: list[Agreement]
    statements: dict[str, str]
    files: dict[str, str]


def compare_sources(path: str | Path, sources: Sequence[str] = ()) -> Comparison:
    """Label all people of an experiment by several sources; nothing is learned from these labels.

    Groups that the experiment keeps as target are labelled too, and a rule or clusters see everybody at once.

    Parameters
    ----------
    path : str or Path
        Experiment file.
    sources : sequence of str
        Names of sources; all that the file has settings for when empty, clusters only when it names them.

    Returns
    -------
    Comparison

    Raises
    ------
    ExperimentError
        An unknown source, or fewer than two.
    """
    config = read_experiment(path)
    chosen = list(dict.fromkeys(sources)) or _available(config)
    for name in chosen:
        if name not in SOURCES:
            raise ExperimentError("the name of a source of labels", f"{name!r}", nearest(name, SOURCES))
    if len(chosen) < 2:
        raise ExperimentError(
            "at least two sources of labels to compare",
            f"{listed(chosen) or 'none'}; known: {listed(SOURCES)}",
            "name them by --source, with their settings in [labels]",
        )
    cohort = load_cohort(config, Path(path).parent)
    people = name_patients(config, cohort.people)
    found = {name: label_people(config, people, source=name, everybody=True) for name in chosen}
    pairs = all_pairs(
        {name: source.labels.y for name, source in found.items()},
        samples=people.obs_names.to_numpy(dtype=str),
        patients=patient_ids(people.obs),
        seed=config.seed,
    )
    return Comparison(pairs, {name: source.statement for name, source in found.items()}, cohort.sources)


def _available(config: ExperimentConfig) -> list[str]:
    labels, data = config.labels, config.data
    rule = read_definition(labels.definition or config.definition)
    there = {
        REFERENCE_DISEASE: bool(data.positive and data.negative),
        "axis-rule": bool(rule.lead),
        "clusters": labels.source == "clusters",
        "outside": bool(labels.column),
    }
    return [name for name in SOURCES if there[name]]

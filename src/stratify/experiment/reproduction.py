"""A model made again from its own record: the same data, the same settings, and whether the same model."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from stratify.errors import ExperimentError, ModelError, listed
from stratify.experiment.cohort import load_cohort
from stratify.experiment.config import ExperimentConfig
from stratify.experiment.run import run_config
from stratify.reporting.bundle import load_model
from stratify.reporting.differences import Difference, differences
from stratify.reporting.facts import software_versions


@dataclass(frozen=True)
class Reproduction:
    """What came out when a model was made again.

    Parameters
    ----------
    model : str
        Name and version.
    digest, again : str
        Content digests of the stored and of the new folder.
    data_sha256 : str
        Of the data, which were the same.
    environment : dict
        Distribution to its version then and now, where they differ; None where it was or is absent.
    differences : tuple of Difference
        Empty when every file is the same bytes.
    """

    model: str
    digest: str
    again: str
    data_sha256: str
    environment: Mapping[str, tuple[str | None, str | None]]
    differences: tuple[Difference, ...]

    @property
    def identical(self) -> bool:
        """Whether every file is the same bytes."""
        return not self.differences

    @property
    def same_numbers(self) -> bool:
        """Whether the bundle and the out-of-fold scores differ in the last digits at most."""
        told = [one for one in self.differences if one.place.startswith(("bundle/", "facts/out_of_fold.csv"))]
        return all(one.last_digits for one in told)


def reproduce(
    folder: str | Path,
    *,
    experiments: str | Path = "experiments",
    tell: Callable[[str], None] = lambda line: None,
) -> Reproduction:
    """Run the experiment of a model again and compare the models.

    The settings are those that the model keeps, not those of today's experiment file. Nothing is tracked,
    and the new model is thrown away.

    Parameters
    ----------
    folder : str or Path
        Model folder.
    experiments : str or Path, default "experiments"
        Folder in which the experiment file lay: paths of the data start there.
    tell : callable
        Receives lines of progress.

    Returns
    -------
    Reproduction

    Raises
    ------
    ModelError
        A folder that is damaged, or holds no record of its run.
    ExperimentError
        Settings of another version, or other data than the model learned from.
    """
    loaded = load_model(folder)
    record = _record(loaded.folder)
    config = stored_config(record["settings"])
    path = Path(experiments) / str(record["experiment"])
    _refuse_other_data(load_cohort(config, path.parent).sources, record["sources"])
    tell("data: as the model learned from")
    with TemporaryDirectory(prefix="stratify-") as work:
        result = run_config(config, path, models=work, tracked=False, tell=tell)
        again = load_model(result.folder).digest
        found = differences(loaded.folder, result.folder)
    return Reproduction(
        f"{loaded.model.name}-{loaded.model.version}",
        loaded.digest,
        again,
        str(record["data_digest"]),
        _changed(record.get("software", {}), software_versions()),
        tuple(found),
    )


def stored_config(settings: Mapping[str, Any]) -> ExperimentConfig:
    """Read the settings that a model keeps in one level, keys joined by dots.

    Parameters
    ----------
    settings : mapping
        Of ``facts/run.json``.

    Returns
    -------
    ExperimentConfig

    Raises
    ------
    ExperimentError
        Settings that this version does not know.

    Examples
    --------
    >>> stored = {"name": "x", "question": "?", "data.simulate": "study"}
    >>> stored |= {"data.positive": ["AD"], "data.negative": ["HC"]}
    >>> stored |= {"data.matrix": "serum", "data.site": "site"}
    >>> stored_config(stored).data.simulate
    'study'
    """
    nested: dict[str, Any] = {}
    for key, value in settings.items():
        section, _, name = key.partition(".")
        if name:
            nested.setdefault(section, {})[name] = value
        else:
            nested[key] = value
    try:
        return ExperimentConfig.model_validate(nested)
    except ValidationError as error:
        fields = [".".join(map(str, one["loc"])) for one in error.errors()]
        raise ExperimentError(
            "settings that this version of stratify knows",
            f"others in the model's record: {listed(fields)}",
            "use the version that the record names under software",
        ) from error


def _record(folder: Path) -> dict[str, Any]:
    place = folder / "facts" / "run.json"
    record = json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
    if not {"settings", "sources", "experiment", "data_digest"} <= set(record):
        raise ModelError(
            "a model folder with the record of its run, facts/run.json",
            f"none, or an incomplete one, in {folder.name!r}",
            "only models that `stratify train` made can be reproduced",
        )
    return dict(record)


def _refuse_other_data(now: Mapping[str, str], then: Mapping[str, str]) -> None:
    other = sorted(name for name in set(now) | set(then) if now.get(name) != then.get(name))
    if other:
        raise ExperimentError(
            "the data from which the model learned, to the byte",
            f"another SHA-256: {listed(other)}",
            "restore these files, or train a new version on the new ones",
        )


def _changed(then: Mapping[str, str], now: Mapping[str, str]) -> dict[str, tuple[str | None, str | None]]:
    names = sorted(set(then) | set(now))
    return {name: (then.get(name), now.get(name)) for name in names if then.get(name) != now.get(name)}

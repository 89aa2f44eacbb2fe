"""Models by name and version in MLflow's registry, with the aliases challenger and champion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stratify.errors import ModelError, listed
from stratify.reporting.bundle import LoadedModel, load_model
from stratify.reporting.connection import experiment_of, import_mlflow, opened
from stratify.reporting.store import STORE, kept
from stratify.reporting.tracking import DIGEST_TAG

CHALLENGER, CHAMPION = "challenger", "champion"
DELIVERED = "delivered models"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_ADDRESS = re.compile(rf"(?P<name>{_NAME.pattern})(?:@(?P<alias>[a-z]+)|/(?P<version>[0-9]+))")


@dataclass(frozen=True)
class Registered:
    """A model in the registry.

    Parameters
    ----------
    name : str
        Of the model.
    version : int
        Of the registry, which counts by itself.
    aliases : tuple of str
        Of this version.
    digest : str
        Content digest of the model folder.
    """

    name: str
    version: int
    aliases: tuple[str, ...]
    digest: str


def register(folder: str | Path, *, store: Path = STORE) -> Registered:
    """Enter a model folder in the registry; one that is there already stays as it is.

    The version points to the artifacts of the run that made the folder. A folder that was made elsewhere is
    copied to a run of its own.

    Parameters
    ----------
    folder : str or Path
        Model folder.
    store : Path, default "mlruns"
        Folder of the store.

    Returns
    -------
    Registered

    Raises
    ------
    ModelError
        A folder that is damaged, changed or foreign.
    """
    loaded = load_model(folder)
    name = loaded.model.name
    if not _NAME.fullmatch(name):
        raise ModelError("a name of lower-case letters, digits and -", repr(name), "train the model again")
    with opened(store) as client:
        if not client.search_registered_models(f"name = '{name}'"):
            client.create_registered_model(name)
        for version in client.search_model_versions(f"name = '{name}'"):
            if version.tags.get(DIGEST_TAG) == loaded.digest:
                return _registered(client, name, int(version.version))
        run_id = _run_of(client, loaded.digest) or _delivered(client, loaded, store)
        source = f"{client.get_run(run_id).info.artifact_uri}/model"
        tags = {DIGEST_TAG: loaded.digest, "shown": str(loaded.model.rule.shown).lower()}
        made = client.create_model_version(
            name, source, run_id=run_id, tags=tags, description=f"{name}-{loaded.model.version}"
        )
        return _registered(client, name, int(made.version))


def find(name: str, *, version: int | None = None, alias: str = "", store: Path = STORE) -> Registered | None:
    """Look a model up; None where there is none.

    Parameters
    ----------
    name : str
        Of the model.
    version : int, optional
        Of the registry.
    alias : str
        In place of the version.
    store : Path, default "mlruns"
        Folder of the store.

    Returns
    -------
    Registered or None
    """
    if not _NAME.fullmatch(name) or not kept(store):
        return None
    with opened(store) as client:
        known = client.search_registered_models(f"name = '{name}'")
        wanted = known[0].aliases.get(alias) if known and alias else version
        numbers = {int(one.version) for one in client.search_model_versions(f"name = '{name}'")}
        if wanted is None or int(wanted) not in numbers:
            return None
        return _registered(client, name, int(wanted))


def point(name: str, version: int, alias: str, tags: Mapping[str, str], *, store: Path = STORE) -> Registered:
    """Let an alias point to a version, and keep with the version why.

    Parameters
    ----------
    name : str
        Of the model.
    version : int
        Of the registry.
    alias : str
        ``challenger`` or ``champion``.
    tags : mapping
        Put on the version, before the alias moves.
    store : Path, default "mlruns"
        Folder of the store.

    Returns
    -------
    Registered
    """
    with opened(store) as client:
        for key, value in tags.items():
            client.set_model_version_tag(name, str(version), key, value)
        client.set_registered_model_alias(name, alias, str(version))
        return _registered(client, name, version)


def locate_model(address: str | Path, *, store: Path = STORE) -> Path:
    """Find the folder of a model that is named by a path, by ``NAME@ALIAS`` or by ``NAME/VERSION``.

    Parameters
    ----------
    address : str or Path
        What a user wrote; a folder that exists is taken as one.
    store : Path, default "mlruns"
        Folder of the store.

    Returns
    -------
    Path
        Of the artifacts, which `load_model` still has to check.

    Raises
    ------
    ModelError
        Neither a folder nor a registered model.
    """
    parts = _ADDRESS.fullmatch(str(address))
    if parts is None or Path(address).exists():
        return Path(address)
    version = int(parts["version"]) if parts["version"] else None
    found = find(parts["name"], version=version, alias=parts["alias"] or "", store=store)
    if found is None:
        raise not_registered(parts["name"], str(address), store=store)
    with opened(store) as client:
        place = client.get_model_version_download_uri(found.name, str(found.version))
        return Path(import_mlflow().artifacts.download_artifacts(place, tracking_uri=client.tracking_uri))


def not_registered(name: str, asked: str, *, store: Path = STORE) -> ModelError:
    """Refuse a model that is not in the registry, and say what is.

    Parameters
    ----------
    name : str
        Of the model.
    asked : str
        What was asked for.
    store : Path, default "mlruns"
        Folder of the store.

    Returns
    -------
    ModelError
    """
    known = _versions(name, store)
    found = f"{asked}: no such version; registered: {listed(known)}" if known else f"{asked}: not registered"
    return ModelError(
        "a model folder or a registered model", found, "register it by `stratify register MODEL`"
    )


def _versions(name: str, store: Path) -> list[str]:
    if not _NAME.fullmatch(name) or not kept(store):
        return []
    with opened(store) as client:
        found = client.search_model_versions(f"name = '{name}'")
        return sorted(f"{one.name}/{one.version}" for one in found)


def _registered(client: Any, name: str, version: int) -> Registered:
    found = client.get_model_version(name, str(version))
    return Registered(name, version, tuple(sorted(found.aliases)), str(found.tags.get(DIGEST_TAG, "")))


def _run_of(client: Any, digest: str) -> str:
    """Id of a finished run whose artifacts are the folder of this digest; "" where there is none."""
    experiments = [one.experiment_id for one in client.search_experiments()]
    runs = client.search_runs(
        experiments, f"tags.{DIGEST_TAG} = '{digest}' and attributes.status = 'FINISHED'"
    )
    return str(runs[0].info.run_id) if runs else ""


def _delivered(client: Any, loaded: LoadedModel, store: Path) -> str:
    name = f"{loaded.model.name}-{loaded.model.version}"
    run = client.create_run(experiment_of(client, DELIVERED, store), run_name=name)
    client.log_artifacts(run.info.run_id, str(loaded.folder), "model")
    client.set_tag(run.info.run_id, DIGEST_TAG, loaded.digest)
    client.set_terminated(run.info.run_id)
    return str(run.info.run_id)

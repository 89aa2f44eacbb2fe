"""Public data sets by name: address, SHA-256, licence and citation of each file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pooch

from stratify.errors import AssayFileError, nearest

_FOLDER_VARIABLE = "STRATIFY_DATA_DIR"


@dataclass(frozen=True)
class Dataset:
    """A public data set.

    Parameters
    ----------
    name : str
        Its folder in the cache.
    title, licence, citation : str
        What it is, under which terms, and what to cite.
    files : mapping of str to mapping
        File name to its ``sha256`` and its ``url``, or, for a table that was taken out of a public file of
        another format, ``made_from``: the address of that file.
    """

    name: str
    title: str
    licence: str
    citation: str
    files: Mapping[str, Mapping[str, str]]


@lru_cache(maxsize=1)
def _registry() -> dict[str, Any]:
    return json.loads(files("stratify").joinpath("data", "datasets.json").read_text(encoding="utf-8"))


def dataset_names() -> list[str]:
    """Names that `fetch` knows.

    Returns
    -------
    list of str

    Examples
    --------
    >>> dataset_names()[:3]
    ['alzheimer_csf', 'ciim_breda', 'ciim_hannover']
    """
    return sorted(_registry())


def describe(name: str) -> Dataset:
    """Address, licence and citation of a data set.

    Parameters
    ----------
    name : str
        One of `dataset_names`.

    Returns
    -------
    Dataset

    Raises
    ------
    AssayFileError
        An unknown name.

    Examples
    --------
    >>> describe("gisby_serum").licence
    'CC BY 4.0'
    """
    if name not in _registry():
        raise AssayFileError("the name of a public data set", f"{name!r}", nearest(name, dataset_names()))
    return Dataset(name=name, **_registry()[name])


def cache_folder() -> Path:
    """Folder in which data sets lie: the variable STRATIFY_DATA_DIR, else the user's cache.

    Returns
    -------
    Path
    """
    named = os.environ.get(_FOLDER_VARIABLE)
    return Path(named).expanduser() if named else Path(pooch.os_cache("stratify"))


def fetch(name: str) -> Path:
    """Bring a public data set into the cache.

    Files that lie there already are checked and used without a network.

    Parameters
    ----------
    name : str
        One of `dataset_names`.

    Returns
    -------
    Path
        Folder with the files.

    Raises
    ------
    AssayFileError
        An unknown name, a file with another SHA-256, or a download that failed.
    """
    dataset = describe(name)
    folder = cache_folder() / name
    by_address = sorted(dataset.files.items(), key=lambda item: "url" not in item[1])
    for file, facts in by_address:
        if (folder / file).exists():
            _verify(folder / file, facts["sha256"])
        else:
            _download(folder, file, facts)
    return folder


def _verify(path: Path, sha256: str) -> None:
    if not path.is_file() or pooch.file_hash(str(path), alg="sha256") != sha256:
        raise AssayFileError(
            f"the published version of {path.name} (SHA-256 {sha256[:12]}...)",
            f"another file of that name in the cache folder {path.parent.name}",
            "move it away and fetch the data set again",
        )


def _download(folder: Path, file: str, facts: Mapping[str, str]) -> None:
    if "url" not in facts:
        raise AssayFileError(
            f"{file} in the cache: it was taken out of {facts['made_from']} and has no address of its own",
            f"no such file in the folder {folder.name}",
            f"take the table out of that file and put it into a folder {folder.name} of {_FOLDER_VARIABLE}",
        )
    try:
        pooch.retrieve(facts["url"], known_hash=f"sha256:{facts['sha256']}", fname=file, path=folder)
    except ValueError as error:
        raise AssayFileError(
            f"the published version of {file} (SHA-256 {facts['sha256'][:12]}...)",
            "another file at its public address",
            "try again later; if it stays so, the authors changed the file",
        ) from error
    except OSError as error:
        raise AssayFileError(
            f"{file} in the cache, or a network to download it",
            "neither: the download failed or the folder cannot be written",
            f"connect to the network, or put the file into a folder {folder.name} of {_FOLDER_VARIABLE}",
        ) from error

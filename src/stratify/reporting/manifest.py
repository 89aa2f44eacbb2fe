"""What a model folder holds, to the byte, checked before anything in it is parsed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import Any

from stratify.assays.files.container import digest
from stratify.errors import ModelError, listed

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LICENCE = "Apache-2.0"


def software_version() -> str:
    """Version of the installed package; ``"unknown"`` when it runs from a source tree."""
    try:
        return version("stratify")
    except PackageNotFoundError:
        return "unknown"


def write_manifest(folder: Path) -> str:
    """Write the manifest of a finished model folder, last of all its files.

    Parameters
    ----------
    folder : Path
        With ``bundle/model.json``.

    Returns
    -------
    str
        The content digest: SHA-256 of everything else that the manifest says.

    Raises
    ------
    ModelError
        When the folder holds a link.
    """
    header = json.loads((folder / "bundle" / "model.json").read_text(encoding="utf-8"))
    paths = [path for path in _entries(folder) if path not in (MANIFEST, SIGNATURE)]
    content = {
        "name": header["model"]["name"],
        "version": header["model"]["version"],
        "bundle_schema": header["bundle_schema"],
        "stratify": software_version(),
        "licence": LICENCE,
        **_training(folder),
        "files": {path: _facts(folder / path) for path in paths},
    }
    manifest = content | {"digest": _content_digest(content)}
    (folder / MANIFEST).write_bytes(_canonical(manifest))
    return str(manifest["digest"])


def verify_manifest(folder: Path, *, tolerated: Collection[str] = ()) -> str:
    """Compare every byte of a model folder with its manifest.

    Parameters
    ----------
    folder : Path
        The model folder.
    tolerated : collection of str, optional
        Names of files that may be there although they are not listed.

    Returns
    -------
    str
        The content digest.

    Raises
    ------
    ModelError
        Naming the file that is changed, missing, not listed or a link.
    """
    manifest = _read(folder)
    listed_files = manifest["files"]
    for path in listed_files:
        if not _stays_inside(path):
            raise _refusal("names of files inside the model folder", f"{MANIFEST} names {path!r}")
    there = set(_entries(folder)) - {MANIFEST, *tolerated}
    missing, extra = sorted(set(listed_files) - there), sorted(there - set(listed_files))
    if missing:
        raise _refusal("every file that the manifest lists", f"missing: {listed(missing)}")
    if extra:
        raise _refusal("only files that the manifest lists", f"not listed: {listed(extra)}")
    changed = [path for path, facts in sorted(listed_files.items()) if _facts(folder / path) != facts]
    if changed:
        raise _refusal("files as they were written", f"changed: {listed(changed)}")
    return str(manifest["digest"])


def _training(folder: Path) -> dict[str, Any]:
    """Definition, digest of the data and versions of the run that made the model, where it is recorded."""
    place = folder / "facts" / "run.json"
    if not place.is_file():
        return {}
    record = json.loads(place.read_text(encoding="utf-8"))
    definition = record["definition"]
    return {
        "definition": f"{definition.get('name', '')} {definition.get('version', '')}".strip(),
        "data_sha256": record["data_digest"],
        "software": record["software"],
    }


def manifest_digest(folder: Path) -> str:
    """Content digest that a folder's manifest states; files are not looked at."""
    return str(_read(folder)["digest"])


def _refusal(expected: str, found: str) -> ModelError:
    return ModelError(expected, found, "use the model folder as it was delivered, or train the model again")


def _read(folder: Path) -> dict[str, Any]:
    """Manifest whose own digest holds and which is written exactly as we write it."""
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise _refusal(f"a model folder with {MANIFEST}", f"none in {folder.name!r}")
    raw = path.read_bytes()
    try:
        manifest = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _refusal(f"{MANIFEST} as it was written", f"changed: {MANIFEST}") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise _refusal(f"{MANIFEST} with a list of files", f"{MANIFEST} holds something else")
    content = {key: value for key, value in manifest.items() if key != "digest"}
    if manifest.get("digest") != _content_digest(content) or raw != _canonical(manifest):
        raise _refusal(f"{MANIFEST} as it was written", f"changed: {MANIFEST}")
    return manifest


def _entries(folder: Path) -> list[str]:
    """Relative names of all files, sorted; a link or a device is refused."""
    names = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise _refusal("ordinary files and folders", f"a link or device: {name}")
        if path.is_file():
            names.append(name)
    return names


def _stays_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and ".." not in parts and not name.startswith("/") and not set("\\:") & set(name)


def _facts(path: Path) -> dict[str, Any]:
    return {"sha256": digest(path), "bytes": path.stat().st_size}


def _canonical(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _content_digest(content: dict[str, Any]) -> str:
    try:
        return hashlib.sha256(_canonical(content)).hexdigest()
    except UnicodeEncodeError:  # lone surrogates that only a forged file can hold
        return ""

"""The one door to a model folder: every byte as listed, signed where keys are set, and nothing that runs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from stratify.reporting.manifest import SIGNATURE, verify_manifest
from stratify.reporting.mlflow_description import refuse_foreign_description
from stratify.reporting.signature import refuse_unsigned


def verify_folder(folder: str | Path, *, tolerated: Collection[str] = ()) -> str:
    """Check a model folder before anything in it is parsed.

    Parameters
    ----------
    folder : str or Path
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
        Naming the file that is changed, missing, not listed, a link, not signed, or that would make MLflow
        run something else.
    """
    digest = verify_contents(folder, tolerated=tolerated)
    refuse_unsigned(Path(folder))
    return digest


def verify_contents(folder: str | Path, *, tolerated: Collection[str] = ()) -> str:
    """Check a model folder, whoever made it.

    Parameters
    ----------
    folder : str or Path
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
        As `verify_folder`, signatures apart.
    """
    folder = Path(folder)
    digest = verify_manifest(folder, tolerated=(*tolerated, SIGNATURE))
    refuse_foreign_description(folder)
    return digest

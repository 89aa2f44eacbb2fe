"""What tests of several rooms share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder with the real data sets; tests that need it skip where it is absent."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("STRATIFY_DATA_DIR") or beside)
    if not (folder / "lvv_cohort1").is_dir():
        pytest.skip("real data are absent: set STRATIFY_DATA_DIR, or run `stratify fetch lvv_cohort1`")
    return folder


@pytest.fixture(scope="session")
def once(tmp_path_factory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Build a folder once for all workers; who comes later waits for it."""
    own = tmp_path_factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(name: str, build: Callable[[Path], None]) -> Path:
        path, done, failed = root / name, root / f"{name}.done", root / f"{name}.failed"
        try:
            path.mkdir()
        except FileExistsError:
            while not done.exists():
                if failed.exists():
                    pytest.fail(f"another worker could not build {name}")
                time.sleep(0.1)
            return path
        try:
            build(path)
        except BaseException:
            failed.touch()
            raise
        done.touch()
        return path

    return folder

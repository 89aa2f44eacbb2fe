"""What tests of several rooms share."""

from __future__ import annotations

import os
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

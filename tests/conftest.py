"""What tests of several rooms share."""

from __future__ import annotations

import os
import shutil
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
def _empty_store(tmp_path_factory):
    pytest.importorskip("mlflow")
    from stratify.reporting.connection import opened

    folder = tmp_path_factory.mktemp("store") / "mlruns"
    with opened(folder):
        return folder


@pytest.fixture
def runs(_empty_store, tmp_path, monkeypatch) -> Path:
    """Folder of a store of runs in a working folder of its own; made once and copied, which is faster."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(_empty_store, tmp_path / "mlruns"))


@pytest.fixture
def rewritten(tmp_path):
    """Copy the demo model with another version, and with scores that are less or more apart."""
    import json

    import numpy as np
    import pandas as pd

    from stratify.reporting.manifest import write_manifest

    def rewrite(version: int, *, shift: float = 0.0, shown: bool = True, noise: float = 0.0) -> Path:
        folder = tmp_path / f"demo-{version}"
        demo = Path(__file__).parents[1] / "models" / "demo-1"
        shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("figures", "card.html"))
        header = json.loads((folder / "bundle" / "model.json").read_text(encoding="utf-8"))
        header["model"]["version"] = version
        header["model"]["rule"]["shown"] = shown
        (folder / "bundle" / "model.json").write_text(json.dumps(header), encoding="utf-8")
        place = folder / "facts" / "out_of_fold.csv"
        table = pd.read_csv(place, float_precision="round_trip")
        drawn = np.random.default_rng(0).normal(size=len(table))
        table["score"] += shift * table["label"] + noise * drawn
        table.to_csv(place, index=False)
        write_manifest(folder)
        return folder

    return rewrite

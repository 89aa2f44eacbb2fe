"""The demo, made anew: it agrees with the committed model."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stratify.experiment.run import run_experiment
from stratify.reporting.bundle import load_model
from stratify.simulation.files import simulate_files

ROOT = Path(__file__).parents[1]
COMMITTED = ROOT / "models" / "demo-1"


@pytest.fixture(scope="module")
def remade(tmp_path_factory):
    """What `make demo` does in another folder, without the families that were not chosen."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "experiments").mkdir()
    text = (ROOT / "experiments" / "demo.toml").read_text(encoding="utf-8")
    alone, swaps = re.subn(r"(?m)^(families|controls) = .*$", r"\1 = []", text)
    assert swaps == 2
    (folder / "experiments" / "demo.toml").write_text(
        alone.replace("permutations = 199", "permutations = 19"), encoding="utf-8"
    )
    simulate_files(folder / "runs" / "demo" / "cohort.csv", seed=1)
    result = run_experiment(folder / "experiments" / "demo.toml", models=folder / "models", tracked=False)
    return load_model(result.folder)


def agree(here, there, name="model"):
    """Walk two frozen models side by side."""
    if is_dataclass(here):
        for field in fields(here):
            agree(getattr(here, field.name), getattr(there, field.name), f"{name}.{field.name}")
    elif isinstance(here, tuple):
        assert len(here) == len(there), name
        for place, (one, other) in enumerate(zip(here, there, strict=True)):
            agree(one, other, f"{name}[{place}]")
    elif isinstance(here, pd.DataFrame):
        pd.testing.assert_frame_equal(here, there, rtol=1e-9, atol=1e-9, obj=name)
    elif isinstance(here, np.ndarray | float):
        np.testing.assert_allclose(here, there, rtol=1e-9, atol=1e-9, err_msg=name)
    else:
        assert here == there, name


def test_the_committed_model_is_what_the_demo_makes(remade):
    agree(remade.model, load_model(COMMITTED).model)


def test_the_committed_model_says_that_it_is_simulated():
    assert load_model(COMMITTED).model.simulated
    assert "SIMULATED" in (COMMITTED / "card.md").read_text(encoding="utf-8")


def test_the_committed_model_has_no_pickle_and_no_code():
    endings = {path.suffix for path in COMMITTED.rglob("*") if path.is_file()}
    assert endings <= {".npz", ".json", ".ubj", ".md", ".html", ".svg", ".csv", ".txt", ".yaml", ""}

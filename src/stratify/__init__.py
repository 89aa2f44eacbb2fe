"""Find depressed patients whose serum proteins resemble atopic dermatitis."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "StratifyError": "errors",
    "read_assays": "assays.reader",
    "join_clinical": "assays.clinical",
    "check": "assays.quality",
    "clean": "assays.cleaning",
    "StudyDesign": "simulation.cohort",
    "simulate_study": "simulation.cohort",
    "plant_signature": "simulation.spike",
    "read_experiment": "experiment.config",
    "run_experiment": "experiment.run",
    "load_model": "reporting.bundle",
    "screen": "screening.score",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("stratify")
    if name not in _HOME:
        raise AttributeError(f"module 'stratify' has no attribute {name!r}")
    return getattr(import_module(f"stratify.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

"""What a card says of a frozen model, as JSON values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stratify.learning.calibration import ASSUMED_PREVALENCES
from stratify.learning.frozen import FrozenModel
from stratify.learning.score_error import ASSUMED_OFFSET_SD


def model_facts(model: FrozenModel) -> dict[str, Any]:
    """Describe a model by the numbers that decide its calls.

    Parameters
    ----------
    model : FrozenModel
        As trained, or as read from a bundle.

    Returns
    -------
    dict
        Of JSON values.
    """
    return {
        "name": model.name,
        "version": model.version,
        "family": model.family,
        "positive": model.positive,
        "platform": model.platform,
        "scale": model.scale,
        "matrix": model.matrix,
        "proteins": len(model.assays),
        "panels": _panels(model),
        "definition": {key: model.definition[key] for key in ("name", "version", "meaning", "prior")},
        "axes": list(model.axes.names),
        "rule": _rule(model),
        "calibration": {
            "intercept": model.calibration.intercept,
            "slope": model.calibration.slope,
            "prevalence": model.calibration.prevalence,
        },
        "healthy": {key: getattr(model.healthy, key) for key in ("n", "mean", "sd", "unit")},
        "threshold": _threshold(model),
        "handling": {
            "proteins": int((model.handling.weights > 0).sum()),
            "bound": model.handling.bound,
            "largest": model.leak_effect.largest,
            "slope": model.leak_effect.slope,
            "error": model.leak_effect.error,
        },
        "biology": {
            "factors": model.biology.loadings.shape[1],
            "free": len(model.biology.free),
            "bound": model.biology.bound,
        },
        "adjustment": {
            "asked": bool(model.adjustment.asked),
            "names": list(model.adjustment.names),
            "kept": [float(share) for share in model.scorer.effects.kept],
        },
        "detection": _detection(model),
        "offset_sd": ASSUMED_OFFSET_SD["vendor"],
        "prevalences": list(ASSUMED_PREVALENCES),
    }


def _panels(model: FrozenModel) -> dict[str, int]:
    named = model.assays["panel"].astype(str).replace("", "panel not stated")
    return {str(name): int(n) for name, n in named.value_counts(sort=False).items()}


def _rule(model: FrozenModel) -> dict[str, Any]:
    rule = model.rule
    names = ("positive_call", "negative_call", "lead", "lead_tail", "alpha", "healthy_tail", "shown")
    return {name: getattr(rule, name) for name in names} | {
        "smallest_relevant_size": rule.smallest_relevant_size,
        "least_weight_covered": rule.least_weight_covered,
    }


def _threshold(model: FrozenModel) -> dict[str, float]:
    """Numbers of the locked threshold: as a score, as magnitude in healthy SDs, as relative size."""
    healthy, rule = model.healthy, model.rule
    negatives = sum(len(member.negatives) for member in model.members) // max(_repeats(model), 1)
    smallest = {"smallest_p": 1 / (1 + negatives)}
    if not healthy.known:
        return smallest
    z = healthy.reach(rule.healthy_tail)
    return smallest | {
        "z": z,
        "score": healthy.mean + z * healthy.sd,
        "size": z * healthy.sd / healthy.unit,
        "relevant_z": healthy.in_sds(rule.smallest_relevant_size),
    }


def _repeats(model: FrozenModel) -> int:
    return len({member.repeat for member in model.members})


def _detection(model: FrozenModel) -> dict[str, Any]:
    """Proteins that were above their detection limit in fewer than half of the samples."""
    hidden, lead = model.detectability < 0.5, _on_axis(model, model.rule.lead)
    genes = model.assays["gene"].astype(str).to_numpy()
    return {
        "hidden": int(hidden.sum()),
        "weight": float(model.scorer.importance()[hidden].sum()),
        "lead": genes[hidden & lead].tolist(),
        "n_lead": int(lead.sum()),
    }


def _on_axis(model: FrozenModel, axis: str) -> NDArray[np.bool_]:
    if axis not in model.axes.names:
        return np.zeros(len(model.assays), dtype=bool)
    return np.asarray(model.axes.weights[list(model.axes.names).index(axis)] > 0)

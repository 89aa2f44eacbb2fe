"""What would settle an answer that is open, by the reasons that hold it open."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from stratify.learning.frozen import FrozenModel
from stratify.screening.alignment import missing_panels

UNMEASURED = ("too-little-measured", "thresholds-unknown")
RUN = "run {panels} for this sample"
BATCH = "send it again with bridge or control samples, or have the laboratory state its own normalisation"
MORE = (
    "a second sample, or bridge samples beside this one, to narrow the interval, or else an outside marker "
    "such as total IgE"
)
SETTLED_BY = {
    "model-not-shown": "another model, that beats permuted labels",
    "quality-fail": "have the laboratory measure the sample again",
    "too-little-measured": RUN,
    "thresholds-unknown": RUN,
    "batch-not-anchored": BATCH,
    "matrix-differs": "draw the blood again in {matrix}",
    "matrix-unknown": "state the tube in a column matrix; this model knows {matrix}",
    "handling-suspect": "draw the blood again and spin it in time",
    "leak-could-explain": "draw the blood again and spin it in time",
    "handling-unknown": "run the panels that hold proteins of blood cells",
    "biology-unusual": "make sure of tube and person and measure a second sample: if it is unusual again, "
    "no call can be made",
    "extrapolated": "a model whose healthy people have such values of the covariates",
    "covariates-missing": "add {covariates} to the clinical table",
    "no-healthy-reference": "a model that was trained with healthy people",
    "not-rare-enough": MORE,
    "within-healthy-range": MORE,
    "other-axis-leads": "an outside marker of the axes, such as total IgE and eosinophils",
    "other-axis-ahead": "an outside marker of the axes, such as total IgE and eosinophils",
    "not-clearly-below": MORE,
}


def settled_by(model: FrozenModel, reasons: Iterable[str], profile: NDArray[np.float64]) -> str:
    """Say what would settle an answer, the weightiest reason first.

    Parameters
    ----------
    model : FrozenModel
        The model.
    reasons : iterable of str
        Codes of `stratify.learning.decision.REASONS` of an answer that is indeterminate.
    profile : array of shape (n_proteins,)
        Levels of the patient, NaN where missing.

    Returns
    -------
    str
        Each thing once; never empty where there is a reason. A panel that is missing as a whole comes before
        another sample: it is the same blood, and the score was made to have it.
    """
    facts = {
        "panels": _unmeasured_panels(model, profile),
        "matrix": model.matrix or "the kind of tube that the model knows",
        "covariates": ", ".join(model.adjustment.columns) or "what the model adjusts for",
    }
    told = [SETTLED_BY[code] for code in reasons]
    said = [way.format(**facts) for way in told]
    present = np.isfinite(profile)
    if MORE in told and RUN not in told and not present.all() and (whole := missing_panels(model, present)):
        said.insert(told.index(MORE), RUN.format(panels=" and ".join(whole)))
    return "; ".join(dict.fromkeys(said))


def _unmeasured_panels(model: FrozenModel, profile: NDArray[np.float64]) -> str:
    """Panels that hold the missing weight, those with most of it first."""
    missing = np.where(np.isfinite(profile), 0.0, model.scorer.importance())
    panels = model.assays["panel"].astype(str).to_numpy()
    weights = {panel: float(missing[panels == panel].sum()) for panel in sorted(set(panels) - {""})}
    found = sorted((panel for panel in weights if weights[panel] > 0), key=lambda panel: -weights[panel])
    return " and ".join(found) or "the missing assays"

"""A screening file in the assays of a model, refused where the model could not speak of it."""

from __future__ import annotations

import numpy as np
from anndata import AnnData

from stratify.assays.proteins.matching import display_names, match_assays
from stratify.errors import ScreeningError, listed
from stratify.learning.frozen import FrozenModel

UNSTATED = ("", "unknown", "table")


def align(model: FrozenModel, adata: AnnData) -> AnnData:
    """Bring the levels of a file into the order of a model's assays.

    Parameters
    ----------
    model : FrozenModel
        What is asked for.
    adata : AnnData of shape (samples, assays)
        As read, any assays in any order.

    Returns
    -------
    AnnData of shape (samples, n_proteins)
        Levels and detection limits, NaN where an assay is not in the file.

    Raises
    ------
    ScreeningError
        Another scale or platform, or too little of the score's weight in the file.
    """
    refuse_other_scale(model, adata)
    position = match_assays(model.assays, adata.var, prefer=True)
    refuse_uncovered(model, position >= 0)
    aligned = AnnData(_columns(np.asarray(adata.X), position), obs=adata.obs.copy(), var=model.assays.copy())
    lod = np.asarray(adata.layers["lod"]) if "lod" in adata.layers else np.full(adata.shape, np.nan)
    aligned.layers["lod"] = _columns(lod, position)
    aligned.uns["stratify"] = dict(adata.uns["stratify"])
    return aligned


def _columns(values: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Columns in a new order, NaN where the position is -1; rows stay contiguous."""
    found = np.full((len(values), len(position)), np.nan)
    found[:, position >= 0] = values[:, position[position >= 0]]
    return found


def refuse_other_scale(model: FrozenModel, adata: AnnData) -> None:
    """Refuse levels of another unit or product; what a file does not state is let through.

    Parameters
    ----------
    model : FrozenModel
        Its scale and platform.
    adata : AnnData
        With ``uns["stratify"]``.

    Raises
    ------
    ScreeningError
        When the file states another scale or platform.
    """
    for fact, wanted in (("scale", model.scale), ("platform", model.platform)):
        stated = str(adata.uns["stratify"].get(fact, ""))
        if stated not in UNSTATED and wanted not in UNSTATED and stated != wanted:
            raise ScreeningError(
                f"{fact} {wanted}, as the model was trained on",
                f"{fact} {stated}",
                f"screen a file of {wanted}, or train a model on {stated}",
            )


def refuse_uncovered(model: FrozenModel, present: np.ndarray) -> None:
    """Refuse a set of assays that holds too little of the score's weight.

    Parameters
    ----------
    model : FrozenModel
        Its rule says how much must be there.
    present : boolean array of shape (n_proteins,)
        Which of the model's assays are there.

    Raises
    ------
    ScreeningError
        Naming the share, the missing assays with most weight, and panels that are missing in full.
    """
    covered = weight_of(model, present)
    if covered >= model.rule.least_weight_covered:
        return
    names = missing_names(model, present)
    panels = missing_panels(model, present)
    whole = f"; all of panel {' and '.join(panels)}" if panels else ""
    raise ScreeningError(
        f"at least {model.rule.least_weight_covered:.0%} of the score's weight in the file",
        f"{covered:.0%} (missing {len(names)} assays: {listed(names)}{whole})",
        "measure these assays as well, or use a model that was trained on the panels of this file",
    )


def weight_of(model: FrozenModel, chosen: np.ndarray) -> float:
    """Share of the score's weight that lies on chosen assays, at most 1."""
    return min(1.0, float(model.scorer.importance()[chosen].sum()))


def missing_names(model: FrozenModel, present: np.ndarray) -> list[str]:
    """Names of the assays that are not there, those with most weight first."""
    order = np.argsort(-model.scorer.importance(), kind="stable")
    names = display_names(model.assays)
    return [names[i] for i in order if not present[i]]


def missing_panels(model: FrozenModel, present: np.ndarray) -> list[str]:
    """Names of the panels of which no assay is there."""
    panels = model.assays["panel"].astype(str).to_numpy()
    return sorted(panel for panel in set(panels) - {""} if not present[panels == panel].any())

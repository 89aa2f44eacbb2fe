"""Plates of one data set on one level, as rows that were measured on all of them show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.correction import Correction, make_shift, panels_of
from stratify.assays.harmonise.offset_error import shrunken_variance
from stratify.assays.harmonise.reference_rows import KINDS, ReferenceKind, normalised_by, reference_names
from stratify.assays.plates import by_panel
from stratify.errors import HarmonisationError, listed


@dataclass(frozen=True, eq=False)
class _Offsets:
    """Tables of shape (plates, assays of a panel), and the names that they lean on."""

    shift: pd.DataFrame
    error: pd.DataFrame
    rows: pd.DataFrame
    names: list[str]


def fit_plate_centring(adata: AnnData, *, on: ReferenceKind = "controls") -> Correction:
    r"""Learn each plate's offset from reference rows whose names occur on every plate.

    With :math:`y_{kp}` the mean level of name :math:`k` on plate :math:`p`, the offset of a plate is the mean
    over the :math:`K` names of :math:`y_{kp} - \bar y_{k\cdot}`, so the level of the whole stays. Its error
    is :math:`s\sqrt{(P - 1) / PK}`, with :math:`s^2` the variance that names and plates leave, shrunk to the
    one pooled over assays.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        With ``obs["plate"]`` (or one column ``plate@<panel>`` a panel) and ``obs["sample_type"]``.
    on : {"controls", "bridge"}, default "controls"
        Which rows. The median of all samples is another method, `fit_intensity_normalisation`.

    Returns
    -------
    Correction
        By plate; a sample of a plate that is not among them is refused.

    Raises
    ------
    HarmonisationError
        A panel with one plate only, or without such rows on all its plates.
    """
    found = dict(_by_panel(adata, (on,)))
    without = [panel or "all assays" for panel, (offsets, _) in found.items() if offsets is None]
    if without or not found:
        raise HarmonisationError(
            f"{on} rows that occur by name on each of two or more plates",
            f"none for {listed(without)}",
            "name such rows alike on all plates, or leave the plates as the laboratory delivered them",
        )
    offsets = [offsets for offsets, _ in found.values() if offsets is not None]
    shift, error, rows = (
        pd.concat([getattr(part, name) for part in offsets], axis=1).reindex(columns=adata.var_names)
        for name in ("shift", "error", "rows")
    )
    parts = {
        str(plate): (
            shift.loc[plate].to_numpy(),
            error.loc[plate].to_numpy(),
            rows.loc[plate].to_numpy(),
            _words(on, [part.names for part in offsets if plate in part.shift.index]),
        )
        for plate in shift.index
    }
    return make_shift("plate centring", adata, parts, column="plate")


def _words(on: str, names: list[list[str]]) -> str:
    different = list(dict.fromkeys(name for part in names for name in part))
    return f"{on} {listed(different)} on all plates"


def plate_centre(adata: AnnData) -> AnnData:
    """Put the plates of training data on one level where reference rows show how.

    For each panel, bridge samples are used if there are any on all plates, else controls that hold a sample.
    Without such rows nothing changes, nor where the vendor normalised by intensity: the plates' medians are
    level then, and a few control wells would only add their own error to everybody.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Training data with ``obs["plate"]``.

    Returns
    -------
    AnnData
        A copy; ``uns["stratify"]["plate_centring"]`` names what was used for each panel.
    """
    centred = adata.copy()
    if normalised_by(adata, "intensity"):
        return centred
    plates = by_panel(adata.obs, "plate", list(dict.fromkeys(panels_of(adata))))
    used = {}
    for panel, (offsets, used[panel or "all"]) in _by_panel(adata, KINDS):
        if offsets is not None:
            columns = adata.var_names.isin(offsets.shift.columns)
            shift = offsets.shift.reindex(plates[panel]).fillna(0.0).to_numpy()
            centred.X[:, columns] -= shift
            if "lod" in centred.layers:
                centred.layers["lod"][:, columns] -= shift
    centred.uns["stratify"] = dict(centred.uns.get("stratify", {})) | {"plate_centring": used}
    return centred


def _by_panel(
    adata: AnnData, kinds: tuple[ReferenceKind, ...]
) -> list[tuple[str, tuple[_Offsets | None, str]]]:
    """Offsets of each panel from the first kind of rows that shows them, and that kind."""
    panels = np.array(panels_of(adata))
    plates = by_panel(adata.obs, "plate", list(dict.fromkeys(panels.tolist())))
    return [(p, _first(adata[:, panels == p], plates[p], kinds)) for p in plates.columns]


def _first(panel: AnnData, plate: pd.Series, kinds: tuple[ReferenceKind, ...]) -> tuple[_Offsets | None, str]:
    levels = pd.DataFrame(np.asarray(panel.X), panel.obs_names, panel.var_names)
    for kind in kinds:
        by_name = _on_every_plate(levels, reference_names(panel, kind), plate)
        if by_name is not None:
            return _offsets(by_name), kind
    return None, "none"


def _on_every_plate(levels: pd.DataFrame, names: pd.Series, plate: pd.Series) -> pd.DataFrame | None:
    """Mean level by name and plate of the reference rows whose names occur on all plates, or None."""
    n_plates = plate[plate != ""].nunique()
    rows = ((names != "") & (plate != "")).to_numpy()
    if n_plates < 2 or not rows.any():
        return None
    means = levels[rows].groupby([names[rows].rename("name"), plate[rows].rename("plate")]).mean()
    count = means.groupby(level="name").size()
    shared = means[means.index.get_level_values("name").isin(count.index[count == n_plates])]
    return shared if len(shared) else None


def _offsets(by_name: pd.DataFrame) -> _Offsets:
    deviation = by_name - by_name.groupby(level="name").transform(lambda values: values.mean(skipna=False))
    by_plate = deviation.groupby(level="plate")
    shift, rows = by_plate.mean(), by_plate.count()
    residual = deviation - by_plate.transform("mean")
    freedom = (rows.iloc[0].to_numpy() - 1).clip(0) * (len(shift) - 1)
    variance = shrunken_variance((residual**2).sum().to_numpy(), freedom)
    error = pd.DataFrame(
        np.sqrt(variance * (1 - 1 / len(shift)) / rows.clip(lower=1).to_numpy()), shift.index, shift.columns
    )
    return _Offsets(shift, error, rows, by_name.index.get_level_values("name").unique().tolist())

"""Plates on one level by the median of all their samples, where the design makes the plates alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.correction import Correction, make_shift, panels_of
from stratify.assays.harmonise.offset_error import median_error
from stratify.assays.plates import by_panel
from stratify.assays.sample_names import patient_rows
from stratify.errors import HarmonisationError, listed

LEAST_ON_A_PLATE = 20


def fit_intensity_normalisation(
    adata: AnnData,
    *,
    randomised: bool = False,
    column: str = "plate",
    group: str = "group",
    least: int = LEAST_ON_A_PLATE,
) -> Correction:
    """Learn each plate's offset from the median of its patients' samples; the median of all is added back.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Training data with the plates in ``obs``.
    randomised : bool, default False
        Declares that people were put on plates at random. Without it the method is refused: the plates'
        people may differ, and what they differ in would be taken for a plate effect. A screening file is
        never normalised so.
    column, group : str
        Columns of ``obs``: the plate, and the groups that every plate should have, where there are any.
    least : int, default 20
        Fewest patients' samples on a plate.

    Returns
    -------
    Correction
        By plate.

    Raises
    ------
    HarmonisationError
        No declared randomisation, one that the groups contradict, fewer than two plates, or a small plate.

    References
    ----------
    OlinkAnalyze, ``olink_normalization`` (intensity normalisation).
    """
    if not randomised:
        raise HarmonisationError(
            "a study whose people were put on plates at random, and that says so",
            f"no such declaration for {adata.n_obs} samples",
            "anchor the plates by bridge samples or controls, or declare the design of a training study",
        )
    people = adata[patient_rows(adata)]
    panels = np.array(panels_of(people))
    plates = by_panel(people.obs, column, list(dict.fromkeys(panels.tolist())))
    levels = pd.DataFrame(np.asarray(people.X), people.obs_names, people.var_names)
    tables = []
    for panel in plates.columns:
        _refuse_plates(plates[panel], people.obs.get(group), least)
        tables.append(_medians(levels.loc[:, panels == panel], plates[panel]))
    shift, error, rows = (
        pd.concat([table[i] for table in tables], axis=1).reindex(columns=adata.var_names) for i in range(3)
    )
    parts = {
        str(name): (
            shift.loc[name].to_numpy(),
            error.loc[name].to_numpy(),
            rows.loc[name].to_numpy(),
            f"median of its {int(rows.loc[name].max())} patients' samples",
        )
        for name in shift.index
    }
    return make_shift("intensity normalisation", adata, parts, column=column)


def _medians(levels: pd.DataFrame, plate: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    known = (plate != "").to_numpy()
    by_plate = levels[known].groupby(plate[known])
    rows = by_plate.count()
    error = by_plate.var().copy()
    error[:] = median_error(error.to_numpy(), rows.to_numpy())
    return by_plate.median() - levels[known].median(), error, rows


def _refuse_plates(plate: pd.Series, group: pd.Series | None, least: int) -> None:
    sizes = plate[plate != ""].value_counts()
    small = sizes.index[sizes < least]
    if len(sizes) < 2 or len(small):
        raise HarmonisationError(
            f"two or more plates with at least {least} patients' samples each",
            f"fewer on {listed(small)}" if len(small) else f"{len(sizes)} plates",
            "anchor the plates by bridge samples or controls",
        )
    if group is None:
        return
    table = pd.crosstab(group.astype(str), plate).loc[:, sizes.index]
    # a group that should have three or more on every plate and has none on one was not put there at random
    expected = np.outer(table.sum(axis=1), sizes / sizes.sum())
    empty = table.index[((table == 0) & (expected >= 3)).any(axis=1)]
    if len(empty):
        raise HarmonisationError(
            "groups that are on every plate, as a random order gives",
            f"absent from a plate: {listed(empty)}",
            "anchor the plates by bridge samples or controls; the groups and the plates are confounded",
        )

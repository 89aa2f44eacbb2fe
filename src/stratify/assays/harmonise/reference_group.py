"""Levels in standard deviations of a named group of people, batch by batch."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.correction import Correction, scale_of
from stratify.assays.sample_names import patient_rows
from stratify.errors import HarmonisationError, listed

LEAST_IN_GROUP = 10  # the standard deviation of 10 is known to a quarter


def fit_reference_group(
    adata: AnnData,
    *,
    reference: str,
    column: str = "",
    group: str = "group",
    least: int = LEAST_IN_GROUP,
) -> Correction:
    r"""Learn the mean and standard deviation of a reference group in each batch.

    A corrected level is :math:`z = (x - \bar x_{br}) / s_{br}` with the mean and standard deviation of the
    reference people :math:`r` of batch :math:`b`. Whatever differs between the reference people of two
    batches is taken for a batch effect.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        People of all batches.
    reference : str
        Name of the group, such as ``HC``.
    column : str, default ""
        Column of ``obs`` that names the batch; "" for one batch.
    group : str, default "group"
        Column of ``obs`` with the groups.
    least : int, default 10
        Fewest reference people a batch.

    Returns
    -------
    Correction
        By batch; its error is that of the reference mean, in reference standard deviations (that of the
        scale comes to :math:`|z| / \sqrt{2(n - 1)}` more).

    Raises
    ------
    HarmonisationError
        A column that is absent, or a batch with too few reference people or with an assay in which they do
        not differ.
    """
    columns = [name for name in (column, group) if name]
    absent = [name for name in columns if name not in adata.obs]
    if absent:
        raise HarmonisationError(f"columns {listed(columns)}", f"absent: {listed(absent)}", "add them")
    chosen = patient_rows(adata) & (adata.obs[group].astype(str) == reference).to_numpy()
    batch = adata.obs[column].astype(str) if column else pd.Series("", adata.obs_names)
    levels = pd.DataFrame(np.asarray(adata.X)[chosen], columns=adata.var_names)
    by_batch = levels.groupby(batch[chosen].to_numpy())
    names = sorted(batch.unique())
    count, mean, sd = (getattr(by_batch, what)().reindex(names) for what in ("count", "mean", "std"))
    size = batch[chosen].value_counts().reindex(names, fill_value=0)
    _refuse_small(size, reference, least)
    _refuse_constant(sd, reference)
    return Correction(
        method="reference-group standardisation",
        column=column,
        batches=tuple(names),
        assays=tuple(adata.var_names),
        shift=mean.to_numpy(),
        scale=sd.to_numpy(),
        error=1 / np.sqrt(count.to_numpy()),
        rows=count.to_numpy(dtype=float),
        leaned_on=tuple(f"{size[name]} people of group {reference}" for name in names),
        unit=f"SD of {reference}",
        fitted_on=scale_of(adata),
    )


def _refuse_small(size: pd.Series, reference: str, least: int) -> None:
    small = size.index[size < least]
    if len(small):
        raise HarmonisationError(
            f"at least {least} people of group {reference} in each batch",
            listed(f"{size[name]} in {name or 'the file'}" for name in small),
            "name a group that is in every batch, or bridge the batches",
        )


def _refuse_constant(sd: pd.DataFrame, reference: str) -> None:
    flat = sd.columns[~(sd > 0).all(axis=0)]
    if len(flat):
        raise HarmonisationError(
            f"assays in which people of group {reference} differ in each batch",
            f"they do not in {listed(flat)}",
            "leave these assays out",
        )

"""Batches on one level and scale by empirical Bayes, with what is known of the people kept (ComBat)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.harmonise.correction import Correction, scale_of
from stratify.assays.harmonise.covariate_coding import CovariateCoding
from stratify.assays.harmonise.empirical_bayes import least_squares, shrink_batch
from stratify.errors import HarmonisationError, listed

LEAST_IN_BATCH = 5
LEAST_ASSAYS = 10  # whose batch terms inform each other


@dataclass(frozen=True, eq=False)
class Combat:
    """A fitted model of known batches, to be applied to their later samples.

    Parameters
    ----------
    correction : Correction
        Shift and scale by batch, at the covariates' zero.
    coding : CovariateCoding
        Covariates that are kept.
    coefficients : array of shape (columns of the coding, assays)
        Their effects, in the unit of the levels.
    """

    correction: Correction
    coding: CovariateCoding
    coefficients: np.ndarray

    def transform(self, adata: AnnData) -> AnnData:
        """Correct samples of known batches; each alone gets the same bits as in company.

        Parameters
        ----------
        adata : AnnData of shape (samples, assays)
            With the batch and the kept covariates in ``obs``; after a fit with ``mean_only`` the covariates
            are not needed.

        Returns
        -------
        AnnData
            A corrected copy.

        Raises
        ------
        HarmonisationError
            An unknown batch or assay, or a covariate that is missing or was never seen.
        """
        batch, assay = self.correction.position(adata)
        stretch = 1.0 - self.correction.scale[batch, assay]
        if not stretch.any():
            return self.correction.transform(adata)
        around = np.zeros(adata.shape)
        for column, effect in zip(self.coding.columns(adata.obs).T, self.coefficients[:, assay], strict=True):
            around += column[:, None] * effect
        moved = adata.copy()
        moved.X = np.asarray(adata.X) - around * stretch
        if "lod" in moved.layers:
            moved.layers["lod"] = np.asarray(adata.layers["lod"]) - around * stretch
        return self.correction.transform(moved)

    def to_state(self) -> dict[str, Any]:
        """Write plain arrays and words, to be kept with a model.

        Returns
        -------
        dict
        """
        return {
            "correction": self.correction.to_state(),
            "names": list(self.coding.names),
            "levels": [list(words) for words in self.coding.levels],
            "coefficients": self.coefficients,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Combat:
        """Read what `to_state` wrote.

        Parameters
        ----------
        state : mapping
            As from `to_state`.

        Returns
        -------
        Combat
        """
        correction = Correction.from_state(state["correction"])
        coding = CovariateCoding(tuple(state["names"]), tuple(tuple(words) for words in state["levels"]))
        coefficients = np.asarray(state["coefficients"], dtype=float).reshape(-1, len(correction.assays))
        return cls(correction, coding, coefficients)


def fit_combat(
    adata: AnnData,
    *,
    column: str = "plate",
    keep: Sequence[str] = (),
    mean_only: bool = False,
    least: int = LEAST_IN_BATCH,
) -> Combat:
    r"""Learn the location and scale of each batch, drawn to what the batch shows over all assays.

    :math:`x_{ij} = \alpha_j + z_i \beta_j + \gamma_{bj} + \delta_{bj} \varepsilon_{ij}`; the batch terms get
    parametric priors whose numbers come from the batch's own assays.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        People of all batches.
    column : str, default "plate"
        Column of ``obs`` that names the batch.
    keep : sequence of str
        Columns of ``obs`` whose effect is not a batch effect: numbers or words. What is to be learned from
        the data must be among them, or the correction takes part of it away; to correct a later sample they
        must be known of it, unless `mean_only`.
    mean_only : bool, default False
        Shift and do not rescale.
    least : int, default 5
        Fewest samples of a batch.

    Returns
    -------
    Combat

    Raises
    ------
    HarmonisationError
        Fewer than two batches, a small one, groups of which none is in two batches (kept or not), a covariate
        that can not be told from the batch, or assays that are few, constant or too rarely measured.

    References
    ----------
    Johnson, Li & Rabinovic, Biostatistics 2007, doi:10.1093/biostatistics/kxj037.
    """
    batch = _batches(adata, column, least)
    _refuse_apart(adata.obs, batch, column)
    coding = CovariateCoding.learn(adata.obs, keep)
    indicators = np.array([batch == name for name in sorted(set(batch))], dtype=float).T
    covariates = coding.columns(adata.obs)
    _refuse_confounded(indicators, covariates, coding, adata.obs, column)
    levels = np.asarray(adata.X, dtype=float)
    _refuse_rare(levels, indicators, adata.var_names)
    effects, sigma = least_squares(np.hstack([indicators, covariates]), levels)
    n_batches = indicators.shape[1]
    measured = indicators.T @ np.isfinite(levels)
    grand = (measured / measured.sum(axis=0) * effects[:n_batches]).sum(axis=0)
    _refuse_constant(sigma, adata.var_names)
    standard = (levels - grand - covariates @ effects[n_batches:]) / sigma
    fitted = [shrink_batch(standard[batch == name], mean_only=mean_only) for name in sorted(set(batch))]
    gamma, delta, error = (np.array([part[i] for part in fitted]) for i in range(3))
    scale = np.sqrt(delta)
    correction = Correction(
        method="ComBat",
        column=column,
        batches=tuple(sorted(set(batch))),
        assays=tuple(adata.var_names),
        shift=sigma * gamma + grand * (1.0 - scale),
        scale=scale,
        error=sigma * error / scale,
        rows=measured,
        leaned_on=tuple(_words(int(n), keep) for n in indicators.sum(axis=0)),
        fitted_on=scale_of(adata),
    )
    return Combat(correction, coding, effects[n_batches:])


def _words(n: int, keep: Sequence[str]) -> str:
    return f"{n} samples" + (f", keeping {listed(keep)}" if keep else "")


def _batches(adata: AnnData, column: str, least: int) -> np.ndarray:
    if column not in adata.obs:
        raise HarmonisationError(f"a column {column} that names the batch", "no such column", "add it")
    batch = adata.obs[column].astype(object).fillna("").astype(str)
    sizes = batch.value_counts()
    small = sizes.index[(sizes < least) | (sizes.index == "")]
    if len(sizes) < 2 or len(small):
        raise HarmonisationError(
            f"two or more batches of at least {least} samples each",
            f"fewer, or no name, in {listed(repr(name) for name in small)}"
            if len(small)
            else f"{len(sizes)} batch",
            "leave small batches out, or bridge them",
        )
    return batch.to_numpy()


def _refuse_apart(obs: pd.DataFrame, batch: np.ndarray, column: str) -> None:
    if "group" not in obs:
        return
    group = obs["group"].astype(object).fillna("").astype(str).to_numpy()
    pairs = pd.DataFrame({"group": group, "batch": batch})[group != ""].drop_duplicates()
    if pairs["batch"].nunique() > 1 and not pairs["group"].duplicated().any():
        raise HarmonisationError(
            f"a group that is in two or more of {column}",
            f"each group in one only: {listed(pairs['group'])}",
            "no correction can tell the batch from the group; bridge the batches",
        )


def _refuse_confounded(
    indicators: np.ndarray, covariates: np.ndarray, coding: CovariateCoding, obs: pd.DataFrame, column: str
) -> None:
    if _full_rank(indicators, covariates):
        return
    alone = {
        name: CovariateCoding((name,), (levels,)).columns(obs)
        for name, levels in zip(coding.names, coding.levels, strict=True)
    }
    guilty = [name for name, part in alone.items() if not _full_rank(indicators, part)] or list(coding.names)
    raise HarmonisationError(
        f"covariates that vary within {column}",
        f"not to be told from it: {listed(guilty)}",
        f"no correction can separate them; bridge the batches, or drop {listed(guilty)} from those kept",
    )


def _full_rank(indicators: np.ndarray, covariates: np.ndarray) -> bool:
    centred = covariates - indicators @ (indicators.T @ covariates / indicators.sum(axis=0)[:, None])
    spread = np.sqrt((centred**2).sum(axis=0))
    if (spread <= 1e-8 * np.sqrt((covariates**2).sum(axis=0) + 1.0)).any():
        return False
    return bool(np.linalg.matrix_rank(centred / spread) == covariates.shape[1])


def _refuse_rare(levels: np.ndarray, indicators: np.ndarray, names: pd.Index) -> None:
    if len(names) < LEAST_ASSAYS:
        raise HarmonisationError(
            f"at least {LEAST_ASSAYS} assays", f"{len(names)}", "bridge the batches, assay by assay"
        )
    rare = ((indicators.T @ np.isfinite(levels)) < 2).any(axis=0)
    if rare.any():
        raise HarmonisationError(
            "assays that are measured at least twice in each batch",
            f"they are not: {listed(names[rare])}",
            "leave these assays out",
        )


def _refuse_constant(sigma: np.ndarray, names: pd.Index) -> None:
    flat = ~(sigma > 0)
    if flat.any():
        raise HarmonisationError(
            "assays that vary within batches", f"constant: {listed(names[flat])}", "leave these assays out"
        )

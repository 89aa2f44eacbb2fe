"""What a table of levels looks like: its proteins, its samples, and where they lie among each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.detectability import detectability
from stratify.assays.sample_names import patient_rows
from stratify.signatures.pathways import pathway_table

Array = NDArray[np.float64]

MOST_DRAWN = 600
SHOWN_COLUMNS = ("plate", "site", "group", "matrix", "sex")
TH2 = "Th2"


@dataclass(frozen=True)
class Overview:
    """Proteins, samples and principal components of a table.

    Parameters
    ----------
    proteins : DataFrame
        One row an assay: ``assay_id, gene, uniprot, panel, detectability`` (NaN where no limit is known),
        ``missing, median``; over patients' samples.
    samples : DataFrame
        One row a drawn sample: ``lower, median, upper`` (quartiles), ``type``, and the columns of `obs` by
        which samples are coloured.
    components : DataFrame
        ``pc1, pc2`` of the drawn patients' samples.
    explained : tuple of float
        Share of the variance that each component explains.
    n_samples : int
        Samples of the table; fewer are drawn where there are many.
    """

    proteins: pd.DataFrame
    samples: pd.DataFrame
    components: pd.DataFrame
    explained: tuple[float, float]
    n_samples: int

    def th2(self) -> pd.DataFrame:
        """List the Th2 proteins by name, with those that were not measured.

        Returns
        -------
        DataFrame
            Columns ``gene``, ``measured`` and ``detectability`` (of the assay that sees it best).
        """
        table = pathway_table()
        genes = table.loc[table["pathway"] == TH2, "gene"].drop_duplicates()
        best = (
            self.proteins.sort_values("detectability").drop_duplicates("gene", keep="last").set_index("gene")
        )
        found = best["detectability"].reindex(genes)
        return pd.DataFrame(
            {"gene": genes, "measured": genes.isin(best.index), "detectability": found.to_numpy()}
        ).sort_values(["measured", "detectability", "gene"], ascending=[False, True, True], ignore_index=True)


def overview(adata: AnnData, *, seed: int = 0) -> Overview:
    """Describe a table; of many samples a fixed random part is drawn.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        As read.
    seed : int, default 0
        Of the part that is drawn.

    Returns
    -------
    Overview

    Examples
    --------
    >>> table = AnnData(np.random.default_rng(0).normal(size=(30, 4)))
    >>> overview(table).components.shape
    (30, 2)
    """
    rows = np.arange(adata.n_obs)
    if len(rows) > MOST_DRAWN:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_DRAWN, replace=False))
    drawn = adata[rows]
    components, explained = _principal_components(drawn)
    return Overview(_proteins(adata), _samples(drawn), components, explained, adata.n_obs)


def _proteins(adata: AnnData) -> pd.DataFrame:
    levels = np.asarray(adata.X)[patient_rows(adata)]
    known = np.isfinite(levels)
    some = known.any(axis=0)
    median = np.full(adata.n_vars, np.nan)
    median[some] = np.nanmedian(levels[:, some], axis=0)
    judged = np.zeros(adata.n_vars, dtype=bool)
    if "lod" in adata.layers:
        judged = np.isfinite(np.asarray(adata.layers["lod"])).any(axis=0)
    judged |= np.isfinite(
        adata.var.get("missing_frequency", pd.Series(np.nan, adata.var_names)).astype(float)
    )
    words = {
        name: adata.var[name].astype(str).to_numpy() if name in adata.var else np.full(adata.n_vars, "")
        for name in ("gene", "uniprot", "panel")
    }
    return pd.DataFrame(
        {
            "assay_id": adata.var_names.to_numpy(dtype=str),
            **words,
            "detectability": np.where(judged, detectability(adata), np.nan),
            "missing": 1 - known.mean(axis=0) if len(levels) else np.nan,
            "median": median,
        }
    )


def _samples(drawn: AnnData) -> pd.DataFrame:
    levels = np.array(drawn.X, dtype=float)
    some = np.isfinite(levels).any(axis=1)
    quartiles = np.full((3, len(levels)), np.nan)
    quartiles[:, some] = np.nanpercentile(levels[some], (25, 50, 75), axis=1)
    table = pd.DataFrame(dict(zip(("lower", "median", "upper"), quartiles, strict=True)), drawn.obs_names)
    table["type"] = np.where(patient_rows(drawn), "sample", "control")
    for name in SHOWN_COLUMNS:
        if name in drawn.obs:
            cells = drawn.obs[name].astype(object)
            table[name] = cells.where(cells.notna(), "").astype(str)
    return table


def _principal_components(drawn: AnnData) -> tuple[pd.DataFrame, tuple[float, float]]:
    """First two components of patients' samples, each protein filled by its median and standardised."""
    people = patient_rows(drawn)
    levels = np.array(drawn.X, dtype=float)[people]
    names = drawn.obs_names[people]
    some = np.isfinite(levels).any(axis=0)
    if len(levels) < 3 or not some.any():
        return pd.DataFrame({"pc1": [], "pc2": []}, dtype=float), (0.0, 0.0)
    levels = levels[:, some]
    filled = np.where(np.isfinite(levels), levels, np.nanmedian(levels, axis=0))
    sd = filled.std(axis=0)
    z = (filled - filled.mean(axis=0))[:, sd > 0] / sd[sd > 0]
    left, singular, _ = np.linalg.svd(z, full_matrices=False)
    scores = np.zeros((len(z), 2))
    share = np.zeros(2)
    n = min(2, len(singular))
    scores[:, :n] = left[:, :n] * singular[:n]
    share[:n] = singular[:n] ** 2 / max(float((singular**2).sum()), 1e-12)
    return pd.DataFrame(scores, names, columns=["pc1", "pc2"]), (float(share[0]), float(share[1]))

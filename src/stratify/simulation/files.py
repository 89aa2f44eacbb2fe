"""Simulated studies and planted signatures as files, the truth always apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.reader import read_assays
from stratify.errors import ExperimentError
from stratify.simulation.cohort import Study, fresh_mdd, simulate_study
from stratify.simulation.design import design_preset
from stratify.simulation.export import write_clinical, write_npx_long, write_table
from stratify.simulation.signature import literature_signature
from stratify.simulation.spike import plant_signature, robust_sd

LARGEST_SIZE = 100.0


def simulate_files(
    output: Path,
    *,
    preset: str = "study",
    seed: int = 0,
    n: int | None = None,
    candidates: Path | None = None,
    n_candidates: int = 30,
) -> list[Path]:
    """Write a simulated study as a laboratory and a clinic would send it.

    Parameters
    ----------
    output : Path
        ``.h5ad`` for the annotated matrix, else a long Olink table.
    preset : str, default "study"
        Preset of the simulator.
    seed : int, default 0
        The same seed gives the same bytes.
    n : int, optional
        People in all groups together.
    candidates : Path, optional
        Also write new MDD patients of the same world, with the study's bridge samples and controls.
    n_candidates : int, default 30
        How many new patients.

    Returns
    -------
    list of Path
        Files written: assays, ``<stem>-clinical.csv`` and ``<stem>-truth.csv`` for each.

    Raises
    ------
    ExperimentError
        When the candidates would overwrite the study.
    """
    _refuse_overwriting(candidates, output)
    study: Study = simulate_study(design_preset(preset), seed=seed, n=n)
    written = _write(study.adata, study.truth, output)
    if candidates is not None:
        new, truth = fresh_mdd(study.world, n_candidates, seed=seed, controls=True)
        written += _write(new, truth, candidates)
    return written


def spike_file(host: Path, output: Path, *, size: float, seed: int = 0, share: float = 0.25) -> list[Path]:
    """Plant the literature's direction of atopic dermatitis in real profiles.

    Its sizes are assumptions; each planted person gets ``size`` times them.

    Parameters
    ----------
    host : Path
        Assay file with real profiles.
    output : Path
        As in :func:`simulate_files`.
    size : float
        Relative size.
    seed : int, default 0
        The same seed gives the same bytes.
    share : float, default 0.25
        Share of the people that receive it.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    ExperimentError
        A seed or size out of range, an output that would overwrite the host, or a long Olink table of levels
        that are not known to be NPX.
    """
    if seed < 0 or not abs(size) <= LARGEST_SIZE:
        raise ExperimentError(
            f"a seed of 0 or more and a size of at most {LARGEST_SIZE}",
            f"seed {seed} and size {size}",
            "correct the number",
        )
    _refuse_overwriting(host, output)
    adata = read_assays(host)
    if output.suffix != ".h5ad" and adata.uns["stratify"]["scale"] != "NPX":
        raise ExperimentError(
            "a host in NPX for a long Olink table",
            f"{host.name} does not say its unit",
            "write .h5ad instead",
        )
    people = adata.obs_names[(adata.obs["sample_type"] == "sample").to_numpy()]
    rng = np.random.default_rng(seed)
    rows = sorted(rng.choice(people, max(1, round(share * len(people))), replace=False))
    spread = pd.Series(robust_sd(adata), index=adata.var_names).replace(0.0, np.nan)
    effects = literature_signature(adata.var, spread, "AD_vs_HC").fillna(0.0)
    planted, truth = plant_signature(adata, rows=rows, effects=effects[effects != 0], size=size, seed=seed)
    return _write(planted, truth.loc[people], output)


def _refuse_overwriting(other: Path | None, output: Path) -> None:
    if other is not None and other.resolve().with_suffix("") == output.resolve().with_suffix(""):
        raise ExperimentError(
            "files with names of their own", f"{output.name} twice", "name another file for the output"
        )


def _write(adata: AnnData, truth: pd.DataFrame, path: Path) -> list[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".h5ad":
        adata.write_h5ad(path)
        written = [path]
    else:
        clinical = path.with_name(f"{path.stem}-clinical.csv")
        write_npx_long(adata, path)
        write_clinical(adata, clinical)
        written = [path, clinical]
    truth_path = path.with_name(f"{path.stem}-truth.csv")
    write_table(truth.rename_axis("sample_id").reset_index(), truth_path)
    return [*written, truth_path]

"""A study-like cohort with known truth, and new patients of the same world."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.errors import ExperimentError
from stratify.simulation.design import GROUPS, StudyDesign, design_preset
from stratify.simulation.people import (
    People,
    bayes_score,
    draw_biology,
    draw_people,
    measure,
    site_number,
)
from stratify.simulation.severity import draw_madrs
from stratify.simulation.world import World, draw_world, stream

__all__ = ["Study", "StudyDesign", "World", "design_preset", "fresh_mdd", "simulate_study"]

POOL_SD = 0.5
NEW_PLATE = "New plate"
TEXT = ["patient_id", "visit", "group", "site", "matrix", "sex", "control_name"]


@dataclass(frozen=True, eq=False)
class Study:
    """A simulated study, with its truth apart.

    Parameters
    ----------
    adata : anndata.AnnData
        What a model may see: people, bridge samples and controls by assays, NPX.
    truth : pandas.DataFrame
        By sample id, people only: ``skewed``, ``relative_size``, ``leak``, ``inflammation``, ``th1``,
        ``bayes_score``, ``plate_offset``, ``site_offset`` (means over assays; NPX and healthy SDs).
    world : World
        What the seed fixed: directions, covariance, limits.
    """

    adata: AnnData
    truth: pd.DataFrame
    world: World


def simulate_study(design: StudyDesign | None = None, seed: int = 0, *, n: int | None = None) -> Study:
    """Simulate a study of healthy people, atopic dermatitis, psoriasis and depression.

    Parameters
    ----------
    design : StudyDesign, optional
        The dials; the default study if left out.
    seed : int, default 0
        The same seed gives the same bytes.
    n : int, optional
        People in all groups together; the groups keep their proportions.

    Returns
    -------
    Study
        People in random order, then the bridge samples and controls of each plate.

    Raises
    ------
    ExperimentError
        If the seed is negative or `n` leaves nobody.

    Examples
    --------
    >>> study = simulate_study(seed=1)
    >>> study.adata.shape, study.truth["skewed"].sum().item()
    ((122, 363), 6)
    """
    design = (design or StudyDesign()).scaled(n)
    _refuse(seed < 0 or sum(design.counts.values()) < 1, f"seed {seed} and {design.counts}")
    world = draw_world(design, seed)
    rng = stream("people", seed)
    groups = rng.permutation(np.repeat(GROUPS, list(design.counts.values())))
    people = draw_people(world, groups, rng, prevalence=design.prevalence, relative_size=design.relative_size)
    plate = _randomise_plates(groups, design.n_plates, rng)
    ids = pd.Index([f"S{i + 1:04d}" for i in range(len(groups))], name="sample_id")
    obs = _describe_people(people, ids, np.array([f"Plate {i + 1}" for i in plate], dtype=object))
    obs["madrs"] = _severity(world, people, seed)
    adata, truth = _assemble(world, people, obs, world.plates[plate], design.relative_size, rng)
    references = [_references(world, i, f"Plate {i + 1}", world.plates[i]) for i in range(design.n_plates)]
    return Study(_stack(world, [adata, *references]), truth, world)


def fresh_mdd(
    world: World,
    n: int,
    *,
    seed: int,
    prevalence: float | None = None,
    relative_size: float | None = None,
    leak_offset: float = 0.0,
    batch_offset_sd: float = 0.0,
    controls: bool = False,
) -> tuple[AnnData, pd.DataFrame]:
    """Draw new MDD patients of the same world, measured on a new plate.

    With the same seed, dials change only what they name: the people stay the same.

    Parameters
    ----------
    world : World
        From `simulate_study` or `draw_world`.
    n : int
        Patients.
    seed : int
        Seed of these patients; the world keeps its own.
    prevalence, relative_size : float, optional
        Share of skewed patients and mean size of the skew; as in the design if left out.
    leak_offset : float, default 0
        Leak of every patient beyond what the design says.
    batch_offset_sd : float, default 0
        Spread over assays of the new plate's offset, NPX.
    controls : bool, default False
        Add the bridge samples and controls of the study, measured again on the new plate.

    Returns
    -------
    adata : anndata.AnnData
        Patients by assays, NPX.
    truth : pandas.DataFrame
        As in `Study`.

    Raises
    ------
    ExperimentError
        If `n` is not positive or the seed is negative.
    """
    _refuse(n < 1 or seed < 0, f"n = {n} and seed = {seed}")
    design = world.design
    size = design.relative_size if relative_size is None else relative_size
    rng = stream("fresh", world.seed, seed)
    people = draw_people(
        world,
        np.full(n, "MDD"),
        rng,
        prevalence=design.prevalence if prevalence is None else prevalence,
        relative_size=size,
        leak_offset=leak_offset,
    )
    offset = batch_offset_sd * stream("batch", world.seed, seed).standard_normal(len(world.assays))
    ids = pd.Index([f"N{i + 1:05d}" for i in range(n)], name="sample_id")
    obs = _describe_people(people, ids, np.full(n, NEW_PLATE, dtype=object))
    obs["madrs"] = _severity(world, people, world.seed, seed)
    adata, truth = _assemble(world, people, obs, np.tile(offset, (n, 1)), size, rng)
    parts = [adata]
    if controls:
        parts.append(_references(world, 0, NEW_PLATE, offset, seed))
    return _stack(world, parts), truth


def _refuse(wrong: bool, found: str) -> None:
    if wrong:
        raise ExperimentError(
            "at least one person and a seed of 0 or more", found, "raise the number or the seed"
        )


def _randomise_plates(groups: np.ndarray, n_plates: int, rng: np.random.Generator) -> np.ndarray:
    order = np.lexsort((rng.random(len(groups)), groups))
    plate = np.empty(len(groups), dtype=int)
    plate[order] = np.arange(len(groups)) % n_plates
    return plate


def _describe_people(people: People, ids: pd.Index, plate: np.ndarray) -> pd.DataFrame:
    obs = people.obs.set_axis(ids)
    obs.insert(0, "sample_type", "sample")
    obs.insert(1, "patient_id", ["P" + i[1:] if i[0] == "S" else "P" + i for i in ids])
    obs.insert(2, "visit", "1")
    obs.insert(4, "plate", plate)
    return obs.assign(qc="pass", control_name="")


def _severity(world: World, people: People, *seed: int) -> np.ndarray:
    groups, sizes = (part.to_numpy() for part in (people.obs["group"], people.causes["relative_size"]))
    return draw_madrs(world, groups, sizes, stream("severity", *seed))


def _assemble(
    world: World,
    people: People,
    obs: pd.DataFrame,
    plate: np.ndarray,
    relative_size: float,
    rng: np.random.Generator,
) -> tuple[AnnData, pd.DataFrame]:
    readings, lod, unhidden = measure(world, people.profile, plate, rng)
    truth = people.causes.set_axis(obs.index).assign(
        bayes_score=bayes_score(world, unhidden, people.known, relative_size),
        plate_offset=plate.mean(axis=1),
        site_offset=world.sites[site_number(world, people.obs)].mean(axis=1),
    )
    return AnnData(readings, obs=obs, layers={"lod": lod}), truth


def _references(world: World, number: int, plate: str, offset: np.ndarray, *seed: int) -> AnnData:
    # The same aliquots every time; only the measurement is new.
    design, p = world.design, len(world.assays)
    aliquots = stream("reference samples", world.seed)
    bridges = draw_biology(world, design.n_bridge, aliquots)
    pool = POOL_SD * draw_biology(world, 1, aliquots)
    profile = np.vstack([bridges, np.repeat(pool, design.n_control, axis=0)])
    rng = stream("references", world.seed, number, *seed)
    readings, lod, _ = measure(world, profile, np.tile(offset, (len(profile), 1)), rng)
    name = [f"Bridge {i + 1}" for i in range(design.n_bridge)]
    name += [f"Sample control {i + 1}" for i in range(design.n_control)]
    kind = ["bridge"] * design.n_bridge + ["control"] * design.n_control
    ids = pd.Index([n if number == 0 else f"{n} #{number + 1}" for n in name], name="sample_id")
    obs = pd.DataFrame({"sample_type": kind, "plate": plate, "qc": "pass", "control_name": name}, index=ids)
    return AnnData(readings.reshape(-1, p), obs=obs, layers={"lod": lod.reshape(-1, p)})


def _stack(world: World, parts: list[AnnData]) -> AnnData:
    obs = pd.concat([part.obs for part in parts])
    obs[TEXT] = obs[TEXT].fillna("")
    obs.insert(0, "sample_id", obs.index)
    obs.index.name = None
    readings = np.vstack([part.X for part in parts])
    lod = np.vstack([part.layers["lod"] for part in parts])
    samples = (obs["sample_type"] == "sample").to_numpy()
    below = (readings < lod)[samples].mean(axis=0)
    provenance = {
        "platform": "Olink Target 96",
        "scale": "NPX",
        "format": "simulated",
        "normalization": "Plate control",
        "simulated": True,
        "seed": world.seed,
        "design": asdict(world.design),
        "removed": [],
    }
    return AnnData(
        readings,
        obs=obs,
        var=world.assays.assign(missing_frequency=below),
        layers={"lod": lod},
        uns={"stratify": provenance},
    )

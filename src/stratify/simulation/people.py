"""People of a simulated study: who they are, what moves their proteins, what a laboratory reads."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from stratify.simulation.levels import observe
from stratify.simulation.world import COVARIATES, World

SITES = ("psychiatry", "dermatology")
SMALLEST_SIZE = 0.05
SIZE_NODES = 33
AGE_MEAN, AGE_SD, AGE_RANGE = 42.0, 13.0, (18, 70)
BMI_MEAN, BMI_SD, BMI_RANGE = 26.0, 4.5, (17.0, 45.0)
MALE_SHARE = 0.56


@dataclass(frozen=True, eq=False)
class People:
    """People and the causes behind their profiles; n people.

    Parameters
    ----------
    obs : pandas.DataFrame
        What a clinic knows: ``group``, ``site``, ``matrix``, ``age``, ``sex``, ``bmi``.
    causes : pandas.DataFrame
        What nobody knows: ``skewed``, ``relative_size``, ``leak``, ``inflammation``, ``th1``.
    known : numpy.ndarray, shape (n, n_assays)
        Mean profile given everything but the AD direction and random leak, healthy SDs.
    profile : numpy.ndarray, shape (n, n_assays)
        True profile, healthy SDs, before measurement.
    """

    obs: pd.DataFrame
    causes: pd.DataFrame
    known: np.ndarray
    profile: np.ndarray


def draw_people(
    world: World,
    groups: np.ndarray,
    rng: np.random.Generator,
    *,
    prevalence: float,
    relative_size: float,
    leak_offset: float = 0.0,
) -> People:
    """Draw people of given diagnoses.

    Parameters
    ----------
    world : World
        The fixed part of the study.
    groups : numpy.ndarray of str, shape (n,)
        Diagnosis of each person: HC, AD, PSO or MDD.
    rng : numpy.random.Generator
        Source of randomness.
    prevalence : float
        Share of MDD patients who are skewed.
    relative_size : float
        Mean size of the skew, in units of the AD direction.
    leak_offset : float, default 0
        Leak of everybody beyond what the design says.

    Returns
    -------
    People
        In the order of `groups`.
    """
    design = world.design
    obs = _draw_obs(world, groups, rng)
    causes = _draw_causes(world, groups, rng, prevalence=prevalence, relative_size=relative_size)
    mean_leak = leak_offset + design.leak_offset_mdd * (groups == "MDD")
    mean_leak = (
        mean_leak + design.leak_offset_site * (obs["site"] == SITES[0]).to_numpy() + causes["planted_leak"]
    )
    random_leak = design.leak_sd * rng.standard_normal(len(groups))
    severity = np.clip(1 + design.severity_sd * rng.standard_normal(len(groups)), 0.2, None)
    shift = np.where(groups == "AD", severity, causes["relative_size"])
    effects = pd.DataFrame(
        {
            "PSO": severity * (groups == "PSO"),
            "MDD": (groups == "MDD").astype(float),
            "leak": mean_leak,
            "inflammation": causes["inflammation"],
            "th1": causes["th1"],
            "edta": (obs["matrix"] == "EDTA").to_numpy().astype(float),
            **_covariate_scores(obs),
        }
    )
    known = effects.to_numpy() @ world.directions[list(effects)].to_numpy().T
    known += world.sites[site_number(world, obs)]
    ad, leak = world.directions["AD"].to_numpy(), world.directions["leak"].to_numpy()
    profile = (
        known + np.outer(shift, ad) + np.outer(random_leak, leak) + draw_biology(world, len(groups), rng)
    )
    causes = causes.assign(relative_size=shift, leak=mean_leak + random_leak).drop(columns="planted_leak")
    return People(obs, causes, known, profile)


def measure(
    world: World, profile: np.ndarray, plate: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read profiles on plates.

    Parameters
    ----------
    world : World
        The fixed part of the study.
    profile : numpy.ndarray, shape (n, n_assays)
        True profiles, healthy SDs.
    plate : numpy.ndarray, shape (n, n_assays)
        Offset of each reading's plate, NPX; readings and limits both carry it.
    rng : numpy.random.Generator
        Source of measurement noise.

    Returns
    -------
    readings, lod, unhidden : numpy.ndarray, shape (n, n_assays)
        Readings and detection limits, NPX; and, in healthy SDs, profiles with measurement noise but without
        background and plate: what the Bayes-optimal reader is given.
    """
    level, sd, noise, lod = (world.levels[name].to_numpy() for name in ("level", "sd", "noise", "lod"))
    draw = rng.standard_normal(profile.shape)
    readings = observe(level + sd * profile, lod, noise, draw) + plate
    return readings, lod + plate, profile + draw * (noise / sd)


def bayes_score(world: World, unhidden: np.ndarray, known: np.ndarray, relative_size: float) -> np.ndarray:
    """Log-likelihood ratio of skewed against not skewed, for a reader who knows everything but the skew.

    Such a reader knows the mean profile of everyone alike (planted shifts included), the covariance, and how
    sizes spread between skewed people; uses the visible assays only; and is not hampered by background.
    No method that is given the same readings can rank patients better.

    Parameters
    ----------
    world : World
        The fixed part of the study.
    unhidden, known : numpy.ndarray, shape (n, n_assays)
        Profile before background, and the mean profile of unskewed people alike, healthy SDs.
    relative_size : float
        Mean size of the skew.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Natural log of the likelihood ratio.
    """
    along = (unhidden - known) @ world.bayes_weights
    quantiles = [NormalDist().inv_cdf((i + 0.5) / SIZE_NODES) for i in range(SIZE_NODES)]
    sizes = np.clip(relative_size + world.design.relative_size_sd * np.array(quantiles), SMALLEST_SIZE, None)
    terms = np.outer(along, sizes) - sizes**2 * world.distance**2 / 2
    score: np.ndarray = np.logaddexp.reduce(terms, axis=1) - np.log(SIZE_NODES)
    return score


def site_names(n_sites: int) -> np.ndarray:
    """Name the recruiting sites.

    Parameters
    ----------
    n_sites : int
        How many there are.

    Returns
    -------
    numpy.ndarray of str, shape (n_sites,)
        Psychiatry first, dermatology second.

    Examples
    --------
    >>> site_names(3).tolist()
    ['psychiatry', 'dermatology', 'site 3']
    """
    further = [f"site {i + 1}" for i in range(len(SITES), n_sites)]
    return np.array([*SITES, *further][:n_sites], dtype=object)


def site_number(world: World, obs: pd.DataFrame) -> np.ndarray:
    """Find the row of each person's site in ``world.sites``.

    Parameters
    ----------
    world : World
        The fixed part of the study.
    obs : pandas.DataFrame
        With column ``site``.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Row numbers.
    """
    return pd.Index(site_names(world.design.n_sites)).get_indexer(pd.Index(obs["site"]))


def _draw_obs(world: World, groups: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    design, n = world.design, len(groups)
    own = np.where(groups == "MDD", 0, 1 % design.n_sites)
    any_site = rng.integers(design.n_sites, size=n)
    tied = (rng.random(n) < design.site_tie) & (groups != "HC")
    age = np.clip(rng.normal(AGE_MEAN, AGE_SD, n), *AGE_RANGE).round()
    sex = np.where(rng.random(n) < MALE_SHARE, "M", "F")
    bmi = np.clip(rng.normal(BMI_MEAN, BMI_SD, n), *BMI_RANGE).round(1)
    edta = (rng.random(n) < design.matrix_share_mdd) & (groups == "MDD")
    return pd.DataFrame(
        {
            "group": groups,
            "site": site_names(design.n_sites)[np.where(tied, own, any_site)],
            "matrix": np.where(edta, "EDTA", "serum"),
            "age": age,
            "sex": sex,
            "bmi": bmi,
        }
    )


def _covariate_scores(obs: pd.DataFrame) -> dict[str, np.ndarray]:
    age = (obs["age"].to_numpy() - AGE_MEAN) / AGE_SD
    sex = np.where(obs["sex"] == "M", 1.0, -1.0)
    bmi = (obs["bmi"].to_numpy() - BMI_MEAN) / BMI_SD
    return dict(zip(COVARIATES, (age, sex, bmi), strict=True))


def _draw_causes(
    world: World, groups: np.ndarray, rng: np.random.Generator, *, prevalence: float, relative_size: float
) -> pd.DataFrame:
    design, n, mdd = world.design, len(groups), groups == "MDD"
    size = np.clip(relative_size + design.relative_size_sd * rng.standard_normal(n), SMALLEST_SIZE, None)
    skewed = np.zeros(n, dtype=bool)
    ranked = rng.permutation(np.flatnonzero(mdd))
    skewed[ranked[: round(prevalence * len(ranked))]] = design.truth == "subgroup"
    common = design.everyone_size * mdd * (design.truth == "everyone_shifts")
    planted = {
        name: design.plant_size * (mdd & (rng.random(n) < share))
        for name, share in (
            ("inflammation", design.inflamed_share),
            ("th1", design.th1_share),
            ("planted_leak", design.leak_share),
        )
    }
    return pd.DataFrame({"skewed": skewed, "relative_size": np.where(skewed, size, common), **planted})


def draw_biology(world: World, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw what differs between people who are alike in everything named.

    Parameters
    ----------
    world : World
        The fixed part of the study.
    n : int
        People.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    numpy.ndarray, shape (n, n_assays)
        Deviations from the mean profile, healthy SDs.
    """
    shared = rng.standard_normal((n, world.loadings.shape[1])) @ world.loadings.T
    own = rng.standard_normal((n, int(world.protein.max()) + 1))[:, world.protein]
    result: np.ndarray = shared + own * np.sqrt(world.own)
    return result

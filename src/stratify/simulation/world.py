"""Everything of a simulated study that its seed fixes before any person is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from statistics import NormalDist
from zlib import crc32

import numpy as np
import pandas as pd

from stratify.simulation.design import StudyDesign
from stratify.simulation.levels import draw_levels, first_assay
from stratify.simulation.signature import draw_signature, literature_signature, pathway_members, study_assays

COVARIATES = ("age", "sex", "bmi")
RISES_WITH_AGE = ("CXCL10", "KYNU", "CCL20")
MOVED_SHARE = 0.1
# Shared variance of a protein: concentration of its beta distribution, and its limit.
SPREAD = 20
MOST_SHARED = 0.95
# log2 EDTA over serum, from the serum:EDTA percentages that the vendor printed.
EDTA_SHIFT = {
    "CCL17": -1.38,
    "CCL13": -0.92,
    "VWF": -1.37,
    "CASP8": -0.62,
    "SELP": -0.46,
    "CASP3": 1.18,
    "SIRT2": 0.81,
    "STAMBP": 0.58,
}
HALF = 0.5


def stream(name: str, *seeds: int) -> np.random.Generator:
    """Open the random stream of one ingredient, so that turning one dial does not redraw the others.

    Parameters
    ----------
    name : str
        The ingredient.
    *seeds : int
        Seeds of 0 or more.

    Returns
    -------
    numpy.random.Generator
        Always the same one for the same name and seeds.
    """
    return np.random.default_rng([*seeds, crc32(name.encode())])


@dataclass(frozen=True, eq=False)
class World:
    """The fixed part of a simulated study; p assays, k factors, c covariates.

    Parameters
    ----------
    design : StudyDesign
        The dials.
    seed : int
        The seed.
    assays : pandas.DataFrame
        By assay id: ``uniprot``, ``gene``, ``panel``, ``assay``.
    levels : pandas.DataFrame
        By assay id: ``level``, ``sd``, ``noise``, ``lod`` (NPX), ``below_lod`` (share).
    directions : pandas.DataFrame
        By assay id, healthy SDs: shift of a full case (``AD``, ``PSO``, ``MDD``), of one unit of
        ``leak``, ``inflammation`` and ``th1``, of one SD of ``age``, ``sex``, ``bmi``, and of ``edta``
        instead of serum.
    signal : numpy.ndarray of bool, shape (p,)
        Assays of the sparse part of the AD direction.
    loadings : numpy.ndarray, shape (p, k)
        Shared factors, healthy SDs.
    protein : numpy.ndarray of int, shape (p,)
        Number of the protein that an assay measures; two assays of one protein share what is its own.
    own : numpy.ndarray, shape (p,)
        Variance that is the protein's own, measurement noise apart, healthy variances.
    sites : numpy.ndarray, shape (n_sites, p)
        Site offsets, healthy SDs.
    plates : numpy.ndarray, shape (n_plates, p)
        Plate offsets, NPX, with mean zero over plates.
    """

    design: StudyDesign
    seed: int
    assays: pd.DataFrame
    levels: pd.DataFrame
    directions: pd.DataFrame
    signal: np.ndarray
    loadings: np.ndarray
    protein: np.ndarray
    own: np.ndarray
    sites: np.ndarray
    plates: np.ndarray

    @property
    def visible(self) -> np.ndarray:
        """Assays that most healthy samples have above the detection limit (p,)."""
        return self.levels["below_lod"].to_numpy() < HALF

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of readings above the limit among alike people, healthy SDs (p, p)."""
        leak = self.design.leak_sd * self.directions["leak"].to_numpy()
        same = self.protein[:, None] == self.protein
        shared: np.ndarray = self.loadings @ self.loadings.T + np.outer(leak, leak)
        noise = (self.levels["noise"] / self.levels["sd"]).to_numpy() ** 2
        return shared + same * np.sqrt(np.outer(self.own, self.own)) + np.diag(noise)

    @property
    def bayes_weights(self) -> np.ndarray:
        """Weights of the Bayes-optimal linear score of skew, zero for hidden assays (p,)."""
        weights = np.zeros(len(self.protein))
        seen = self.visible
        direction = self.directions["AD"].to_numpy()[seen]
        weights[seen] = np.linalg.solve(self.covariance[np.ix_(seen, seen)], direction)
        return weights

    @property
    def distance(self) -> float:
        """Mahalanobis distance of a full case of AD from healthy people, on the visible assays."""
        return float(np.sqrt(self.bayes_weights @ self.directions["AD"].to_numpy()))

    @property
    def half_size_auc(self) -> float:
        """Bayes AUC of MDD patients with half the AD shift against other MDD patients."""
        return NormalDist().cdf(HALF * self.distance / np.sqrt(2))


def draw_world(design: StudyDesign, seed: int) -> World:
    """Draw levels, shared factors, disease directions, sites and plates.

    Parameters
    ----------
    design : StudyDesign
        The dials.
    seed : int
        Seed of 0 or more.

    Returns
    -------
    World
        The same for the same design and seed.
    """
    assays = study_assays()
    levels = draw_levels(assays, stream("levels", seed))
    protein = pd.factorize(assays["uniprot"])[0]
    loadings = _draw_loadings(design, protein, stream("factors", seed))
    diseases = _disease_directions(design, assays, levels, seed)
    signal = diseases["AD"].to_numpy() != 0
    loadings, diseases["AD"] = _lay_along(
        design.disease_along, loadings, diseases["AD"], stream("along", seed)
    )
    rest = 1 - (loadings**2).sum(axis=1)
    levels["noise"] = np.minimum(levels["noise"], levels["sd"] * np.sqrt(rest / 2))
    sites = design.site_sd * stream("sites", seed).standard_normal((design.n_sites, len(assays)))
    plates = design.plate_sd * stream("plates", seed).standard_normal((design.n_plates, len(assays)))
    nuisance = _nuisance_directions(design, assays, levels, stream("nuisance", seed))
    return _scaled(
        World(
            design=design,
            seed=seed,
            assays=assays,
            levels=levels,
            directions=nuisance.assign(**diseases),
            signal=signal,
            loadings=loadings,
            protein=protein,
            own=rest - (levels["noise"] / levels["sd"]).to_numpy() ** 2,
            sites=sites - sites.mean(axis=0),
            plates=plates - plates.mean(axis=0),
        )
    )


def _draw_loadings(design: StudyDesign, protein: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    n = protein.max() + 1
    strength = np.arange(1, design.n_factors + 1) ** (-design.factor_decay / 2)
    raw = rng.standard_normal((n, design.n_factors)) * strength
    mean = design.shared_variance
    shared = np.zeros(n)
    if mean > 0:
        shared = np.minimum(rng.beta(SPREAD * mean, SPREAD * (1 - mean), n), MOST_SHARED)
    loadings: np.ndarray = raw * np.sqrt(shared / (raw**2).sum(axis=1))[:, None]
    return loadings[protein]


def _lay_along(
    share: float, loadings: np.ndarray, direction: pd.Series, rng: np.random.Generator
) -> tuple[np.ndarray, pd.Series]:
    across = (direction / np.linalg.norm(direction)).to_numpy()
    loadings = _across(across, loadings)
    along = loadings @ rng.standard_normal(loadings.shape[1])
    along /= np.linalg.norm(along) or 1.0
    return loadings, pd.Series(np.sqrt(1 - share) * across + np.sqrt(share) * along, index=direction.index)


def _across(direction: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    # Alternate between two conditions: orthogonal to the direction, and no protein shared beyond the limit.
    while True:
        loadings = loadings - np.outer(direction, direction @ loadings)
        shared = (loadings**2).sum(axis=1, keepdims=True)
        if shared.max() <= MOST_SHARED:
            return loadings
        loadings = loadings * np.sqrt(np.minimum(1, 0.98 * MOST_SHARED / np.maximum(shared, MOST_SHARED / 2)))


def _scaled(world: World) -> World:
    wanted = np.sqrt(2) * NormalDist().inv_cdf(world.design.separability) / HALF
    directions = world.directions.copy()
    directions[["AD", "PSO"]] *= wanted / world.distance if world.distance > 0 else 1.0
    return replace(world, directions=directions)


def _disease_directions(
    design: StudyDesign, assays: pd.DataFrame, levels: pd.DataFrame, seed: int
) -> dict[str, pd.Series]:
    if design.signature == "literature":
        ad, psoriasis = (literature_signature(assays, levels["sd"], f"{d}_vs_HC") for d in ("AD", "PSO"))
    else:
        drawn = partial(draw_signature, assays, n_signal=design.n_signal, prior_overlap=design.prior_overlap)
        ad = drawn(stream("AD", seed), prior=pathway_members(assays, "Th2"))
        th17, share = pathway_members(assays, "Th17"), design.psoriasis_overlap
        psoriasis = drawn(stream("PSO", seed), prior=th17, keep=ad, keep_share=share)
    common = pathway_members(assays, "Vascular", "Apoptosis") & ~pathway_members(
        assays, "QC_preanalytical", "Th2"
    )
    return {
        "AD": ad,
        "PSO": psoriasis / np.linalg.norm(ad),
        "MDD": pd.Series(design.mdd_size * common, index=assays.index),
    }


def _nuisance_directions(
    design: StudyDesign, assays: pd.DataFrame, levels: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    sets = {"leak": "QC_preanalytical", "inflammation": "Innate_general", "th1": "Th1"}
    table = {name: pathway_members(assays, pathway).astype(float) for name, pathway in sets.items()}
    for name in COVARIATES:
        moved = rng.random(len(assays)) < MOVED_SHARE
        table[name] = design.covariate_size * moved * rng.choice([-1.0, 1.0], len(assays))
    table["age"][assays["gene"].isin(RISES_WITH_AGE)] = design.covariate_size
    edta = (assays["gene"].map(EDTA_SHIFT) / levels["sd"]).to_numpy()
    table["edta"] = np.where(np.isnan(edta), rng.normal(0, 0.3, len(assays)), edta)
    return pd.DataFrame(table, index=assays.index).loc[first_assay(assays)].set_axis(assays.index)

"""Labels by clusters of axis scores, with how stable the clusters are under resampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering, KMeans

from stratify.errors import CohortError, listed
from stratify.subtyping.axis_rule import AxisScorer, FittedAxes
from stratify.subtyping.label_source import Relabelling

Array = NDArray[np.float64]

RESAMPLED = 0.8
AMBIGUOUS = (0.1, 0.9)
FEWEST_IN_CLUSTER = 3


@dataclass(frozen=True)
class Stability:
    """How often people who share a cluster share it again; never an accuracy.

    Parameters
    ----------
    pac : float
        Proportion of ambiguous clustering: share of pairs together in more than a tenth and less than
        nine tenths of the resamples. 0 is stable.
    structureless_pac : float
        Mean of the same in normal data of the same covariance, which has no clusters.
    within : tuple of float
        Mean consensus of the pairs of each cluster, largest cluster first.
    sizes : tuple of int
        People of each cluster.
    """

    pac: float
    structureless_pac: float
    within: tuple[float, ...]
    sizes: tuple[int, ...]

    def sentence(self) -> str:
        """Say it for a reader, beside what structureless data would give."""
        parts = ", ".join(f"{n} ({x:.2f})" for n, x in zip(self.sizes, self.within, strict=True))
        return (
            f"ambiguous pairs {self.pac:.2f} (in data without clusters: {self.structureless_pac:.2f}); "
            f"people of each cluster (and their consensus): {parts}"
        )


@dataclass(frozen=True)
class FittedClusters:
    """Clusters as centres of axis scores.

    Parameters
    ----------
    axes : FittedAxes
        Of the definition.
    centers : array of shape (n_clusters, n_axes)
        Mean axis scores of each consensus cluster.
    named : int
        The cluster with the highest mean on the lead axis.
    """

    axes: FittedAxes
    centers: Array
    named: int

    def positive(self, profiles: Array) -> NDArray[np.bool_]:
        """Who (n,) lies nearest to the centre of the named cluster."""
        scores = self.axes.scores(profiles)
        distance = ((scores[:, None, :] - self.centers) ** 2).sum(axis=2)
        return distance.argmin(axis=1) == self.named


@dataclass(frozen=True)
class ClusterRule:
    """Consensus clusters of axis scores; the one that is highest on the lead axis is called positive.

    Parameters
    ----------
    scorer : AxisScorer
        Of a definition's axes.
    lead : str
        Axis that names the positive cluster.
    n_clusters : int
        How many.
    resamples : int
        Subsets of four fifths of the people.
    seed : int
        Of the subsets and of the clustering.

    References
    ----------
    Monti et al., Mach Learn 2003, doi:10.1023/A:1023949509487 (consensus clustering);
    Senbabaoglu et al., Sci Rep 2014, doi:10.1038/srep06207 (ambiguous pairs, and why data without clusters
    must stand beside).
    """

    scorer: AxisScorer
    lead: str
    n_clusters: int = 2
    resamples: int = 50
    seed: int = 0

    def fit(self, profiles: Array, reference: NDArray[np.bool_]) -> FittedClusters:
        """Cluster people and name the positive cluster.

        Parameters
        ----------
        profiles : array of shape (n, n_proteins)
            Label proteins, NaN where missing.
        reference : boolean array of shape (n,)
            Healthy people among them, against whom all are scored.

        Returns
        -------
        FittedClusters

        Raises
        ------
        CohortError
            A cluster of too few people.
        """
        axes = self.scorer.fit(profiles, reference)
        scores = axes.scores(profiles)
        consensus = consensus_matrix(scores, self.n_clusters, resamples=self.resamples, seed=self.seed)
        found = consensus_clusters(consensus, self.n_clusters)
        sizes = np.bincount(found, minlength=self.n_clusters)
        if sizes.min() < FEWEST_IN_CLUSTER:
            raise CohortError(
                f"at least {FEWEST_IN_CLUSTER} people in each of {self.n_clusters} clusters",
                f"clusters of {listed(sorted(sizes.tolist()))}",
                "ask for fewer clusters, or use another source of labels",
            )
        centers = np.array([scores[found == c].mean(axis=0) for c in range(self.n_clusters)])
        return FittedClusters(axes, centers, int(centers[:, axes.state.names.index(self.lead)].argmax()))


def cluster_stability(clusters: Relabelling, rows: NDArray[Any], *, null_draws: int = 10) -> Stability:
    """Say how stable clusters are, beside data of the same covariance without clusters.

    Parameters
    ----------
    clusters : Relabelling
        With a cluster rule.
    rows : integer array
        People who are clustered, one sample each.
    null_draws : int, default 10
        Draws of data without clusters.

    Returns
    -------
    Stability

    Raises
    ------
    TypeError
        Another rule than clusters.
    """
    rule = clusters.rule
    if not isinstance(rule, ClusterRule):
        raise TypeError("a relabelling by clusters is needed")
    profiles = clusters.profiles[rows]
    scores = rule.scorer.fit(profiles, clusters.reference[rows]).scores(profiles)

    def consensus_of(values: Array) -> Array:
        """Consensus by the rule's own settings."""
        return consensus_matrix(values, rule.n_clusters, resamples=rule.resamples, seed=rule.seed)

    rng = np.random.default_rng([rule.seed, 1])
    covariance = np.atleast_2d(np.cov(scores, rowvar=False))
    draws = rng.multivariate_normal(scores.mean(axis=0), covariance, (null_draws, len(scores)))
    without = float(np.mean([ambiguous_pairs(consensus_of(values)) for values in draws]))
    consensus = consensus_of(scores)
    found = consensus_clusters(consensus, rule.n_clusters)
    sizes = np.bincount(found)
    order = np.argsort(-sizes, kind="stable")
    within = tuple(_mean_of_pairs(consensus[np.ix_(found == c, found == c)]) for c in order)
    return Stability(ambiguous_pairs(consensus), without, within, tuple(map(int, sizes[order])))


def consensus_matrix(scores: Array, n_clusters: int, *, resamples: int = 50, seed: int = 0) -> Array:
    """Share of the resamples with both people in which k-means puts them together.

    Parameters
    ----------
    scores : array of shape (n, n_axes)
        What is clustered.
    n_clusters : int
        How many clusters in each resample.
    resamples : int, default 50
        Subsets of four fifths of the people.
    seed : int, default 0
        Of the subsets and of the clustering.

    Returns
    -------
    array of shape (n, n)
        0 where two people were never drawn together.

    Examples
    --------
    >>> far = np.repeat([[0.0], [9.0]], 10, axis=0) + np.arange(20)[:, None] / 100
    >>> bool(((consensus_matrix(far, 2) > 0.5) == (far < 5) @ (far < 5).T | (far > 5) @ (far > 5).T).all())
    True
    """
    n, rng = len(scores), np.random.default_rng(seed)
    size = max(round(RESAMPLED * n), n_clusters)
    together, drawn = np.zeros((n, n)), np.zeros((n, n))
    for draw in range(resamples):
        rows = rng.choice(n, size=size, replace=False)
        means = KMeans(n_clusters, n_init=1, random_state=seed + draw)
        member = means.fit_predict(scores[rows])
        drawn[np.ix_(rows, rows)] += 1
        together[np.ix_(rows, rows)] += member[:, None] == member
    return np.divide(together, drawn, out=np.zeros((n, n)), where=drawn > 0)


def consensus_clusters(consensus: Array, n_clusters: int) -> NDArray[np.int64]:
    """Cut the consensus matrix (n, n) into clusters (n,) by average linkage."""
    cut = AgglomerativeClustering(n_clusters, metric="precomputed", linkage="average")
    return cut.fit_predict(1.0 - consensus).astype(np.int64)


def ambiguous_pairs(consensus: Array) -> float:
    """Share of the pairs of a consensus matrix (n, n) that are neither together nor apart."""
    low, high = AMBIGUOUS
    values = consensus[np.triu_indices(len(consensus), 1)]
    return float(((values > low) & (values < high)).mean())


def _mean_of_pairs(block: Array) -> float:
    values = block[np.triu_indices(len(block), 1)]
    return float(values.mean()) if len(values) else float("nan")

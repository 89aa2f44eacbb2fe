"""The dials of a simulated study."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from stratify.errors import ExperimentError, nearest

GROUPS = ("HC", "AD", "PSO", "MDD")
SAMPLES_PER_PLATE = 88
_SHARES = (
    "shared_variance",
    "disease_along",
    "prior_overlap",
    "psoriasis_overlap",
    "site_tie",
    "matrix_share_mdd",
    "prevalence",
    "inflamed_share",
    "th1_share",
    "leak_share",
)


@dataclass(frozen=True)
class StudyDesign:
    """Everything that can be turned in a simulated study.

    One healthy SD of an assay is the spread of healthy people on one plate, at one site and in one matrix, of
    average age, sex, BMI and handling. "Share" means a number from 0 to 1.

    Parameters
    ----------
    n_hc, n_ad, n_pso, n_mdd : int
        People a group: healthy, atopic dermatitis, psoriasis, depression.
    n_factors : int
        Shared factors behind the proteins.
    shared_variance : float
        Mean share of an assay's healthy variance that comes from the shared factors (.2 weak, .6 strong).
    factor_decay : float
        Factor ``l`` carries variance proportional to ``l ** -factor_decay``.
    signature : {"drawn", "literature"}
        Where the direction of atopic dermatitis comes from; the sizes of "literature" are assumptions.
    n_signal : int
        Proteins that a drawn direction moves.
    prior_overlap : float
        Share of those proteins taken from the prior (Th2 pathway; Th17 for psoriasis), as far as it reaches.
    separability : float
        Size of the direction: the Bayes AUC of skewed against other MDD if all skewed had relative size .5.
    disease_along : float
        Share of the direction's squared length that lies in the span of the shared factors. At 0 it is
        sparse and orthogonal to them; a random direction has about ``n_factors / 363``.
    psoriasis_overlap : float
        Share of the AD proteins that psoriasis moves too.
    mdd_size : float
        Shift of vascular and apoptosis proteins in all MDD, healthy SDs.
    severity_sd : float
        Spread between people of how far AD and psoriasis have gone (mean 1).
    prevalence : float
        Share of MDD patients who are Th2-skewed.
    relative_size, relative_size_sd : float
        Mean and spread of a skewed patient's shift, in units of the AD direction.
    truth : {"subgroup", "everyone_shifts"}
        A skewed subgroup, or the rival: every MDD patient shifted by `everyone_size` and nobody skewed.
    everyone_size : float
        The rival's common relative size.
    n_plates, n_bridge, n_control : int
        Plates; bridge samples and control rows on every plate.
    plate_sd, site_sd : float
        Spread over assays of plate offsets (NPX) and of site offsets (healthy SDs).
    n_sites : int
        Recruiting sites; the first is psychiatry, the second dermatology.
    site_tie : float
        Share of people who come from their own clinic's site; the others come from any.
    leak_sd : float
        Spread between people of the leak score. One unit of leak is one healthy SD on each protein of the
        pathway `QC_preanalytical`.
    leak_offset_mdd, leak_offset_site : float
        Leak added to all MDD patients, and to everyone at the psychiatry site.
    matrix_share_mdd : float
        Share of MDD patients drawn in EDTA instead of serum.
    inflamed_share, th1_share, leak_share : float
        Shares of MDD patients with a planted shift that is *not* the skew: general inflammation, Th1, leak.
    plant_size : float
        Size of each planted shift, healthy SDs on each protein of its set.
    madrs_slope : float
        Points of the MADRS for one unit of relative size.
    covariate_size : float
        Effect of one SD of age, sex or BMI on the proteins that it moves, healthy SDs.

    Examples
    --------
    >>> StudyDesign().counts
    {'HC': 32, 'AD': 30, 'PSO': 21, 'MDD': 25}
    >>> StudyDesign().scaled(216).counts
    {'HC': 64, 'AD': 60, 'PSO': 42, 'MDD': 50}
    """

    n_hc: int = 32
    n_ad: int = 30
    n_pso: int = 21
    n_mdd: int = 25
    n_factors: int = 10
    shared_variance: float = 0.4
    factor_decay: float = 1.0
    signature: Literal["drawn", "literature"] = "drawn"
    n_signal: int = 24
    prior_overlap: float = 0.5
    separability: float = 0.92
    disease_along: float = 0.05
    psoriasis_overlap: float = 0.3
    mdd_size: float = 0.25
    severity_sd: float = 0.25
    prevalence: float = 0.25
    relative_size: float = 0.5
    relative_size_sd: float = 0.1
    truth: Literal["subgroup", "everyone_shifts"] = "subgroup"
    everyone_size: float = 0.15
    n_plates: int = 2
    n_bridge: int = 4
    n_control: int = 3
    plate_sd: float = 0.15
    site_sd: float = 0.1
    n_sites: int = 2
    site_tie: float = 0.5
    leak_sd: float = 0.3
    leak_offset_mdd: float = 0.5
    leak_offset_site: float = 0.0
    matrix_share_mdd: float = 0.0
    inflamed_share: float = 0.2
    th1_share: float = 0.05
    leak_share: float = 0.0
    plant_size: float = 0.7
    madrs_slope: float = 8.0
    covariate_size: float = 0.3

    def __post_init__(self) -> None:
        for name in _SHARES:
            self._require(name, 0 <= getattr(self, name) <= 1, "a share from 0 to 1")
        self._require("shared_variance", self.shared_variance <= 0.9, "at most 0.9")
        self._require("disease_along", self.disease_along < 1, "below 1")
        self._require("separability", 0.5 < self.separability < 1, "an AUC between 0.5 and 1")
        for field in fields(self):
            value = getattr(self, field.name)
            self._require(field.name, isinstance(value, str) or value >= 0, "0 or more")
        for name in ("n_factors", "n_signal", "n_plates", "n_sites"):
            self._require(name, getattr(self, name) >= 1, "a count of 1 or more")
        self._require("signature", self.signature in ("drawn", "literature"), "drawn or literature")
        self._require("truth", self.truth in ("subgroup", "everyone_shifts"), "subgroup or everyone_shifts")

    def _require(self, name: str, holds: bool, rule: str) -> None:
        if not holds:
            found = f"{name} = {getattr(self, name)!r}"
            raise ExperimentError(f"for the dial {name}: {rule}", found, f"change {name}")

    @property
    def counts(self) -> dict[str, int]:
        """People a group."""
        return dict(zip(GROUPS, (self.n_hc, self.n_ad, self.n_pso, self.n_mdd), strict=True))

    def scaled(self, n: int | None) -> StudyDesign:
        """Give the same design for another number of people, with as many plates as they need.

        Parameters
        ----------
        n : int or None
            People in all groups together; None keeps the counts.

        Returns
        -------
        StudyDesign
            Groups in the same proportions (largest remainders), summing to `n`.
        """
        sizes = list(self.counts.values())
        if n is not None:
            exact = [size * n / max(sum(sizes), 1) for size in sizes]
            sizes = [int(size) for size in exact]
            by_remainder = sorted(range(len(sizes)), key=lambda i: sizes[i] - exact[i])
            for i in by_remainder[: n - sum(sizes)]:
                sizes[i] += 1
        plates = max(self.n_plates, -(-sum(sizes) // SAMPLES_PER_PLATE))
        n_hc, n_ad, n_pso, n_mdd = sizes
        return replace(self, n_hc=n_hc, n_ad=n_ad, n_pso=n_pso, n_mdd=n_mdd, n_plates=plates)


# The benchmark cells: Bayes AUC .97, mild nuisance, strong or weak shared factors, the disease mostly across.
_STRONG = StudyDesign(
    n_factors=8,
    shared_variance=0.6,
    disease_along=0.0,
    n_signal=20,
    separability=0.98,
    psoriasis_overlap=0.1,
    severity_sd=0.2,
    plate_sd=0.1,
    site_sd=0.05,
    leak_sd=0.2,
    leak_offset_mdd=0.0,
    inflamed_share=0.0,
    th1_share=0.0,
    covariate_size=0.2,
)
_HALF: dict[str, Any] = {"prior_overlap": 0.5}
_DIRECTIONS: dict[str, dict[str, Any]] = {
    "right": {"prior_overlap": 1.0},
    "half": _HALF,
    "none": {"prior_overlap": 0.0},
    "along": {**_HALF, "disease_along": 0.5},
}
_CONFOUNDED: dict[str, Any] = {"site_tie": 1.0, "site_sd": 0.3, "leak_sd": 0.3, "leak_offset_site": 0.5}
_SHARED = {"strong": 0.6, "weak": 0.2}
_PRESETS = {
    "study": StudyDesign(),
    **{
        f"{shared}-{direction}": replace(_STRONG, shared_variance=variance, **dials)
        for shared, variance in _SHARED.items()
        for direction, dials in _DIRECTIONS.items()
    },
    "confounded": replace(_STRONG, **_HALF, **_CONFOUNDED),
}


def design_preset(name: str) -> StudyDesign:
    """Give a named design.

    Parameters
    ----------
    name : str
        ``study``, the default study; or a benchmark cell. ``strong-`` and ``weak-`` say how much proteins
        vary together (.6 and .2 of the variance); ``right``, ``half`` and ``none`` how many proteins of AD
        are those of the prior, as far as it reaches; ``along`` is ``half`` with half of the direction's
        squared length in the span of what proteins share; ``confounded`` is ``strong-half`` in which every
        patient comes from the own clinic's site, sites differ by .3 SD, and psychiatry's tubes leak by half a
        unit more.

    Returns
    -------
    StudyDesign
        The design of that name.

    Raises
    ------
    ExperimentError
        If there is no such preset.

    Examples
    --------
    >>> design_preset("strong-none").prior_overlap
    0.0
    """
    if name not in _PRESETS:
        raise ExperimentError("a preset of the simulator", f"{name!r}", nearest(name, list(_PRESETS)))
    return _PRESETS[name]

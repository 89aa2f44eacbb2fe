"""A drug's signature laid over a profile: what is shared, reversed, and how much of it would be left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from stratify.signatures.drug_signatures import GRADES, DrugSignature

Array = NDArray[np.float64]

FEWEST = 3


@dataclass(frozen=True, eq=False)
class Overlay:
    """Proteins that a drug and a profile share; k proteins.

    Parameters
    ----------
    drug : DrugSignature
        The drug.
    position : array of int, shape (k,)
        Of the shared proteins in the profile; the drug's own targets are left out.
    direction, size : arrays of shape (k,)
        As the drug's.
    evidence : tuple of str
        Of each shared protein.
    told : array of bool, shape (k,)
        Shared proteins whose direction in the disease is known.
    masked : tuple of str
        Genes of the profile that the drug moves but that are its targets.
    """

    drug: DrugSignature
    position: NDArray[np.int_]
    direction: Array
    size: Array
    evidence: tuple[str, ...]
    told: NDArray[np.bool_]
    masked: tuple[str, ...]

    @property
    def sized(self) -> NDArray[np.bool_]:
        """Which shared proteins (k,) have a measured size and a known direction in the disease."""
        return np.isfinite(self.size) & self.told

    @property
    def moved(self) -> int:
        """Shared proteins that the drug moves."""
        return int((self.direction != 0).sum())

    @property
    def grade(self) -> str:
        """The weakest evidence that a shared protein stands on; "" where nothing is shared."""
        return max(self.evidence, key=GRADES.index, default="")

    @property
    def mode(self) -> str:
        """On how many sizes a percentage stands."""
        known = int(self.sized.sum())
        if not known:
            return "direction only"
        return f"sizes of {known} of {len(self.position)} proteins"

    def row(self, proteins: int) -> Array:
        """Directions over all proteins of the profile (p,); 0 where there is none."""
        answer = np.zeros(proteins)
        answer[self.position] = self.direction
        return answer

    def fraction_reversed(self, effect: Array) -> Array:
        """Share of the shared proteins that the drug moves against the profile.

        Parameters
        ----------
        effect : array of shape (..., p)
            Shrunken log2 fold changes.

        Returns
        -------
        array of shape (...)
            A protein that the drug leaves alone counts as not reversed; NaN where nothing is shared.
        """
        if not len(self.position):
            return np.full(effect.shape[:-1], np.nan)
        return np.asarray((effect[..., self.position] * self.direction < 0).mean(axis=-1))

    def percent_normalised(self, effect: Array) -> Array:
        r"""Share of the profile that the drug would take away.

        .. math:: 100\,\frac{\sum_g \min(|d_g|, -\mathrm{sign}(d_g)\,q_g)}{\sum_g |d_g|}

        over shared proteins whose size q under the drug was measured and whose direction in the disease is
        known, with d the shrunken fold change of the disease, both log2. (A protein that hardly differs would
        be normalised in full by any drug that happens to move it the right way.) What a drug moves
        beyond normal counts as normal, not more; what it moves the wrong way counts against it in full, so
        the number may be negative.

        Parameters
        ----------
        effect : array of shape (..., p)
            Shrunken log2 fold changes.

        Returns
        -------
        array of shape (...)
            NaN without such a protein.
        """
        d, q = effect[..., self.position[self.sized]], self.size[self.sized]
        total = np.abs(d).sum(axis=-1)
        taken = np.minimum(np.abs(d), -np.sign(d) * q).sum(axis=-1)
        return np.where(total > 0, 100 * (taken / np.where(total > 0, total, 1)), np.nan)

    def rank_correlation(self, effect: Array) -> float:
        """Spearman's correlation of disease and drug over the shared proteins; negative is reversal.

        Parameters
        ----------
        effect : array of shape (p,)
            Shrunken log2 fold changes.

        Returns
        -------
        float
            By sizes where all are measured, else by directions; NaN for fewer than three proteins, or where
            the drug moves all alike.
        """
        drug = self.size if np.isfinite(self.size).all() else self.direction
        disease = effect[self.position]
        if len(drug) < FEWEST or np.ptp(drug) == 0 or np.ptp(disease) == 0:
            return float("nan")
        return float(spearmanr(disease, drug).statistic)

    def note(self) -> str:
        """Say what a reader of this drug's row must know."""
        words = []
        if self.drug.conflicting:
            words.append(f"sources move {', '.join(self.drug.conflicting)} both ways: left out")
        if not self.drug.targets_known:
            words.append("targets not known: nothing is masked")
        measured, known = int(np.isfinite(self.size).sum()), int(self.sized.sum())
        if len(self.position) and not measured:
            words.append("direction only: no measured size, no percentage")
        elif measured and not known:
            words.append(
                "no percentage: whether its sized proteins are up or down in the disease is not known"
            )
        elif 0 < known < FEWEST:
            words.append(f"the percentage stands on {known} protein{'s' if known > 1 else ''}")
        return "; ".join(words)


def lay_over(
    drug: DrugSignature, genes: Sequence[str], known: NDArray[np.bool_], told: NDArray[np.bool_]
) -> Overlay:
    """Find what a drug and a profile share.

    Parameters
    ----------
    drug : DrugSignature
        The drug.
    genes : sequence of str, length p
        Of the profile, as ``gene_key`` writes them; of several assays of a gene the first counts.
    known : array of bool, shape (p,)
        Proteins with an estimate.
    told : array of bool, shape (p,)
        Proteins whose direction in the disease is known.

    Returns
    -------
    Overlay
    """
    place: dict[str, int] = {}
    for i, gene in enumerate(genes):
        if known[i]:
            place.setdefault(gene, i)
    shared = [i for i, gene in enumerate(drug.genes) if gene in place and gene not in drug.masked]
    position = np.array([place[drug.genes[i]] for i in shared], dtype=int)
    return Overlay(
        drug,
        position,
        drug.direction[shared],
        drug.size[shared],
        tuple(drug.evidence[i] for i in shared),
        told[position],
        tuple(gene for gene in drug.genes if gene in place and gene in drug.masked),
    )

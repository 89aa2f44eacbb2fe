"""Protein sets that a definition brings along, with a weight a protein."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProteinSet:
    """A named set of weighted proteins that takes the place of the shipped pathway of that name.

    Parameters
    ----------
    name : str
        Of the set.
    weights : tuple of (str, float)
        Gene symbol or UniProt accession, and its positive weight.

    Examples
    --------
    >>> ProteinSet("Th2", (("CCL17", 2.0), ("Q99616", 1.0))).proteins
    ('CCL17', 'Q99616')
    """

    name: str
    weights: tuple[tuple[str, float], ...]

    @property
    def proteins(self) -> tuple[str, ...]:
        """Symbols and accessions, as they were written."""
        return tuple(protein for protein, _ in self.weights)


Pathway = str | ProteinSet


def set_name(pathway: Pathway) -> str:
    """Name of a shipped pathway or of a set.

    Parameters
    ----------
    pathway : str or ProteinSet
        A name, or a set that has one.

    Returns
    -------
    str
    """
    return pathway if isinstance(pathway, str) else pathway.name

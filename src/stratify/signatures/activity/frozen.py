"""Pathway activity frozen on reference people: a lone patient gets the same number as in any batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.errors import CohortError, ModelError
from stratify.signatures.activity.gene_sets import GeneSet
from stratify.signatures.activity.measured import aligned_levels, levels_of, measured_assays
from stratify.signatures.activity.method import Array, Members, Method, State, present_members
from stratify.signatures.activity.registry import method_named
from stratify.signatures.activity.set_table import ScoredSets

FEWEST = 3
_OF_SETS = ("names", "sources", "unknown")
_TEXTS = ("uniprot", "gene", "panel", "assay")


@dataclass(frozen=True, eq=False)
class FrozenActivity:
    """Everything that scores a patient.

    Parameters
    ----------
    method : Method
        How.
    sets : ScoredSets
        Of what.
    assays : DataFrame
        Index assay id; ``uniprot``, ``gene``, ``panel``, ``assay``, ``detectability``.
    scale : str
        Unit of the levels.
    label : str
        Who the reference people are.
    n_reference : int
        How many they are.
    state : dict of arrays
        What the method learned from them.
    """

    method: Method
    sets: ScoredSets
    assays: pd.DataFrame
    scale: str
    label: str
    n_reference: int
    state: State

    def levels(self, people: AnnData) -> Array:
        """Find people's levels of the frozen proteins.

        Parameters
        ----------
        people : AnnData of shape (samples, assays)
            Their assays in any order.

        Returns
        -------
        array of shape (samples, n_proteins)
            NaN where a protein is absent.

        Raises
        ------
        CohortError
            Levels of another scale, or none of the proteins.
        """
        scale = scale_of(people)
        if "unknown" not in (scale, self.scale) and scale != self.scale:
            raise CohortError(
                f"levels on the scale of the reference people, {self.scale}", scale, "convert one of them"
            )
        levels = aligned_levels(people, self.assays)
        if levels.size and np.isnan(levels).all():
            raise CohortError(
                f"proteins of the reference people, such as {self.assays['gene'].iloc[0]}",
                "none that has a level",
                "check that the file is of the same assay",
            )
        return levels

    def scores(self, levels: Array) -> tuple[Array, NDArray[np.int64]]:
        """Score levels (n, n_proteins): scores and members they stand on, both (n, n_sets)."""
        return self.method.score(self.state, levels), present_members(self.state["inside"], levels)

    def to_state(self) -> dict[str, NDArray[Any]]:
        """Write the whole as plain arrays without objects.

        Returns
        -------
        dict of arrays
        """
        words = {
            "method": self.method.name,
            "scale": self.scale,
            "label": self.label,
            "names": list(self.sets.names),
            "sources": list(self.sets.sources),
            "unknown": list(self.sets.unknown),
            "confidence": self.sets.confidence,
            "assay_id": self.assays.index.tolist(),
            **{name: self.assays[name].tolist() for name in _TEXTS},
        }
        numbers = {
            "n_reference": self.n_reference,
            "listed": np.array(self.sets.listed, dtype=np.int64),
            "measured": self.sets.inside,
            "detectability": self.assays["detectability"].to_numpy(dtype=float),
            **{f"state.{name}": value for name, value in self.state.items()},
        }
        texts = {name: np.asarray(word, dtype=np.str_) for name, word in words.items()}
        return texts | {name: np.asarray(number) for name, number in numbers.items()}

    @classmethod
    def from_state(cls, arrays: Mapping[str, NDArray[Any]]) -> FrozenActivity:
        """Read what `to_state` wrote.

        Parameters
        ----------
        arrays : mapping of str to array
            Its result, or the same read from a file.

        Returns
        -------
        FrozenActivity

        Raises
        ------
        ModelError
            When an array is missing.
        """
        try:
            texts = {
                name: arrays[name].tolist() for name in ("names", "sources", "unknown", "assay_id", *_TEXTS)
            }
            table = pd.DataFrame({name: texts[name] for name in _TEXTS}, index=texts["assay_id"])
            sets = ScoredSets(
                tuple(texts["names"]),
                tuple(texts["sources"]),
                tuple(arrays["listed"].tolist()),
                tuple(texts["unknown"]),
                arrays["measured"],
                arrays["confidence"],
            )
            return cls(
                method_named(str(arrays["method"])),
                sets,
                table.assign(detectability=arrays["detectability"]),
                str(arrays["scale"]),
                str(arrays["label"]),
                int(arrays["n_reference"]),
                {name[6:]: value for name, value in arrays.items() if name.startswith("state.")},
            )
        except KeyError as error:
            raise ModelError(
                "arrays as `to_state` writes them", f"no {error.args[0]!r}", "freeze the reference again"
            ) from None


def scale_of(people: AnnData) -> str:
    """Read the unit of a table's levels; ``unknown`` where it does not say."""
    return str(people.uns.get("stratify", {}).get("scale", "") or "unknown")


def freeze(
    reference: AnnData, sets: Sequence[GeneSet], *, method: str = "z", label: str = "reference"
) -> FrozenActivity:
    """Freeze a method on reference people.

    Parameters
    ----------
    reference : AnnData of shape (samples, assays)
        The people who are the yardstick, such as the healthy.
    sets : sequence of GeneSet
        As from `shipped_sets` or `read_gene_sets`.
    method : str, default "z"
        As in `METHODS`.
    label : str, default "reference"
        What they are called.

    Returns
    -------
    FrozenActivity

    Raises
    ------
    CohortError
        Fewer than three reference people, where the method needs them.
    ExperimentError
        A method that does not exist.
    """
    chosen = method_named(method)
    if chosen.needs_reference and reference.n_obs < FEWEST:
        raise CohortError(
            f"at least {FEWEST} reference people",
            f"{reference.n_obs} of {label}",
            "name another group, or use the method 'rank', which needs none",
        )
    columns, assays = measured_assays(reference)
    scored = ScoredSets.on(sets, assays)
    members = Members(scored.inside, assays["detectability"].to_numpy(dtype=float))
    state = chosen.fit(levels_of(reference, columns), members)
    return FrozenActivity(chosen, scored, assays, scale_of(reference), label, reference.n_obs, state)

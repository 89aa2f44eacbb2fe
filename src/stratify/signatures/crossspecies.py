"""A mouse signature laid over a human one: direction, size, and what was lost on the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.schema import as_text
from stratify.errors import CohortError
from stratify.signatures.contrast_file import read_contrast
from stratify.signatures.orthologues import to_human, to_mouse
from stratify.signatures.species_agreement import Concordance, concordance

Array = NDArray[np.float64]

FEWEST_PAIRS = 5
FEW_PAIRS = 30


@dataclass(frozen=True, eq=False)
class CrossSpecies:
    """A comparison of two signatures.

    Parameters
    ----------
    pairs : DataFrame
        One row a pair: ``human_gene``, ``mouse_gene``, log2 fold change, standard error and p of both
        (``human_...``, ``mouse_...``), ``same_direction``.
    lost : DataFrame
        One row a gene that is in one table only, or could not be mapped: ``side``, ``gene``, ``reason``.
    concordance : Concordance
        Over all pairs.
    notes : tuple of str
        What a reader must know.
    """

    pairs: pd.DataFrame
    lost: pd.DataFrame
    concordance: Concordance
    notes: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Pairs, then what was lost with its ``reason``."""
        lost = self.lost.rename(columns={"gene": "symbol"})
        side = lost.pop("side")
        lost["human_gene"] = lost["symbol"].where(side == "human", "")
        lost["mouse_gene"] = lost.pop("symbol").where(side == "mouse", "")
        table = pd.concat([self.pairs.assign(reason=""), lost], ignore_index=True)
        return table[[*self.pairs.columns, "reason"]]

    def facts(self) -> dict[str, Any]:
        """Give the numbers and notes as JSON can hold them."""
        numbers = {k: None if v != v else v for k, v in asdict(self.concordance).items()}
        return {
            "question": "does the human signature follow the mouse signature",
            **numbers,
            "lost_mouse": int((self.lost["side"] == "mouse").sum()),
            "lost_human": int((self.lost["side"] == "human").sum()),
            "orthologues": "one to one only (Ensembl Compara, HGNC; data/orthologues.csv)",
            "notes": list(self.notes),
        }


def compare_species(
    mouse: pd.DataFrame, human: pd.DataFrame, *, people: AnnData | None = None
) -> CrossSpecies:
    """Lay a mouse signature over a human one.

    Only one-to-one orthologues that both tables measured count, so the background is what could be seen.
    Proteins move together, in a way that a table of fold changes does not show. Given the people behind the
    human signature, the variance of the agreement is widened by what their correlations say, once with
    the mouse signature fixed and once with the human one fixed (mouse errors taken to correlate
    like human ones); the larger widening is used.

    Parameters
    ----------
    mouse, human : DataFrame
        One row a gene, as `read_contrast` reads them.
    people : AnnData of shape (n, assays), optional
        Levels of the people of the human contrast, with ``obs["group"]`` and ``var["gene"]``.

    Returns
    -------
    CrossSpecies

    Raises
    ------
    CohortError
        Tables that cannot be read, or fewer than 5 pairs with fold changes other than zero.

    References
    ----------
    Efron, J Am Stat Assoc 2007, doi:10.1198/016214506000001211 (correlation between tests widens the null).

    Examples
    --------
    >>> genes = ["Ccl17", "Il6", "Tnf", "Ccl22", "Ifng", "Il10"]
    >>> mouse = pd.DataFrame({"gene": genes, "logFC": [1.0, 0.5, -0.4, 0.8, -0.3, 0.1]})
    >>> human = pd.DataFrame({"gene": [g.upper() for g in genes], "logFC": [0.9, 0.3, -0.2, 1.0, -0.5, 0.2]})
    >>> found = compare_species(mouse, human).concordance
    >>> found.agree, round(found.correlation, 2)
    (6, 0.95)
    """
    theirs, notes = read_contrast(mouse, where="the mouse table")
    ours, more = read_contrast(human, where="the human table")
    pairs, lost = _pair(theirs, ours)
    if len(pairs) < FEWEST_PAIRS:
        raise CohortError(
            f"at least {FEWEST_PAIRS} one-to-one orthologues in both tables",
            f"{len(pairs)} of {len(theirs)} mouse and {len(ours)} human genes",
            "write official gene symbols (mouse Ccl17, human CCL17)",
        )
    moved = int((pairs[["mouse_log2_fold_change", "human_log2_fold_change"]] != 0).all(axis=1).sum())
    if moved < FEWEST_PAIRS:
        raise CohortError(
            f"at least {FEWEST_PAIRS} pairs with fold changes other than zero",
            f"{moved} of {len(pairs)}",
            "give the fold changes of all measured genes, not only of those called changed",
        )
    together = None if people is None else _correlation(people, pairs["human_gene"])
    notes = [*notes, *more, *_doubts(pairs, theirs)]
    return CrossSpecies(pairs, lost, concordance(pairs, together), tuple(notes))


def _pair(mouse: pd.DataFrame, human: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    mapped = to_human(mouse["gene"])
    mouse = mouse.assign(mouse_gene=mapped["mouse_gene"], key=mapped["human_gene"], reason=mapped["reason"])
    human = human.assign(key=human["gene"].str.upper())
    both = human.merge(mouse[mouse["key"] != ""], on="key", suffixes=("_h", "_m"))
    pairs = pd.DataFrame({"human_gene": both["key"], "mouse_gene": both["mouse_gene"]})
    for side, mark in (("mouse", "m"), ("human", "h")):
        for name in ("log2_fold_change", "standard_error", "p_value"):
            pairs[f"{side}_{name}"] = both[f"{name}_{mark}"]
    pairs["same_direction"] = np.where(
        np.sign(both["log2_fold_change_m"]) == np.sign(both["log2_fold_change_h"]), "yes", "no"
    )
    met = set(pairs["human_gene"])
    rows = [
        ("mouse", gene, reason or f"{key} is not in the human table")
        for gene, key, reason in zip(mouse["gene"], mouse["key"], mouse["reason"], strict=True)
        if key not in met
    ]
    alone = human[~human["key"].isin(pairs["human_gene"])]
    partners = to_mouse(alone["key"])
    rows += [
        ("human", gene, reason or f"{partner} is not in the mouse table")
        for gene, partner, reason in zip(
            alone["gene"], partners["mouse_gene"], partners["reason"], strict=True
        )
    ]
    return pairs, pd.DataFrame(rows, columns=["side", "gene", "reason"])


def _doubts(pairs: pd.DataFrame, mouse: pd.DataFrame) -> list[str]:
    notes = []
    if len(pairs) < FEW_PAIRS:
        notes.append(f"{len(pairs)} pairs only: the interval is wide")
    for side in ("mouse", "human"):
        if len(pairs) > 1 and (pairs[f"{side}_log2_fold_change"] > 0).all():
            notes.append(
                f"every {side} fold change is above zero: are these log2 ratios, and all genes measured?"
            )
    if len(pairs) < len(mouse) / 2:
        notes.append(f"{len(mouse) - len(pairs)} of {len(mouse)} mouse genes have no partner here")
    return notes


def _correlation(people: AnnData, genes: pd.Series) -> Array:
    """Correlation of proteins among people of one group; zero where a protein is not measured."""
    levels = np.asarray(people.X, dtype=float)
    if "group" in people.obs:
        for group in people.obs["group"].astype(str).unique():
            own = (people.obs["group"].astype(str) == group).to_numpy()
            known = np.isfinite(levels[own])
            levels[own] -= np.where(known, levels[own], 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    symbols = [as_text(gene).upper() for gene in people.var["gene"]]
    place = {symbol: i for i, symbol in reversed(list(enumerate(symbols)))}
    residuals = np.zeros((len(levels), len(genes)))
    for j, gene in enumerate(genes):
        if gene in place:
            residuals[:, j] = np.nan_to_num(levels[:, place[gene]])
    residuals -= residuals.mean(axis=0)
    size = np.sqrt((residuals**2).sum(axis=0))
    scaled = residuals / np.where(size > 0, size, 1.0)
    found = scaled.T @ scaled
    np.fill_diagonal(found, 1.0)
    return np.clip(found, -1.0, 1.0)

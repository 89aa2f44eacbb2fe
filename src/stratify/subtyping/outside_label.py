"""Labels from outside the proteins: a clinical column with a cut-off, or with positive words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.errors import CohortError, ExperimentError, listed
from stratify.signatures.pathways import members
from stratify.signatures.protein_set import ProteinSet
from stratify.subtyping.labels import UNLABELLED


@dataclass(frozen=True)
class OutsideLabel:
    """How a column becomes a label; a missing value stays unlabelled.

    Parameters
    ----------
    column : str
        Its name, for messages.
    cutoff : float, optional
        For numbers.
    side : {"above", "below"}
        Which side of the cut-off is positive; the cut-off itself is not.
    positive, negative : tuple of str
        For words; all other words are negative when ``negative`` is empty, and unlabelled otherwise.
    """

    column: str
    cutoff: float | None = None
    side: Literal["above", "below"] = "above"
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()

    def label(self, values: pd.Series) -> NDArray[np.int64]:
        """Label a column.

        Parameters
        ----------
        values : Series
            Index sample id.

        Returns
        -------
        integer array of shape (n,)
            1, 0, or -1 where nothing is known.

        Raises
        ------
        ExperimentError
            Neither, or both, of a cut-off and positive words.
        CohortError
            Cells of a number column that are no finite number, or a word that no sample has.

        Examples
        --------
        >>> ige = pd.Series([20.0, 900.0, None], index=["a", "b", "c"])
        >>> OutsideLabel("IgE", cutoff=150.0).label(ige).tolist()
        [0, 1, -1]
        """
        if (self.cutoff is None) == (not self.positive):
            raise ExperimentError(
                f"a cut-off or positive values for the column {self.column}",
                "neither" if self.cutoff is None else "both",
                "name one of cutoff and positive_values",
            )
        if self.cutoff is None:
            return self._by_word(values)
        return self._by_number(values, self.cutoff)

    def statement(self) -> str:
        """Say what is positive."""
        if self.cutoff is not None:
            return f"{self.column} {self.side} {self.cutoff:g}"
        return f"{self.column} is {' or '.join(self.positive)}"

    def _by_number(self, values: pd.Series, cutoff: float) -> NDArray[np.int64]:
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
        stated = (values.notna() & (values.astype(str).str.strip() != "")).to_numpy()
        wrong = values.index[stated & ~np.isfinite(numbers)]
        if len(wrong):
            raise CohortError(
                f"finite numbers in {self.column}, or empty cells",
                f"{len(wrong)} other cells: {listed(wrong)}",
                "write a number (for a value below the limit of detection, that limit), or leave it empty",
            )
        positive = numbers > cutoff if self.side == "above" else numbers < cutoff
        return np.where(stated, positive.astype(np.int64), UNLABELLED)

    def _by_word(self, values: pd.Series) -> NDArray[np.int64]:
        words = values.astype("string").fillna("").str.strip()
        for name in (*self.positive, *self.negative):
            if not (words == name).any():
                raise CohortError(
                    f"the value {name} in the column {self.column}",
                    "no sample has it",
                    "name values as they stand",
                )
        y = np.full(len(words), UNLABELLED, dtype=np.int64)
        y[(words != "").to_numpy() if not self.negative else words.isin(self.negative).to_numpy()] = 0
        y[words.isin(self.positive).to_numpy()] = 1
        return y


def measured_as(column: str, proteins: Sequence[str], assays: pd.DataFrame) -> NDArray[np.bool_]:
    """Which assays measure what an outside column says: named proteins, or one of the column's own name.

    Parameters
    ----------
    column : str
        Of the label.
    proteins : sequence of str
        Gene symbols or UniProt accessions that the column measured by other means.
    assays : DataFrame
        Columns ``uniprot`` and ``gene``.

    Returns
    -------
    boolean array of shape (n_assays,)

    Raises
    ------
    ExperimentError
        A named protein that no assay measures.

    Examples
    --------
    >>> measured_as("TARC", ["CCL17"], pd.DataFrame({"uniprot": ["Q92583"], "gene": ["CCL17"]})).tolist()
    [True]
    """
    found = {name: members(ProteinSet(name, ((name, 1.0),)), assays) for name in (*proteins, column)}
    if absent := [name for name in proteins if not found[name].any()]:
        raise ExperimentError(
            "proteins of the outside label as the assays name them",
            f"no assay of {listed(absent)}",
            "name gene symbols or UniProt accessions, or leave out what was not measured",
        )
    return np.any(list(found.values()), axis=0)

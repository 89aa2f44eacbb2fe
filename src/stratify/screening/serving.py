"""Loader for MLflow: a bundle behind ``predict``, its inputs checked before anything sees them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stratify.assays.harmonise.offset_error import VENDOR_ERROR
from stratify.errors import ScreeningError, listed
from stratify.learning.frozen import PLASMA, Batch, FrozenModel
from stratify.learning.scores import score_batch
from stratify.learning.subset import by_pattern
from stratify.reporting.bundle import read_bundle
from stratify.reporting.verified_folder import verify_folder
from stratify.screening.alignment import refuse_uncovered
from stratify.screening.results import describe

# MLflow adds this file to a folder that it fetches from its registry.
_OF_THE_REGISTRY = ("registered_model_meta",)


@dataclass(frozen=True, eq=False)
class ServedModel:
    """What MLflow calls.

    Parameters
    ----------
    model : FrozenModel
        The model.
    digest : str
        Content digest of its folder.
    """

    model: FrozenModel
    digest: str

    def predict(self, profiles: pd.DataFrame) -> pd.DataFrame:
        """Score rows of protein levels, taken as normalised by the vendor.

        The kind of tube is not stated on this road. A model of plasma, which calls nobody without it, takes
        the rows for its own kind.

        Parameters
        ----------
        profiles : DataFrame
            Index sample ids, columns assay ids of the model in any order, numbers; NaN where missing.

        Returns
        -------
        DataFrame
            Columns as in ``results.csv``.

        Raises
        ------
        ScreeningError
            Columns that are unknown, repeated, not numbers or too few; the message holds no value.
        """
        levels = self._aligned(profiles)
        batch = Batch(
            profiles=levels,
            below_lod=np.zeros(levels.shape, dtype=bool),
            quality=["ok" if seen else "fail" for seen in np.isfinite(levels).any(axis=1)],
            anchored="vendor",
            offset_error=np.full(levels.shape[1], VENDOR_ERROR),
            matrix=[self.model.matrix] * len(levels) if self.model.matrix in PLASMA else (),
        )
        obs = pd.DataFrame(index=profiles.index.astype(str))
        tables = [
            describe(fitting, part, score_batch(fitting, part), obs.iloc[rows], self.digest)[0].set_axis(rows)
            for rows, fitting, part in by_pattern(self.model, batch)
        ]
        return pd.concat(tables).sort_index()

    def _aligned(self, profiles: pd.DataFrame) -> np.ndarray:
        known = self.model.assays.index
        if not isinstance(profiles, pd.DataFrame) or not len(profiles):
            raise _refusal("no table, or one without rows")
        columns = profiles.columns.astype(str)
        _refuse_columns("unknown", columns[~columns.isin(known)])
        _refuse_columns("repeated", columns[columns.duplicated()])
        kinds = enumerate(zip(columns, profiles.dtypes, strict=True))
        wrong = [name for place, (name, kind) in kinds if not _has_numbers(profiles, place, kind)]
        _refuse_columns("not numbers", wrong)
        refuse_uncovered(self.model, known.isin(columns))
        levels = profiles.set_axis(columns, axis=1).reindex(columns=known).to_numpy(float, na_value=np.nan)
        _refuse_columns("infinite", known[np.isinf(levels).any(axis=0)])
        return np.ascontiguousarray(levels)


def _has_numbers(table: pd.DataFrame, place: int, kind: Any) -> bool:
    """Say whether a column holds numbers and gaps; JSON leaves a gap as None, in a column of objects."""
    if pd.api.types.is_object_dtype(kind):
        return all(value is None or type(value) in (int, float) for value in table.iloc[:, place])
    return pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)


def _refusal(found: str) -> ScreeningError:
    return ScreeningError(
        "a table with one row a sample and the model's assay ids as columns of numbers",
        found,
        "name the columns as in the model's signature",
    )


def _refuse_columns(fault: str, columns: pd.Index | list[str]) -> None:
    if len(columns):
        raise _refusal(f"{len(columns)} columns {fault}: {listed(columns)}")


def _load_pyfunc(path: str) -> ServedModel:
    """Load a bundle for MLflow; the model folder around it is checked like on every other road."""
    bundle = Path(path)
    digest = verify_folder(bundle.parent, tolerated=_OF_THE_REGISTRY)
    return ServedModel(read_bundle(bundle), digest)

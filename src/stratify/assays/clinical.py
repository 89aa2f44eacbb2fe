"""Clinical columns joined to samples, with every sample without a partner named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.files.delivered import Source
from stratify.assays.files.tables import read_cells
from stratify.assays.files.tables import sample_column as find_sample_column
from stratify.assays.sample_names import patient_rows
from stratify.assays.schema import as_text, canonical_column, normalise_obs
from stratify.errors import AssayFileError, ClinicalTableError, listed, nearest

Clinical = str | Path | pd.DataFrame


@dataclass(frozen=True)
class Unmatched:
    """Samples without a partner after a join.

    Parameters
    ----------
    only_assay : tuple of str
        Patients' samples that the clinical table does not name; controls are not expected there.
    only_clinical : tuple of str
        Ids of the clinical table that were not measured.
    """

    only_assay: tuple[str, ...]
    only_clinical: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.only_assay or self.only_clinical)

    def lines(self) -> list[str]:
        """Name every sample without a partner, one line a side.

        Returns
        -------
        list of str

        Examples
        --------
        >>> Unmatched(("S1", "S2"), ()).lines()
        ['not in the clinical table: S1, S2']
        """
        sides = (("clinical table", self.only_assay), ("assay file", self.only_clinical))
        return [f"not in the {where}: {listed(ids, len(ids))}" for where, ids in sides if ids]


def read_clinical(path: Source) -> pd.DataFrame:
    """Read a clinical table, one row a sample.

    Parameters
    ----------
    path : str, Path or Delivered
        Text table or workbook.

    Returns
    -------
    DataFrame
        Cells as delivered.

    Raises
    ------
    ClinicalTableError
        A file that holds no table.
    """
    try:
        return read_cells(path)
    except AssayFileError as error:
        raise ClinicalTableError(
            "a clinical table, one row a sample (a text table or a workbook)",
            error.found,
            "save the table again, as a workbook or a text table, or leave it out",
        ) from error


def join_clinical(
    adata: AnnData, clinical: Clinical | Sequence[Clinical], *, sample_column: str | None = None
) -> tuple[AnnData, Unmatched]:
    """Join one or several clinical tables to samples by their id.

    All samples are kept; one without a partner has empty clinical columns. Column names and values become
    canonical (`schema`). Where several tables contradict each other the cell is left empty, and `check` names
    the samples.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        Protein levels.
    clinical : path or DataFrame, or sequence of them
        One row a sample.
    sample_column : str, optional
        The tables' column of sample ids; found by its name where not given.

    Returns
    -------
    joined : AnnData
        A copy with clinical columns in ``obs``; a ``sample_type`` of the table replaces the reader's.
        ``uns["stratify"]["conflicts"]`` lists columns and samples for which several tables differ.
    unmatched : Unmatched
        Samples without a partner, on both sides.

    Raises
    ------
    ClinicalTableError
        No table, no such column, an id that occurs twice, no id in common, or a column that contradicts the
        assay file.
    """
    given = [clinical] if isinstance(clinical, str | Path | pd.DataFrame) else clinical
    if not given:
        raise ClinicalTableError("at least one clinical table", "none was named", "name a table")
    people = adata.obs_names[patient_rows(adata)]
    tables = [_matching(one, people, sample_column) for one in given]
    table, conflicts = _merged_tables(tables)
    unmatched = Unmatched(
        tuple(people.difference(table.index, sort=False)),
        tuple(table.index.difference(adata.obs_names, sort=False)),
    )
    joined = adata.copy()
    for name in table.columns:
        joined.obs[name] = _merged(adata.obs, table[name])
    if "sample_type" in table:
        _name_controls(joined.obs)
    if conflicts["sample"]:
        joined.uns["stratify"] = {**joined.uns.get("stratify", {}), "conflicts": conflicts}
    return joined, unmatched


def _matching(clinical: Clinical, people: pd.Index, sample_column: str | None) -> pd.DataFrame:
    """Table by sample id; it must know at least one of the people."""
    table = _indexed(
        clinical if isinstance(clinical, pd.DataFrame) else read_clinical(clinical), sample_column
    )
    if not len(people.intersection(table.index)):
        raise ClinicalTableError(
            "sample ids that occur in the assay file",
            f"none in common; assay file: {listed(people, 3)}; clinical table: {listed(table.index, 3)}",
            "name the column that holds the ids of the assay file",
        )
    return table


def _merged_tables(tables: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, Mapping[str, list[str]]]:
    """Put tables side by side, cells that contradict each other empty; list these by column and sample."""
    merged = tables[0]
    conflicts: dict[str, list[str]] = {"column": [], "sample": []}
    for table in tables[1:]:
        index = merged.index.append(table.index.difference(merged.index, sort=False))
        merged, table = merged.reindex(index), table.reindex(index)
        for name in table.columns:
            if name not in merged:
                merged[name] = table[name]
                continue
            here, there = merged[name], table[name]
            differ = _known(here) & _known(there) & (here.map(as_text) != there.map(as_text))
            conflicts["column"] += [str(name)] * int(differ.sum())
            conflicts["sample"] += here.index[differ].tolist()
            merged[name] = here.where(_known(here), there).mask(differ, np.nan)
    return merged, conflicts


def _name_controls(obs: pd.DataFrame) -> None:
    """Give rows that the clinical table declares as control or bridge their own id as name."""
    names = obs["control_name"] if "control_name" in obs else pd.Series("", obs.index)
    named = names.where(names != "", obs.index.to_series())
    obs["control_name"] = named.where(obs["sample_type"] != "sample", "")


def _indexed(clinical: pd.DataFrame, column: str | None) -> pd.DataFrame:
    """Table by sample id, in canonical names and values."""
    name = column if column is not None else find_sample_column(clinical)
    if name is None or name not in clinical:
        raise ClinicalTableError(
            f"a column of sample ids{'' if column is None else f' named {column!r}'}",
            f"columns {listed(clinical.columns, 8)}",
            nearest(column or "sample_id", [str(word) for word in clinical.columns]),
        )
    ids = pd.Index([as_text(cell) for cell in clinical[name]], dtype=object)
    repeated = ids[ids.duplicated()].unique()
    if len(repeated) or "" in ids:
        raise ClinicalTableError(
            "one row a sample in the clinical table",
            f"several rows for {listed(repeated)}" if len(repeated) else "a row without a sample id",
            "keep one row a sample; give visits their own sample ids",
        )
    named = clinical.loc[:, clinical.columns != ""].drop(columns=name, errors="ignore")
    return normalise_obs(named.set_axis(ids, axis=0)).drop(columns="sample_id", errors="ignore")


def _merged(obs: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Spread clinical values over the samples; one that the assay file gave may not be contradicted."""
    there = values.reindex(obs.index)
    if values.dtype == object:
        there = there.fillna("")
    if values.name not in obs:
        return there
    here = obs[values.name].astype(object) if obs[values.name].dtype == "category" else obs[values.name]
    known, told = _known(here), _known(there)
    if values.name == "sample_type":
        return there.where(told, here)
    differ = (known & told & (here.astype(str) != there.astype(str))).to_numpy()
    if differ.any():
        raise ClinicalTableError(
            f"one value of {values.name!r} a sample",
            f"the assay file and the clinical table differ for {listed(obs.index[differ])}",
            "correct the column in one of the two, or remove it from the clinical table",
        )
    return here.where(known, there)


def _known(values: pd.Series) -> pd.Series:
    return values.notna() & (values.astype(str) != "")


def require_columns(obs: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Find columns that an analysis names, in the file's or the canonical spelling.

    Parameters
    ----------
    obs : DataFrame
        Samples.
    names : sequence of str
        Columns as an experiment writes them.

    Returns
    -------
    list of str
        Their names in `obs`.

    Raises
    ------
    ClinicalTableError
        Naming the nearest column for the first that is missing.

    Examples
    --------
    >>> require_columns(pd.DataFrame({"group": ["HC"], "MADRS": [3]}), ["Diagnosis", "MADRS"])
    ['group', 'MADRS']
    """
    found = []
    for name in names:
        known = next((word for word in (name, canonical_column(name)) if word in obs), None)
        if known is None:
            columns = [str(word) for word in obs.columns]
            raise ClinicalTableError(
                f"a column {name!r}", f"columns {listed(columns, 12)}", nearest(name, columns)
            )
        found.append(known)
    return found

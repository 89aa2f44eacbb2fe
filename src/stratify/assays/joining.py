"""Several tables made one: plates below each other, panels side by side, the same data only once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import count

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.plates import by_panel, store_by_panel
from stratify.assays.proteins.matching import match_assays
from stratify.assays.sample_names import patient_rows
from stratify.assays.scattered import refuse_scattered
from stratify.errors import AssayFileError, listed

_LEAST_SHARED = 0.5  # of the smaller table's samples or assays; fewer speak of other spellings
_ROUNDING = 1e-6


def combine(tables: Sequence[AnnData]) -> AnnData:
    """Make one table of several that hold other samples, other assays, or the same data once more.

    Assays are the same as `match_assays` says, samples by their id. What a table does not hold is NaN. A
    control that repeats gets a name of its own, unless all its levels repeat too.

    Parameters
    ----------
    tables : sequence of AnnData
        At least one, in the order of the samples and assays of the result.

    Returns
    -------
    AnnData of shape (all samples, all assays)
        Provenance of all of them.

    Raises
    ------
    AssayFileError
        Two scales or platforms, nothing or little in common, or two levels for one sample and assay.
    """
    return reduce(_join, tables)


def _join(left: AnnData, right: AnnData) -> AnnData:
    right = right.copy()
    right.var_names = _names_in(left.var, right.var)
    assays = left.var_names.intersection(right.var_names)
    _refuse_apart(left, right, assays)
    if len(assays):
        right.obs_names = pd.Index(_row_names(left, right, assays), dtype=object)
        right.obs["sample_id"] = right.obs_names
    _refuse_other_units(left, right, assays)
    rows = left.obs_names.union(right.obs_names, sort=False)
    columns = left.var_names.union(right.var_names, sort=False)
    obs = _obs(left, right, rows)
    joined = AnnData(
        _filled(left.to_df(), right.to_df(), rows, columns), obs=obs, var=_var(left, right, columns)
    )
    for name in dict.fromkeys([*left.layers, *right.layers]):
        joined.layers[name] = _filled(_layer(left, name), _layer(right, name), rows, columns)
    for name in dict.fromkeys([*left.obsm, *right.obsm]):
        joined.obsm[name] = _worded(_beside(left, right, name).reindex(rows))
    joined.uns["stratify"] = _provenance(left, right)
    return joined


def _names_in(known: pd.DataFrame, var: pd.DataFrame) -> pd.Index:
    """Name each assay as the table to the left does, where it has it."""
    position = match_assays(var, known)
    names = [known.index[j] if j >= 0 else name for j, name in zip(position, var.index, strict=True)]
    return pd.Index(names, dtype=object)


def _refuse_apart(left: AnnData, right: AnnData, assays: pd.Index) -> None:
    """Tables must share most of the smaller one's assays (plates) or of its samples (panels)."""
    people = [part.obs_names[patient_rows(part)] for part in (left, right)]
    same = people[0].intersection(people[1])
    enough = (
        len(assays) >= _LEAST_SHARED * min(left.n_vars, right.n_vars),
        len(same) >= _LEAST_SHARED * min(map(len, people)) > 0,
    )
    if any(enough):
        return
    apart = people[0].symmetric_difference(people[1])
    raise AssayFileError(
        "tables with the same assays (plates) or with the same samples (panels)",
        f"{len(assays)} shared assays and {len(same)} shared samples; "
        f"{len(apart)} samples in one table only: {listed(apart)}",
        "read the files apart, or write the ids of samples alike in all of them",
    )


def _row_names(left: AnnData, right: AnnData, assays: pd.Index) -> list[str]:
    """Give controls of another plate names of their own; a person's id may not stand for two samples."""
    before = pd.DataFrame(left[:, assays].X, left.obs_names)
    after = pd.DataFrame(right[:, assays].X, right.obs_names)
    shared = before.index.intersection(after.index)
    differ = (before.loc[shared] - after.loc[shared]).abs() > _ROUNDING
    other = set(shared[differ.any(axis=1)])
    people = set(right.obs_names[patient_rows(right)]) | set(left.obs_names[patient_rows(left)])
    twice = [name for name in after.index if name in other and name in people]
    if twice:
        raise AssayFileError(
            "each sample has an id of its own, or the same levels wherever it occurs",
            f"more than one row for {listed(twice)}, with different levels",
            "give each tube its own id, or call it a bridge sample in a column sample_type",
        )
    taken = set(left.obs_names) | set(right.obs_names)
    names = []
    for name, control in zip(right.obs_names, right.obs["control_name"].fillna(""), strict=True):
        if name in other:
            name = next(new for k in count(2) if (new := f"{control or name} #{k}") not in taken)
            taken.add(name)
        names.append(str(name))
    return names


def _refuse_other_units(left: AnnData, right: AnnData, assays: pd.Index) -> None:
    """Refuse two scales; a plain table does not say its own, and may repeat the levels of one that does."""
    repeats = len(assays) and len(left.obs_names.intersection(right.obs_names)) == min(
        left.n_obs, right.n_obs
    )
    for fact, silent in (("scale", "unknown"), ("platform", "table")):
        here, there = left.uns["stratify"][fact], right.uns["stratify"][fact]
        if here != there and not (repeats and silent in (here, there)):
            raise AssayFileError(
                f"tables of one {fact}",
                f"{here} and {there}",
                "read them apart; levels of two scales cannot be joined",
            )


def _filled(left: pd.DataFrame, right: pd.DataFrame, rows: pd.Index, columns: pd.Index) -> np.ndarray:
    refuse_scattered("the tables together", len(rows), len(columns), left.size + right.size)
    values = np.full((len(rows), len(columns)), np.nan)
    for table in (right, left):  # where both have a level, the first table's
        at = np.ix_(rows.get_indexer(table.index), columns.get_indexer(table.columns))
        levels = table.to_numpy(dtype=float)
        values[at] = np.where(np.isnan(levels), values[at], levels)
    return values


def _layer(part: AnnData, name: str) -> pd.DataFrame:
    values = part.layers[name] if name in part.layers else np.full(part.shape, np.nan)
    return pd.DataFrame(np.asarray(values), part.obs_names, part.var_names)


def _beside(left: AnnData, right: AnnData, name: str) -> pd.DataFrame:
    """Join what both tables keep of each sample under one name, such as levels of internal controls."""
    frames = [
        pd.DataFrame(part.obsm[name]).set_axis(part.obs_names) for part in (left, right) if name in part.obsm
    ]
    order = list(dict.fromkeys(column for frame in frames for column in frame.columns))
    return (frames[0] if len(frames) == 1 else frames[0].combine_first(frames[1]))[order]


def _obs(left: AnnData, right: AnnData, rows: pd.Index) -> pd.DataFrame:
    obs = _known(left.obs).combine_first(_known(right.obs)).reindex(rows)
    order = [*left.obs.columns, *right.obs.columns.difference(left.obs.columns, sort=False)]
    obs = obs[order]
    panels = list(dict.fromkeys([*left.var["panel"], *right.var["panel"]]))
    for name in ("plate", "qc"):
        if len(panels) > 1 and (name in left.obs or name in right.obs):
            _join_by_panel(obs, name, (left, right))
    return _worded(obs)


def _worded(frame: pd.DataFrame) -> pd.DataFrame:
    """Write a word that is not known as ""."""
    words = [str(name) for name in frame.columns if frame[name].dtype == object]
    return frame.assign(**{name: frame[name].where(frame[name].notna(), "") for name in words})


def _known(frame: pd.DataFrame) -> pd.DataFrame:
    """Write a missing word as missing, so that another table may fill it."""
    words = [str(name) for name in frame.columns if frame[name].dtype == object]
    return frame.assign(**{name: frame[name].where(frame[name] != "") for name in words})


def _join_by_panel(obs: pd.DataFrame, name: str, parts: Sequence[AnnData]) -> None:
    tables = [by_panel(part.obs, name, part.var["panel"].drop_duplicates().tolist()) for part in parts]
    table = pd.concat([table.reindex(obs.index).fillna("") for table in tables], axis=1)
    store_by_panel(obs, name, table.T.groupby(level=0, sort=False).max().T)


def _var(left: AnnData, right: AnnData, columns: pd.Index) -> pd.DataFrame:
    var = _known(left.var).combine_first(_known(right.var)).reindex(columns)
    var = var.drop(
        columns="detectability", errors="ignore"
    )  # of one part only; `detectability` finds it anew
    order = [name for name in dict.fromkeys([*left.var.columns, *right.var.columns]) if name in var]
    var = _worded(var[order])
    if "lot" in left.var and "lot" in right.var:
        lots = [part.var["lot"].reindex(columns).fillna("") for part in (left, right)]
        var["lot"] = [
            " | ".join(dict.fromkeys(lot for lot in pair if lot)) for pair in zip(*lots, strict=True)
        ]
    return var


def _provenance(left: AnnData, right: AnnData) -> dict[str, object]:
    here, there = left.uns["stratify"], right.uns["stratify"]
    words = dict.fromkeys(word for word in (here["normalization"], there["normalization"]) if word)
    lists = {
        key: list(dict.fromkeys([*here.get(key, []), *there.get(key, [])]))
        for key in ("removed", "skipped", "notes")
    }
    known = {
        fact: there[fact] if here[fact] == silent else here[fact]
        for fact, silent in (("scale", "unknown"), ("platform", "table"))
    }
    return {**there, **here, **known, **lists, "normalization": "; ".join(words)}

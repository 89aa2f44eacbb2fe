"""The samples of a long Olink table: which rows mean the same tube, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from stratify.assays.assay_table import index_rows
from stratify.assays.layouts.long_table import by_unique
from stratify.assays.plates import store_by_panel, worst_verdict
from stratify.assays.sample_names import is_negative_control, sample_types
from stratify.assays.schema import normalise_obs, normalise_word
from stratify.errors import AssayFileError

_CONTROL_TYPES = {"negative": "negative", "plate": "plate", "sample": "sample"}
_BY_PANEL = ("plate", "well", "panel", "qc", "control_type")


def type_samples(spots: pd.DataFrame, where: str) -> pd.DataFrame:
    """Tell patients' samples from controls and bridges, and the kinds of controls from each other.

    Parameters
    ----------
    spots : DataFrame
        As `LongTable.spots`.
    where : str
        Name of the table, for the message.

    Returns
    -------
    DataFrame
        With the canonical ``sample_type``, and ``control_type``: negative, plate, sample, or "".

    Raises
    ------
    AssayFileError
        One sample that the file calls both a sample and a control.
    """
    stated = spots[["sample_id", "sample_type"]].drop_duplicates()
    names = stated["sample_id"].drop_duplicates()
    words = stated["sample_type"].map(
        {word: normalise_word("sample_type", word) for word in stated["sample_type"].unique()}
    )
    known = stated[words.isin(["sample", "control", "bridge"])]
    twice = known.assign(word=words).drop_duplicates(["sample_id", "word"])["sample_id"].duplicated()
    if twice.any():
        raise AssayFileError(
            "one type for each sample, in all rows",
            f"{where}: sample {known['sample_id'][twice.index[twice]].iloc[0]} has several",
            "give a control another id than a patient's sample",
        )
    declared = dict(zip(known["sample_id"], known["sample_type"], strict=True))
    types = sample_types(names.tolist(), [declared.get(name, "") for name in names])
    canonical = dict(zip(names, types, strict=True))
    return spots.assign(
        sample_type=spots["sample_id"].map(canonical),
        control_type=by_unique(spots["sample_type"], _control_type),
    )


def _control_type(word: object) -> str:
    text = str(word).lower()
    return next(
        (kind for kind in ("negative", "plate", "sample") if text.startswith(kind) and text != kind), ""
    )


def place_samples(spots: pd.DataFrame) -> np.ndarray:
    """Give each spot its row: one for a person's sample, one for a control well.

    A control that repeats is told apart by plate and well. Its wells on other panels belong to the same row
    in the order of their plates.

    Parameters
    ----------
    spots : DataFrame
        As from `type_samples`.

    Returns
    -------
    ndarray of int, shape (len(spots),)
        Row of each spot: samples in the order of the file, wells of a control in the order of their plates.
    """
    sample, _ = pd.factorize(spots["sample_id"])
    rank = np.zeros(len(spots), dtype=np.int64)
    controls = spots[(spots["sample_type"] != "sample").to_numpy()]
    if len(controls):
        wells = controls.groupby(["sample_id", "plate", "well"], sort=True)["panel"].agg(frozenset)
        taken: dict[str, list[set[str]]] = {}
        names = wells.index.get_level_values("sample_id")
        places = [_place(taken.setdefault(name, []), on) for name, on in zip(names, wells, strict=True)]
        keys = pd.MultiIndex.from_frame(controls[["sample_id", "plate", "well"]])
        rank[controls.index] = np.array(places)[wells.index.get_indexer(keys)]
    return np.unique(sample * (rank.max() + 1) + rank, return_inverse=True)[1]


def _place(rows: list[set[str]], panels: frozenset[str]) -> int:
    """Put a well into the first row of its control where none of its panels is taken."""
    for i, taken in enumerate(rows):
        if not taken & panels:
            taken |= panels
            return i
    rows.append(set(panels))
    return len(rows) - 1


def constant_columns(spots: pd.DataFrame, row: np.ndarray, names: Sequence[str]) -> list[str]:
    """Find columns that say the same of all spots of a row.

    Parameters
    ----------
    spots : DataFrame
        As `LongTable.spots`.
    row : ndarray of int, shape (len(spots),)
        As from `place_samples`.
    names : sequence of str
        Columns to look at; those that are no longer there are not constant.

    Returns
    -------
    list of str
    """
    first = np.unique(row, return_index=True)[1]
    codes = {name: pd.factorize(spots[name], use_na_sentinel=False)[0] for name in names if name in spots}
    return [name for name, code in codes.items() if (code[first][row] == code).all()]


def describe_samples(
    spots: pd.DataFrame, row: np.ndarray, copies: np.ndarray, metadata: Mapping[str, str], where: str
) -> pd.DataFrame:
    """Say what is known of each row.

    Parameters
    ----------
    spots : DataFrame
        As from `type_samples`, with canonical panels and columns that are constant within a row.
    row : ndarray of int, shape (len(spots),)
        As from `place_samples`.
    copies : ndarray of int, shape (rows,)
        How often each row occurs: a control that repeats within a plate, in a file that names no wells.
    metadata : mapping of str to str
        What the file says about itself; the matrix of the samples, where it is one.
    where : str
        Name of the table, for messages.

    Returns
    -------
    DataFrame
        As ``AnnData.obs``; plate and verdict also by panel.

    Raises
    ------
    AssayFileError
        Two patients' samples with one id, or a row without an id.
    """
    first = np.unique(row, return_index=True)[1]
    obs = spots[[n for n in spots if n not in _BY_PANEL]].iloc[first].reset_index(drop=True)
    _name_controls(obs, spots["control_type"].to_numpy()[first])
    if spots["well"].any():
        obs["well"] = _by_panel(spots, row, "well").agg(_joined, axis=1)
    matrix = normalise_word("matrix", metadata.get("SampleMatrix", ""))
    if matrix in ("serum", "EDTA", "heparin", "citrate") and "matrix" not in obs:
        obs["matrix"] = np.where(obs["sample_type"] == "sample", matrix, "")
    for name in ("plate", "qc"):
        if spots[name].any():
            store_by_panel(obs, name, _by_panel(spots, row, name))
    return index_rows(normalise_obs(obs.loc[np.repeat(obs.index, copies)].reset_index(drop=True)), where)


def _name_controls(obs: pd.DataFrame, kinds: np.ndarray) -> None:
    names = (
        obs["control_name"]
        if "control_name" in obs
        else obs["sample_id"].str.replace(r" #\d+$", "", regex=True)
    )
    unclear = (kinds == "negative") & ~np.array(
        [is_negative_control(str(name)) for name in names], dtype=bool
    )
    names = names.where(~unclear, "Negative control")
    controls = obs["sample_type"] != "sample"
    obs["control_name"] = names.where(controls, "")
    if any(kinds[controls]):
        obs["control_type"] = np.where(controls, kinds, "")


def _by_panel(spots: pd.DataFrame, row: np.ndarray, name: str) -> pd.DataFrame:
    """Words of each row and panel; the worst of several verdicts, else all of them."""
    merge = worst_verdict if name == "qc" else _joined
    words = spots[name] if name == "well" else by_unique(spots[name], lambda w: normalise_word(name, str(w)))
    found = pd.DataFrame({"row": row, "panel": spots["panel"], "word": words}).drop_duplicates()
    keys = found[["row", "panel"]]
    several = keys.duplicated(keep=False)
    merged = found[several].groupby(["row", "panel"], sort=False)["word"].agg(merge).reset_index()
    once = pd.concat([found[~several], merged])
    return once.pivot(index="row", columns="panel", values="word").fillna("").sort_index(axis="columns")


def _joined(words: pd.Series) -> str:
    return " | ".join(sorted({word for word in words if word}))

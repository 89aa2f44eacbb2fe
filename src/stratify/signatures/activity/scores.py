"""Pathway activity of people, with the account of what each score stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.errors import CohortError, ExperimentError, listed, nearest
from stratify.signatures.activity.frozen import FrozenActivity, freeze
from stratify.signatures.activity.gene_sets import (
    RESERVED,
    SHIPPED,
    GeneSet,
    named_set,
    read_gene_sets,
    shipped_sets,
)
from stratify.signatures.activity.gsva import fit_gsva
from stratify.signatures.activity.gsva_caution import gsva_caution
from stratify.signatures.activity.measured import levels_of, measured_assays
from stratify.signatures.activity.method import Array, Members, Method, State, present_members
from stratify.signatures.activity.registry import method_named
from stratify.signatures.activity.set_table import ScoredSets, set_table, used_members
from stratify.signatures.pathways import HANDLING

FEWEST_SAMPLES, MOST_REMEMBERED = 3, 0.5
Sets = str | Path | Sequence[GeneSet] | Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Activity:
    """Scores of people.

    Parameters
    ----------
    scores : DataFrame of shape (samples, sets)
        Index sample id; NaN where nothing can be said.
    members : DataFrame of shape (samples, sets)
        How many members each score stands on.
    sets : DataFrame
        As from `set_table`, one row a set.
    method : Method
        How the scores came about.
    form : {"cohort", "frozen"}
        Whether the people are their own reference, or others were frozen.
    notes : tuple of str
        What a reader has to know.
    """

    scores: pd.DataFrame
    members: pd.DataFrame
    sets: pd.DataFrame
    method: Method
    form: str
    notes: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Scores with ``sample_id`` as the first column and one column a pathway."""
        return self.scores.rename_axis(index="sample_id").reset_index()


def pathway_activity(
    people: AnnData,
    *,
    method: str = "z",
    reference: str | FrozenActivity | None = None,
    sets: Sets | None = None,
    group: str = "group",
) -> Activity:
    """Score how active sets of proteins are in each person.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Log2 levels, such as ``open_cohort(files).people``; of several assays of one protein that of the
        preferred panel is used.
    method : str, default "z"
        ``z`` (mean z, weighted by detectability), ``gsva``, ``ssgsea``, ``plage`` or ``rank`` (needs no other
        people).
    reference : str or FrozenActivity, optional
        Name of the group that is the yardstick, or one that was frozen before (its method and sets are then
        used). Left out, the people are their own reference, as published.
    sets : path, sequence of GeneSet, or mapping of name to protein names, optional
        The shipped pathways if left out.
    group : str, default "group"
        Column of ``obs`` with the groups.

    Returns
    -------
    Activity

    Raises
    ------
    CohortError
        A group that nobody belongs to, or too few people.
    ExperimentError
        A method that does not exist, or sets without a name of their own.
    AssayFileError
        A file of sets that cannot be read.

    Examples
    --------
    >>> var = pd.DataFrame({"uniprot": ["Q92583", "P01375"], "gene": ["CCL17", "TNF"]}, index=["a", "b"])
    >>> people = AnnData(np.array([[1.0, 2.0], [2.0, 2.5], [3.0, 1.0]]), var=var)
    >>> pathway_activity(people, sets={"mine": ["TARC"]}).scores["mine"].tolist()
    [-1.0, 0.0, 1.0]
    """
    if isinstance(reference, FrozenActivity):
        return frozen_activity(people, reference)
    chosen = method_named(method)
    wanted = _as_sets(sets)
    if reference is not None:
        rows = _rows_of(people, reference, group)
        return frozen_activity(people, freeze(people[rows], wanted, method=method, label=reference))
    if chosen.needs_reference and people.n_obs < FEWEST_SAMPLES:
        raise CohortError(
            f"at least {FEWEST_SAMPLES} samples that are their own reference",
            f"{people.n_obs}",
            "name a reference group, or use the method 'rank', which needs no other people",
        )
    columns, assays = measured_assays(people)
    scored = ScoredSets.on(wanted, assays)
    members = Members(scored.inside, assays["detectability"].to_numpy(dtype=float))
    levels = levels_of(people, columns)
    used = used_members(chosen, levels, members)
    values = chosen.cohort(levels, members)
    return _account(
        chosen,
        people,
        (scored, used, members.weights),
        (values, present_members(used, levels)),
        [*_cohort_notes(chosen, people), *_copies(people, columns)],
        (fit_gsva(levels, members) if chosen.name == "gsva" else {}, levels),
    )


def frozen_activity(people: AnnData, frozen: FrozenActivity) -> Activity:
    """Score people against a frozen reference.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        One or many; the number of a person does not depend on the others.
    frozen : FrozenActivity
        From `freeze`.

    Returns
    -------
    Activity

    Raises
    ------
    CohortError
        Levels of another scale, or none of the proteins.
    """
    levels = frozen.levels(people)
    weights = frozen.assays["detectability"].to_numpy(dtype=float)
    return _account(
        frozen.method,
        people,
        (frozen.sets, frozen.state["inside"], weights),
        frozen.scores(levels),
        _frozen_notes(frozen, levels, people.n_vars),
        (frozen.state, levels),
        form="frozen",
    )


def _as_sets(sets: Sets | None) -> list[GeneSet]:
    if sets is None:
        return shipped_sets()
    if isinstance(sets, str | Path):
        return read_gene_sets(sets)
    if isinstance(sets, Mapping):
        sets = [named_set(name, words, "given") for name, words in sets.items()]
    names = [named.name for named in sets]
    if not names or RESERVED in names or len(set(names)) < len(names):
        raise ExperimentError(
            f"sets with names of their own, none of them {RESERVED!r}",
            listed(names) if names else "no set",
            "name each set once",
        )
    return list(sets)


def _rows_of(people: AnnData, reference: str, group: str) -> NDArray[np.bool_]:
    groups = people.obs[group] if group in people.obs else pd.Series("", people.obs_names)
    groups = groups.astype(object).where(groups.notna(), "").astype(str)
    rows = ((groups == reference) & (groups != "")).to_numpy()
    if not rows.any():
        known = sorted(set(groups) - {""})
        raise CohortError(
            f"people of group {reference!r} in column {group!r}",
            f"nobody; groups: {listed(known)}" if known else "no groups",
            f"name another group; {nearest(reference, known)}"
            if known
            else "add a clinical table with groups",
        )
    return rows


def _account(
    method: Method,
    people: AnnData,
    sets: tuple[ScoredSets, NDArray[np.bool_], Array],
    scored: tuple[Array, NDArray[np.int64]],
    notes: list[str],
    gsva: tuple[State, Array],
    form: str = "cohort",
) -> Activity:
    """Put tables and notes together."""
    values, counts = scored
    table = set_table(method, *sets[:2], weights=sets[2], counts=counts, scores=values)
    notes = [f"{method.title}: {method.says}", f"limits: {method.limits}", *notes, *_set_notes(table)]
    if method.name == "gsva":
        caution = gsva_caution(*gsva)
        table["kernel_at_2sd"], table["shift_without_one_member"] = caution.at_two, caution.shift
        notes += caution.lines()
    names = list(sets[0].names)
    index = people.obs_names.astype(str)
    scores = pd.DataFrame(values, index=index, columns=names)
    members = pd.DataFrame(counts, index=index, columns=names)
    return Activity(scores, members, table, method, form, tuple(notes))


def _cohort_notes(method: Method, people: AnnData) -> list[str]:
    if not method.needs_reference:
        return ["each sample is scored from its own levels"]
    return [
        f"scores are relative to these {people.n_obs} samples: a lone patient cannot be scored by them, and "
        "they change with every sample that is added; name a reference group to freeze it"
    ]


def _frozen_notes(frozen: FrozenActivity, levels: Array, n_assays: int) -> list[str]:
    absent = int(np.isnan(levels).all(axis=0).sum())
    n = frozen.n_reference
    notes = ["each sample is scored from its own levels"]
    if frozen.method.needs_reference:
        notes = [
            f"frozen on {n} people ({frozen.label}): a patient's scores do not depend on the batch; those of "
            f"the {n} themselves lie too near to the middle"
        ]
    if absent:
        notes.append(f"{absent} of {len(frozen.assays)} proteins have no level here")
    if (others := n_assays - len(frozen.assays) + absent) > 0:
        notes.append(
            f"{others} assays are not used: another stands for their protein, or they were not frozen"
        )
    return notes


def _copies(people: AnnData, columns: NDArray[np.intp]) -> list[str]:
    left = people.n_vars - len(columns)
    return [f"{left} assays of proteins that another assay stands for were left out"] if left else []


def _set_notes(table: pd.DataFrame) -> list[str]:
    column = {str(name): table[name].to_numpy() for name in table}
    names, used = column["pathway"], column["used"] > 0
    none = names[~used]
    handling = names[(names == HANDLING) & (column["source"] == SHIPPED)]
    few = names[(column["measured"] < column["listed"] / 2) & used]
    unscored = names[(column["samples_not_scored"] > 0) & used]
    fewer = names[column["samples_on_fewer"] > 0]
    lost = names[(column["used"] < column["measured"]) & used]
    doubtful = names[column["verified_share"] < MOST_REMEMBERED]
    unknown = names[column["unknown"] != ""]
    lines = [
        (handling, "without proteins that belong to a T-helper axis or to the contrast of atopic dermatitis"),
        (none, "no member can be used, not scored"),
        (lost, "members that never vary in the reference or are never detectable were left out"),
        (few, "less than half of the members are measured"),
        (fewer, "some samples are scored on fewer members"),
        (unscored, "some samples are not scored: they have no level of a member, or of nothing else"),
        (doubtful, "less than half of the members are verified, the others are from memory"),
        (unknown, "some names stand for no known protein, or for several"),
    ]
    return [f"{listed(sets)}: {line}" for sets, line in lines if len(sets)]

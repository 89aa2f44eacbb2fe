"""Stress by blockade on behaviour: does the treatment change what stress does, beyond cage and cohort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from stratify.signatures.adjusted_rows import Effects, effects, prepare_rows
from stratify.signatures.animal_table import Animals
from stratify.signatures.cage_model import mixed_model_interaction

Array = NDArray[np.float64]

SPLIT_AT = 1.0  # interaction ratio; below it an animal is called susceptible
RATIO, DIFFERENCE = "ratio", "difference"
ROBUST = "cage as random effect, cohort as block, errors robust within cages (CR2)"
PLAIN = "cohort as block, ordinary errors (one animal a cage)"
MIXED = "interaction, mixed model"


@dataclass(frozen=True, eq=False)
class FactorialExperiment:
    """Effects in a two by two experiment.

    Parameters
    ----------
    effects : DataFrame
        One row an outcome, scale and effect; see `table`.
    counts : DataFrame
        Animals, cages and mean of each outcome in each cell.
    split : DataFrame or None
        Shares of susceptible animals, where asked for.
    notes : tuple of str
        What a reader must know.
    """

    effects: pd.DataFrame
    counts: pd.DataFrame
    split: pd.DataFrame | None
    notes: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """One row an effect.

        Returns
        -------
        DataFrame
            ``outcome``; ``scale`` (``difference`` in the outcome's unit, or ``ratio``); ``effect``
            (``interaction``: what treatment changes of the effect of stress; the four simple effects; the
            interaction in each cohort, over cohorts, and in a mixed model); ``estimate``, ``low``,
            ``high``, ``df``, ``p_value``; ``animals``, ``cages``, ``cohorts``; ``method``. On the
            ratio scale 1 means no effect. With a split its rows follow, scale ``share``.
        """
        return (
            self.effects if self.split is None else pd.concat([self.effects, self.split], ignore_index=True)
        )

    def facts(self) -> dict[str, Any]:
        """Give cells and notes as JSON can hold them."""
        return {
            "question": "does the treatment change what stress does to behaviour",
            "cells": self.counts.to_dict("records"),
            "split_used": self.split is not None,
            "notes": list(self.notes),
        }


def analyse_factorial(animals: Animals, *, split: bool = False, mixed: bool = True) -> FactorialExperiment:
    """Estimate the interaction of stress and treatment on each outcome, and the four simple effects.

    Cages are random effects (variance by the method of moments), cohorts are blocks, and errors are robust
    against any dependence within a cage, with Satterthwaite's degrees of freedom: a test that keeps its level
    with a dozen cages. Beside it stands a mixed model with cage and cohort as random effects, or the word
    that it did not converge. The interaction ratio is analysed as it is (difference of differences) and as
    its logarithm (ratio of ratios).

    Parameters
    ----------
    animals : Animals
        From `read_animals`.
    split : bool, default False
        Also tell the share of animals with an interaction ratio below 1 in each cell. Such a split throws
        away what lies between, so it is described and not tested.
    mixed : bool, default True
        Also fit the mixed model, which takes most of the time.

    Returns
    -------
    FactorialExperiment

    References
    ----------
    Golden et al., Nat Protoc 2011, doi:10.1038/nprot.2011.361 (the test and its split); Pustejovsky & Tipton,
    J Bus Econ Stat 2018, doi:10.1080/07350015.2016.1247004 (errors).
    """
    rows: list[dict[str, Any]] = []
    notes = [*animals.notes]
    for outcome in animals.outcomes:
        known = animals.table[outcome].notna()
        if (~known).any():
            notes.append(f"{outcome}: {int((~known).sum())} animals without a value are left out")
        part = animals.table[known]
        if part.groupby(["stress", "treatment"])["cage"].nunique().reindex(_CELLS, fill_value=0).min() < 2:
            notes.append(f"{outcome}: a cell has fewer than two cages with a value; not analysed")
            continue
        rows += _analysed(part, outcome, DIFFERENCE, mixed)
        if outcome == "interaction_ratio" and (part[outcome] > 0).all():
            rows += _analysed(part, outcome, RATIO, mixed)
        elif outcome == "interaction_ratio":
            zeros = int((part[outcome] <= 0).sum())
            notes.append(f"{outcome}: {zeros} animals at zero have no logarithm; no ratio of ratios")
    notes += _failures(rows)
    notes += _split_notes(animals, split)
    shares = _shares(animals.table) if split and "interaction_ratio" in animals.table else None
    return FactorialExperiment(pd.DataFrame(rows), _cells(animals), shares, tuple(notes))


_CELLS = pd.MultiIndex.from_product([(0, 1), (0, 1)], names=["stress", "treatment"])


def _analysed(part: pd.DataFrame, outcome: str, scale: str, mixed: bool) -> list[dict[str, Any]]:
    y = part[outcome].to_numpy(dtype=float)
    y = np.log(y) if scale == RATIO else y
    if np.ptp(y) == 0:
        return []
    s, d = (part[name].to_numpy(dtype=float) for name in ("stress", "treatment"))
    cohorts, cages = (np.unique(part[name], return_inverse=True)[1] for name in ("cohort", "cage"))
    blocks = (cohorts[:, None] == np.arange(1, cohorts.max() + 1)).astype(float)
    size = {"animals": len(y), "cages": int(cages.max() + 1), "cohorts": int(cohorts.max() + 1)}
    asked = {
        "interaction": (s * d, [s, d]),
        "treatment in stressed": (s * d, [s, (1 - s) * d]),
        "treatment in unstressed": ((1 - s) * d, [s, s * d]),
        "stress in untreated": (s * (1 - d), [d, s * d]),
        "stress in treated": (s * d, [d, s * (1 - d)]),
    }
    method = ROBUST if len(np.unique(cages)) < len(cages) else PLAIN
    rows = []
    for effect, (column, others) in asked.items():
        nuisance = np.column_stack([*others, blocks])
        found = effects(column[:, None], prepare_rows(y, nuisance, cages))
        rows.append(_row(effect, *_numbers(found), method))
    rows += _by_cohort(y, s, d, cohorts, list(np.unique(part["cohort"])))
    if mixed and size["cages"] < size["animals"]:
        rows.append(_row(MIXED, *mixed_model_interaction(y, s, d, cohorts, cages)))
    return [
        {"outcome": outcome, "scale": scale, **_scaled(row, scale), **size, "method": row["method"]}
        for row in rows
    ]


def _numbers(found: Effects) -> tuple[float, float, float]:
    return float(found.slope[0]), float(found.error[0]), float(found.df[0])


def _row(effect: str, estimate: float, error: float, df: float, method: str) -> dict[str, Any]:
    reach = float(student.ppf(0.975, df)) * error
    p = float(2.0 * student.sf(abs(estimate) / max(error, 1e-300), df)) if error == error else np.nan
    return {
        "effect": effect,
        "estimate": estimate,
        "low": estimate - reach,
        "high": estimate + reach,
        "df": df,
        "p_value": p,
        "method": method,
    }


def _scaled(row: dict[str, Any], scale: str) -> dict[str, Any]:
    ends = {
        name: float(np.exp(row[name])) if scale == RATIO else row[name]
        for name in ("estimate", "low", "high")
    }
    return {"effect": row["effect"], **ends, "df": row["df"], "p_value": row["p_value"]}


def _by_cohort(
    y: Array, s: Array, d: Array, cohorts: NDArray[np.int_], names: list[str]
) -> list[dict[str, Any]]:
    """Interaction in each cohort, and its mean over three or more of them with cohorts as the only unit."""
    rows: list[dict[str, Any]] = []
    found: list[float] = []
    if len(names) < 2:
        return rows
    for k, name in enumerate(names):
        own = cohorts == k
        means = [
            y[own & (s == a) & (d == b)].mean() if (own & (s == a) & (d == b)).any() else np.nan
            for a, b in _CELLS
        ]
        found.append(means[3] - means[2] - means[1] + means[0])
        rows.append(_row(f"interaction in {name or 'a cohort'}", found[-1], np.nan, np.nan, "cell means"))
    known = np.array(found)[np.isfinite(found)]
    if len(known) >= 3:
        error = float(known.std(ddof=1) / np.sqrt(len(known)))
        rows.append(
            _row("interaction over cohorts", float(known.mean()), error, len(known) - 1.0, "cohorts as units")
        )
    return rows


def _failures(rows: list[dict[str, Any]]) -> list[str]:
    failed = [
        f"{row['outcome']} ({row['scale']})"
        for row in rows
        if row["effect"] == MIXED and row["p_value"] != row["p_value"]
    ]
    return (
        [f"the mixed model did not converge for {', '.join(failed)}; the robust rows stand alone"]
        if failed
        else []
    )


def _split_notes(animals: Animals, split: bool) -> list[str]:
    if not split:
        return ["no split into resilient and susceptible animals was used: outcomes are kept as measured"]
    if "interaction_ratio" not in animals.table:
        return ["no interaction ratio, so no split into resilient and susceptible animals"]
    return [
        f"the split at an interaction ratio of {SPLIT_AT:g} was asked for: it turns an outcome into two "
        "words, so shares are told and not tested; susceptible animals alone were chosen by their outcome"
    ]


def _cells(animals: Animals) -> pd.DataFrame:
    cells = animals.table.groupby(["stress", "treatment"])
    found = cells.agg(animals=("cage", "size"), cages=("cage", "nunique"))
    for outcome in animals.outcomes:
        found[outcome] = cells[outcome].mean().round(4)
    return found.reset_index()


def _shares(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (s, d), part in table.dropna(subset=["interaction_ratio"]).groupby(["stress", "treatment"]):
        n, k = len(part), int((part["interaction_ratio"] < SPLIT_AT).sum())
        z, share = 1.96, k / n
        centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        cell = f"{'stressed' if s else 'unstressed'}, {'treated' if d else 'untreated'}"
        rows.append(
            {
                "outcome": "interaction_ratio",
                "scale": "share",
                "effect": f"susceptible, {cell}",
                "estimate": share,
                "low": centre - reach,
                "high": centre + reach,
                "animals": n,
                "cages": part["cage"].nunique(),
                "cohorts": part["cohort"].nunique(),
                "method": "Wilson interval, animals taken as independent",
            }
        )
    return pd.DataFrame(rows)

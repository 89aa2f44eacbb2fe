"""A Th2 signature planted in real profiles, and plants that are none: what the model's calls make of them.

    STRATIFY_DATA_DIR=... python benchmarks/planted_calls.py              30 draws a host, resumed
    STRATIFY_DATA_DIR=... python benchmarks/planted_calls.py --draws 3    a small version

Each draw takes at most 83 people of a host (four fifths of a small one) in the proportions of the base study:
30 get the literature's contrast of atopic dermatitis with health (``data/signatures.csv``; its sizes are
assumptions) at sizes of 1 (SD .25), 21 that of psoriasis, 32 stay as they are and are the healthy reference.
The default family is learned with the definition th2-v2 and frozen. The held-out people, of the same
batch, are called as they are and with the signature at five sizes (SD .1), of whose proteins 0, 10 or 30% are
left out; then with what is no skew: a leak, twenty years (slopes of the host itself), one robust SD of
general inflammation or Th1, or the other kind of tube, which nobody states. Shifts spare what lies below a
detection limit, where a file has limits. Rows go to ``results/planted_calls.csv`` and
``planted_negative.csv``, the curves to ``planted_calls.svg``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData
from matplotlib.figure import Figure

from stratify.assays.clinical import join_clinical
from stratify.assays.reader import read_assays
from stratify.datasets import fetch
from stratify.experiment.cohort import load_cohort
from stratify.experiment.config import read_experiment
from stratify.learning.classifier import knowledge
from stratify.learning.decision import INDETERMINATE
from stratify.learning.frozen import Batch, FrozenModel
from stratify.learning.problem import make_problem
from stratify.learning.scores import score_batch
from stratify.learning.stress import plasma_to_serum
from stratify.learning.subset import by_pattern
from stratify.learning.training import Recipe, freeze
from stratify.learning.validation import Plan, cross_validate, fit_fold
from stratify.reporting.canvas import BLUE, GREEN, INK, ORANGE, styled, to_svg
from stratify.signatures.pathways import HANDLING, members
from stratify.simulation.signature import literature_signature
from stratify.simulation.spike import plant_signature, robust_sd
from stratify.subtyping.definition import read_definition
from stratify.subtyping.labels import Labels

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "planted_calls.csv"
SIZES, DROPS, PREVALENCES = (0.2, 0.3, 0.5, 0.8, 1.0), (0.0, 0.1, 0.3), (0.10, 0.25, 0.50)
STUDY = {"AD": 30, "PSO": 21, "HC": 32}
FIRST_SEED, FAMILY, YEARS = 100, "factor-centroids", 20


@dataclass(frozen=True)
class Host:
    """Real people, one sample each: profiles, and whether they are serum."""

    people: AnnData
    serum: bool = False

    @property
    def tube(self) -> str:
        """What the blood was drawn into."""
        return "serum" if self.serum else "EDTA"


def _vasculitis_controls() -> Host:
    path = ROOT / "experiments" / "panels.toml"
    people = load_cohort(read_experiment(path), path.parent).people
    return Host(people[people.obs["group"] == "HC"].copy())


def _convalescents() -> Host:
    return Host(read_assays(fetch("ciim_hannover") / "ciim_hannover_healthy_vs_convalescent.csv.gz"))


def _dialysis() -> Host:
    folder = fetch("gisby_serum")
    samples = read_assays(folder / "serum_npx_level.csv")
    samples, _ = join_clinical(samples, folder / "serum_sample_level.csv")
    return Host(samples[~samples.obs["patient_id"].duplicated()].copy(), serum=True)


HOSTS = {
    "vasculitis controls": _vasculitis_controls,
    "convalescents": _convalescents,
    "dialysis": _dialysis,
}


def run_draw(host: Host, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plant, learn, freeze and call; rows of the curves and rows of the negative plants."""
    people, rng = host.people, np.random.default_rng(seed)
    order = people.obs_names[rng.permutation(people.n_obs)]
    most = min(sum(STUDY.values()), round(0.8 * people.n_obs))
    counts = [round(n * most / sum(STUDY.values())) for n in STUDY.values()]
    model = learn(
        people, np.split(order[: sum(counts)].to_numpy(), np.cumsum(counts)[:-1]), seed, rng, tube=host.tube
    )
    held = people[order[sum(counts) :]].copy()
    unit = pd.Series(robust_sd(people), people.var_names)
    signature, spread = signature_of(people, "AD"), 0.1 * rng.standard_normal(held.n_obs)
    plain = shares(model, held, "false_flags", "cleared_others", "indeterminate_others")
    curves = []
    for drop in DROPS:
        for size in SIZES:
            planted = plant(held, signature, unit, np.maximum(size + spread, 0.0), drop=drop, seed=seed)
            skewed = shares(model, planted, "sensitivity", "cleared_skewed", "indeterminate_skewed")
            curves.append({"seed": seed, "drop": drop, "relative_size": size, **skewed, **plain})
    half = plant(held, signature, unit, np.maximum(0.5 + spread, 0.0))
    negative = []
    for name, shift in plants(host, model):
        told = partial(shares, model, stated=name not in ("serum", "EDTA plasma"))
        others = told(plant(held, shift, unit), "false_flags", "cleared_others", "indeterminate_others")
        skewed = told(plant(half, shift, unit), "sensitivity", "cleared_skewed", "indeterminate_skewed")
        negative.append({"seed": seed, "plant": name, **others, **skewed})
    return pd.DataFrame(curves), pd.DataFrame(negative)


def signature_of(people: AnnData, disease: str) -> pd.Series:
    """Shift of each assay, NPX, in a contrast of the literature."""
    ones = pd.Series(1.0, people.var_names)
    return literature_signature(people.var, ones, f"{disease}_vs_HC")


def plant(people: AnnData, shift: pd.Series, unit: pd.Series, size=1.0, **dials) -> AnnData:
    """Shift everybody; the unit is that of the whole host, so that a subset moves alike."""
    own = pd.Series(robust_sd(people), people.var_names)
    wanted = shift.where(unit > 0, 0.0)
    effects = (wanted / own.where(own > 0, np.nan)).fillna(0.0)
    if not effects.any():
        return people
    moved = effects[effects != 0]
    return plant_signature(people, rows=people.obs_names, effects=moved, size=size, **dials)[0]


def learn(
    people: AnnData, groups: list[np.ndarray], seed: int, rng: np.random.Generator, *, tube: str
) -> FrozenModel:
    """Learn a model from people some of whom got the signature of a disease."""
    unit = pd.Series(robust_sd(people), people.var_names)
    study = people.copy()
    levels = pd.DataFrame(np.asarray(study.X), study.obs_names, study.var_names)
    for disease, ids in zip(("AD", "PSO"), groups, strict=False):
        sizes = np.maximum(1 + 0.25 * rng.standard_normal(len(ids)), 0.0)
        levels.loc[ids] = np.asarray(plant(people[ids].copy(), signature_of(people, disease), unit, sizes).X)
    study.X = levels.to_numpy()
    study = study[np.concatenate(groups)].copy()
    role = np.repeat(list(STUDY), [len(ids) for ids in groups])
    healthy, nobody = role == "HC", np.zeros(len(role), dtype=bool)
    problem = make_problem(study, Labels((role == "AD").astype(int), healthy, nobody))
    definition, plan = read_definition("th2-v2"), Plan(folds=5, repeats=1, trials=0, seed=seed)
    recipe = Recipe("planted", 1, "AD", definition, [FAMILY], plan=plan, matrix=tube)
    known = knowledge(definition.prior_sets, definition.axis_sets, problem.assays)
    evaluation, fitted = cross_validate(problem, [FAMILY], known, plan)
    final = fit_fold(problem, problem.learned, FAMILY, known, trials=0, seed=seed)
    return freeze(problem, recipe, known, final, (evaluation, FAMILY, fitted[FAMILY]), shown=True)


def shares(model: FrozenModel, people: AnnData, *words: str, stated: bool = True) -> dict[str, float]:
    """Shares of the people who are flagged, called "not", and neither; their batch is that of the study.

    Their tube is the study's, or nobody says which.
    """
    levels = np.ascontiguousarray(np.asarray(people.X, dtype=float))
    n, p = levels.shape
    tubes = [model.matrix if stated else ""] * n
    batch = Batch(levels, np.zeros((n, p), dtype=bool), ["ok"] * n, "bridge", np.zeros(p), matrix=tubes)
    calls = np.full(n, "", dtype=object)
    for rows, fitting, part in by_pattern(model, batch):
        calls[rows] = [decision.call for decision in score_batch(fitting, part).decisions]
    kinds = (model.rule.positive_call, model.rule.negative_call, INDETERMINATE)
    return {word: float((calls == kind).mean()) for word, kind in zip(words, kinds, strict=True)}


def plants(host: Host, model: FrozenModel) -> Iterator[tuple[str, pd.Series]]:
    """List what is no skew, as shifts in NPX."""
    people = host.people
    ids, sd = people.var_names, robust_sd(people)
    yield "nothing", pd.Series(0.0, ids)
    for name, pathway in (
        ("a unit of leak", HANDLING),
        ("general inflammation", "Innate_general"),
        ("Th1", "Th1"),
    ):
        yield name, pd.Series(np.where(members(pathway, people.var), sd, 0.0), ids)
    yield "twenty years", pd.Series(YEARS * age_slopes(people), ids)
    tube = pd.Series(plasma_to_serum(model), ids)
    yield ("EDTA plasma", -tube) if host.serum else ("serum", tube)


def age_slopes(people: AnnData) -> np.ndarray:
    """Change of each assay with a year of age, within groups."""
    age = people.obs["age"].astype(float)
    group = people.obs["group"].astype(str)
    aged = (age - age.groupby(group).transform("mean")).to_numpy()
    levels = pd.DataFrame(np.asarray(people.X), people.obs_names)
    levels = (levels - levels.groupby(group).transform("mean")).to_numpy()
    known = np.isfinite(levels) & np.isfinite(aged)[:, None]
    product, square = (np.where(known, part * aged[:, None], 0.0) for part in (levels, np.ones(levels.shape)))
    return product.sum(axis=0) / (square**2).sum(axis=0)


def resume(path: Path, draws: int, hosts: Sequence[str] = tuple(HOSTS)) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run what is not in the files yet."""
    path.parent.mkdir(exist_ok=True)
    other = path.with_name("planted_negative.csv")
    done = pd.read_csv(other) if other.exists() else pd.DataFrame(columns=["host", "seed"])
    for name in hosts:
        host = HOSTS[name]()
        for seed in range(FIRST_SEED, FIRST_SEED + draws):
            if ((done["host"] == name) & (done["seed"] == seed)).any():
                continue
            for file, rows in zip((path, other), run_draw(host, seed), strict=True):
                rows.insert(0, "host", name)
                rows.round(6).to_csv(file, mode="a", header=not file.exists(), index=False)
            print(f"{name} {seed}", file=sys.stderr, flush=True)
    tables = [pd.read_csv(file) for file in (path, other)]
    curves, negative = (table[table["seed"] < FIRST_SEED + draws] for table in tables)
    return curves.drop_duplicates(["host", "seed", "drop", "relative_size"], keep="last"), negative


def summarise(curves: pd.DataFrame) -> pd.DataFrame:
    """Means over draws with Monte Carlo errors; PPV and the share left indeterminate at each prevalence."""
    rates = ["sensitivity", "false_flags", "cleared_skewed", "cleared_others"]
    rows = []
    for (name, drop, size), part in curves.groupby(["host", "drop", "relative_size"], sort=False):
        row = {"host": name, "drop": drop, "relative_size": size, "draws": len(part)}
        for rate in rates:
            row |= {rate: part[rate].mean(), f"{rate}_error": part[rate].sem()}
        for share in PREVALENCES:
            true, false = share * row["sensitivity"], (1 - share) * row["false_flags"]
            row[f"ppv_{share:g}"] = true / (true + false) if true + false else np.nan
            skewed, others = part["indeterminate_skewed"].mean(), part["indeterminate_others"].mean()
            row[f"indeterminate_{share:g}"] = share * skewed + (1 - share) * others
        rows.append(row)
    return pd.DataFrame(rows)


def compare(negative: pd.DataFrame) -> pd.DataFrame:
    """Average the false flags of each plant, and the difference to no plant, paired by draw."""
    rows = []
    for name, part in negative.groupby("host", sort=False):
        wide = part.pivot(index="seed", columns="plant", values="false_flags")
        found = part.groupby("plant")["sensitivity"].mean()
        for plant_name in part["plant"].unique():
            more = wide[plant_name] - wide["nothing"]
            row = {"host": name, "plant": plant_name, "false_flags": wide[plant_name].mean()}
            row |= {"more_than_nothing": more.mean(), "paired_error": more.sem()}
            rows.append({**row, "sensitivity": found[plant_name]})
    return pd.DataFrame(rows)


def draw(summary: pd.DataFrame) -> str:
    """Draw sensitivity over relative size, a line for each share of proteins left out; PPV at a quarter."""
    hosts = list(summary["host"].unique())
    with styled():
        figure = Figure(figsize=(3.6 * len(hosts), 3.8), layout="constrained")
        for axes, name in zip(np.atleast_1d(figure.subplots(1, len(hosts), sharey=True)), hosts, strict=True):
            part = summary[summary["host"] == name]
            for (drop, line), colour, marker in zip(
                part.groupby("drop"), (BLUE, ORANGE, GREEN), "os^", strict=True
            ):
                bars = line["sensitivity_error"]
                where = line["relative_size"]
                label = f"{drop:.0%} of the proteins left out"
                axes.errorbar(
                    where, line["sensitivity"], bars, color=colour, marker=marker, capsize=2, label=label
                )
            whole = part[part["drop"] == 0]
            axes.plot(
                whole["relative_size"],
                whole["ppv_0.25"],
                color=INK,
                ls=":",
                label="flags that are right, 25%",
            )
            axes.axhline(
                whole["false_flags"].iloc[0], color=INK, lw=0.8, label="other people who are flagged"
            )
            axes.set(xlabel="relative size of the planted skew", ylim=(0, 1))
            axes.set_title(name, loc="left", fontsize=10)
        axes.legend(fontsize=7)
        figure.axes[0].set_ylabel("share of held-out people")
    return to_svg(
        figure, "planted-calls", "Share of held-out people flagged, over the size of a planted Th2 skew."
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--hosts", nargs="+", choices=list(HOSTS), default=list(HOSTS))
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    curves, negative = resume(arguments.results, arguments.draws, arguments.hosts)
    summary = summarise(curves)
    print(summary.round(3).to_string(index=False))
    print(compare(negative).round(3).to_string(index=False))
    arguments.results.with_suffix(".svg").write_text(draw(summary), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

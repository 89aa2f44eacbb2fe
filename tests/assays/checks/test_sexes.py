from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.patients import Patients
from stratify.assays.checks.sexes import contradicted_sex, sex_linked_proteins

SWAP = {"F": "M", "M": "F"}
LINKED = ["P07288", "P41159", "P20742", "P02144", "P01241", "P04278"]


@pytest.fixture
def sexed(make):
    """People whose first six proteins differ by sex, by as many SDs as asked for."""

    def build(size=2.5, n=160, seed=0):
        table = make(n, seed=seed)
        table.var["uniprot"] = LINKED + [""] * 74
        table.obs["sex"] = np.random.default_rng(seed).choice(["F", "M"], n)
        table.X[:, :6] = np.random.default_rng(seed + 1).normal(size=(n, 6))
        table.X[:, :6] += size * (table.obs["sex"] == "F").to_numpy()[:, None]
        return table

    return build


def items(table):
    return {item for finding in contradicted_sex(Patients(table)) for item in finding.items}


def test_a_wrong_sex_is_found_and_nobody_else(sexed):
    hits, others = 0, 0
    for seed in range(8):
        table = sexed(seed=seed)
        table.obs.loc[["S3", "S8"], "sex"] = table.obs.loc[["S3", "S8"], "sex"].map(SWAP)
        hits += len(items(table) & {"S3", "S8"})
        others += len(items(table) - {"S3", "S8"})
    assert hits >= 12  # of 16
    assert others <= 1


def test_right_records_are_left_alone(sexed):
    assert sum(bool(items(sexed(seed=seed))) for seed in range(20)) <= 2


@pytest.mark.parametrize("fault", ["no difference", "few women", "no sex-linked protein", "no sex"])
def test_nothing_is_said_where_it_cannot_be_judged(sexed, fault):
    table = sexed(0.2 if fault == "no difference" else 2.5)
    table.obs.loc[["S3", "S8"], "sex"] = table.obs.loc[["S3", "S8"], "sex"].map(SWAP)
    if fault == "few women":
        women = np.flatnonzero(table.obs["sex"] == "F")
        table = table[np.setdiff1d(np.arange(160), women[5:])].copy()
    if fault == "no sex-linked protein":
        table.var["uniprot"] = ""
    if fault == "no sex":
        del table.obs["sex"]
    assert items(table) == set()


def test_more_assays_than_samples_give_the_same_answer(sexed):
    table = sexed(n=60)
    table.obs.loc["S3", "sex"] = SWAP[table.obs.loc["S3", "sex"]]
    assert items(table) == {"S3"}


def test_planted_errors_in_a_real_cohort(data_dir):
    from stratify.assays.reader import read_assays

    table = read_assays(data_dir / "ciim_hannover" / "ciim_hannover_healthy_vs_convalescent.csv.gz")
    before = items(table)
    assert len(before) <= 2
    rng, hits = np.random.default_rng(0), 0
    for _ in range(5):
        wrong = rng.choice(table.obs_names.difference(list(before)), 4, replace=False)
        planted = table.copy()
        planted.obs.loc[wrong, "sex"] = planted.obs.loc[wrong, "sex"].map(SWAP)
        hits += len(items(planted) & set(wrong))
    assert hits >= 6


def test_the_table_names_accessions():
    assert len(sex_linked_proteins()) >= 40
    assert all(6 <= len(name) <= 10 for name in sex_linked_proteins())

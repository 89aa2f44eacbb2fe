from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.patients import Patients
from stratify.assays.checks.scales import levels_fit_scale, stated_scale


def found(table):
    return {finding.code: finding.items for finding in levels_fit_scale(Patients(table)) if finding.items}


def test_a_scale_that_is_not_stated(make):
    table = make(5)
    assert stated_scale(Patients(table))[0].items == ()
    table.uns["stratify"]["scale"] = "unknown"
    (finding,) = stated_scale(Patients(table))
    assert (finding.code, finding.severity, finding.axis) == ("unknown-scale", "warning", "table")
    assert finding.items == ("unknown",)


def test_levels_of_npx_are_sound(make):
    assert found(make()) == {}


def test_raw_concentrations_everywhere_and_in_a_few_assays(make):
    table = make()
    logged = table.X.copy()
    table.X[:, 7] = 2 ** (logged[:, 7] + 8)
    assert found(table) == {"mixed-scale": ("A7",)}
    table.X = 2 ** (logged + 20)
    assert found(table) == {"linear-levels": tuple(table.var_names)}


@pytest.mark.parametrize("way", ["z", "unit mean", "centred"])
def test_levels_that_were_rescaled_by_assay(make, way):
    table = make()
    mean, sd = table.X.mean(axis=0), table.X.std(axis=0, ddof=1)
    table.X = {
        "z": (table.X - mean) / sd,
        "unit mean": 1 + (table.X - mean) / sd / 5,
        "centred": table.X - mean,
    }[way]
    assert found(table[:40].copy()) == {"rescaled-levels": tuple(table.var_names)}


def test_a_few_standardised_assays_among_npx(make):
    table = make()
    for j in (3, 5):
        table.X[:, j] = (table.X[:, j] - table.X[:, j].mean()) / table.X[:, j].std()
    assert found(table) == {"mixed-scale": ("A3", "A5")}


def test_the_authors_scaled_training_file_is_recognised(data_dir):
    from stratify.assays.reader import read_assays

    table = read_assays(data_dir / "ciim_breda" / "disease_severity__train_x.csv")
    assert len(found(table)["rescaled-levels"]) == table.n_vars


def test_nothing_measured_is_no_scale(make):
    table = make(4)
    table.X[:] = np.nan
    assert found(table) == {}


def test_single_levels_beyond_every_log_scale(make):
    table = make()
    table.X[4, 7] = 65.6
    (finding,) = [one for one in levels_fit_scale(Patients(table)) if one.items]
    assert (finding.code, finding.items) == ("impossible-level", ("A7",))
    assert finding.remedy.endswith("in S4")

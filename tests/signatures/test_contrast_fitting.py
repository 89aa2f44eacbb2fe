"""Repeated patients through the whole path, against limma."""

from __future__ import annotations

import shutil
import subprocess
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.cohort_file import open_cohort
from stratify.errors import CohortError
from stratify.signatures.assay_names import assay_names
from stratify.signatures.compared_samples import compared_samples
from stratify.signatures.contrast_fitting import fit_contrasts
from stratify.signatures.contrast_result import ContrastOptions
from stratify.signatures.differential import contrast

BREDA = Path(__file__).parents[1] / "reference" / "limma_breda"


@pytest.mark.parametrize("size", [12, 3])
@pytest.mark.parametrize(("design", "table"), [("blocks", "levels"), ("blocks-missing", "gaps")])
def test_blocked_statistics_equal_those_of_limma(limma, design, table, size):
    given = limma.inputs(size)
    people = AnnData(getattr(given, table), obs=given.people.set_index("sample_id"))
    samples = compared_samples(people, ["HC", "MDD"], block="patient")
    (answer,) = fit_contrasts(
        samples,
        assay_names(people.var),
        [("MDD", "HC")],
        groups=["HC", "MDD"],
        blocked=True,
        options=ContrastOptions(),
    )
    expected = limma.answer(design, size)
    assert answer.correlation == pytest.approx(limma.fact(design, size, "correlation"), rel=1e-5)
    known = np.isfinite(answer.result.t[:, 0])
    np.testing.assert_allclose(answer.result.t[known, 0], expected["t"][known], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(answer.result.b[known, 0], expected["b"][known], rtol=1e-5, atol=1e-6)


@pytest.fixture(scope="module")
def intensive_care(data_dir):
    people = open_cohort([data_dir / "ciim_breda" / "ciim_breda_inf.csv.gz"]).people
    return people[people.obs["group"].isin(["ICU", "non-ICU"]).to_numpy()].copy()


@pytest.fixture(scope="module")
def published():
    text = (BREDA / "output.csv").read_text(encoding="utf-8")
    return float(text.splitlines()[0].rpartition(" ")[2]), pd.read_csv(BREDA / "output.csv", comment="#")


def same(answer, correlation, table):
    assert answer.correlation == pytest.approx(correlation, rel=1e-5)
    assert answer.assays["assay_id"].tolist() == table["assay_id"].tolist()
    np.testing.assert_allclose(answer.effect, table["log2_fold_change"], rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(answer.result.t[:, 0], table["t"], rtol=1e-5)
    np.testing.assert_allclose(answer.result.log_p[:, 0], np.log(table["p_value"]), rtol=1e-5)
    np.testing.assert_allclose(answer.result.b[:, 0], table["b"], rtol=1e-5, atol=1e-5)


def test_visits_as_independent_rows_are_refused(intensive_care):
    with pytest.raises(CohortError, match="476 samples of 209 patients"):
        contrast(intensive_care, case="ICU", control="non-ICU")


def test_visits_in_blocks_give_what_limma_gives(intensive_care, published):
    same(contrast(intensive_care, case="ICU", control="non-ICU", block="patient_id"), *published)


def test_visits_in_blocks_give_what_limma_gives_here(intensive_care, tmp_path):
    found = shutil.which("Rscript")
    probe = [found, "-e", "library(limma); library(statmod)"]
    if not found or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("R with limma and statmod is not installed (Debian: r-bioc-limma, r-cran-statmod)")
    levels, samples = tmp_path / "levels.csv", tmp_path / "samples.csv"
    pd.DataFrame(intensive_care.X, columns=intensive_care.var_names).to_csv(levels, index=False)
    columns = intensive_care.obs[["patient_id", "group"]].set_axis(["patient", "group"], axis=1)
    columns.to_csv(samples, index=False)
    done = subprocess.run(
        [found, BREDA / "breda.R", levels, samples], capture_output=True, text=True, check=True
    )
    first, _, rest = done.stdout.partition("\n")
    answer = contrast(intensive_care, case="ICU", control="non-ICU", block="patient_id")
    same(answer, float(first.rpartition(" ")[2]), pd.read_csv(StringIO(rest)))


def test_blocked_rows_are_less_certain_than_the_same_rows_as_if_independent(intensive_care):
    apart = intensive_care.copy()
    apart.obs["patient_id"] = [f"P{i}" for i in range(apart.n_obs)]
    wrong = contrast(apart, case="ICU", control="non-ICU")
    right = contrast(intensive_care, case="ICU", control="non-ICU", block="patient_id")
    assert np.median(right.standard_error / wrong.standard_error) > 1.1
    assert right.patients == {"ICU": 60, "non-ICU": 149}

from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.harmonise.reference_group import fit_reference_group
from stratify.errors import HarmonisationError

TWO = ("P1", "P2")


@pytest.fixture
def study(batch):
    adata = batch(0, offset=[[0.0], [0.8]], plates=TWO, people=60)
    adata.obs["group"] = np.where(np.arange(adata.n_obs) % 2, "AD", "HC")
    adata.X[(adata.obs["group"] == "AD").to_numpy()] += 1.0
    return adata


def test_reference_people_get_mean_0_and_sd_1_in_each_batch(study):
    corrected = fit_reference_group(study, reference="HC", column="plate").transform(study)
    for plate in TWO:
        healthy = (study.obs["group"] == "HC") & (study.obs["plate"] == plate)
        rows = (healthy & (study.obs["sample_type"] == "sample")).to_numpy()
        np.testing.assert_allclose(corrected.X[rows].mean(axis=0), 0.0, atol=1e-12)
        np.testing.assert_allclose(corrected.X[rows].std(axis=0, ddof=1), 1.0)
    assert corrected.uns["stratify"]["scale"] == "SD of HC"


def test_others_keep_their_distance(study):
    corrected = fit_reference_group(study, reference="HC", column="plate").transform(study)
    ill = ((study.obs["group"] == "AD") & (study.obs["sample_type"] == "sample")).to_numpy()
    by_plate = [corrected.X[ill & (study.obs["plate"] == plate).to_numpy()].mean() for plate in TWO]
    assert by_plate == pytest.approx([1.0, 1.0], abs=0.15)


def test_one_batch_needs_no_column(study, alone_as_in_company):
    fitted = fit_reference_group(study, reference="HC")
    assert fitted.batches == ("",)
    alone_as_in_company(fitted, study)


def test_alone_as_in_company(study, alone_as_in_company):
    alone_as_in_company(fit_reference_group(study, reference="HC", column="plate"), study)


def test_the_remaining_error_is_that_of_the_mean(study):
    fitted = fit_reference_group(study, reference="HC", column="plate")
    np.testing.assert_allclose(fitted.error, 1 / np.sqrt(30))
    assert fitted.lines()[0].endswith("0.18 in the worst tenth (SD of HC)")


def test_a_batch_without_the_group_is_named(study):
    study.obs.loc[study.obs["plate"] == "P2", "group"] = "AD"
    with pytest.raises(
        HarmonisationError, match=r"at least 10 people of group HC in each batch\nfound: 0 in P2"
    ):
        fit_reference_group(study, reference="HC", column="plate")


def test_absent_columns_and_flat_assays_are_named(study):
    with pytest.raises(HarmonisationError, match="absent: site"):
        fit_reference_group(study, reference="HC", column="site")
    study.X[:, 4] = 2.0
    with pytest.raises(HarmonisationError, match="they do not in A4"):
        fit_reference_group(study, reference="HC", column="plate")

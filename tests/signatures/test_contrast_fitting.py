"""Repeated patients through the whole path, against limma."""

from __future__ import annotations

import numpy as np
import pytest
from anndata import AnnData

from stratify.signatures.assay_names import assay_names
from stratify.signatures.compared_samples import compared_samples
from stratify.signatures.contrast_fitting import fit_contrasts
from stratify.signatures.contrast_result import ContrastOptions


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

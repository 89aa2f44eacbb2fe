from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.harmonise.subset_normalisation import fit_subset_normalisation
from stratify.errors import HarmonisationError

PEOPLE = [f"S0_{i}" for i in range(20)]


def fit(reference, batch, ids=PEOPLE):
    return fit_subset_normalisation(reference, batch, reference_samples=PEOPLE, batch_samples=ids)


def test_medians_of_the_subsets_become_equal(batch):
    reference, new = batch(0), batch(1, offset=np.random.default_rng(3).normal(0, 0.5, 60))
    corrected = fit(reference, new).transform(new)
    medians = [np.median(part[PEOPLE].X, axis=0) for part in (reference, corrected)]
    np.testing.assert_allclose(*medians)


def test_other_samples_play_no_part(batch):
    new = batch(1)
    before = fit(batch(0), new, PEOPLE[:10]).shift
    new.X[10:] += 5.0
    np.testing.assert_array_equal(fit(batch(0), new, PEOPLE[:10]).shift, before)


def test_the_remaining_error_carries_how_people_vary(batch):
    z = []
    for seed in range(40):
        fitted = fit(batch(seed, people=20), batch(100 + seed, offset=0.3))
        z.append((fitted.shift - 0.3) / fitted.error)
    assert np.std(z) == pytest.approx(1.0, abs=0.12)
    assert np.median(fitted.error) > 0.3


def test_an_assay_that_one_person_has_keeps_its_level(batch):
    new = batch(1, offset=0.4)
    new.X[1:, 7] = np.nan
    fitted = fit(batch(0), new)
    assert (fitted.shift[0, 7], fitted.rows[0, 7], fitted.error[0, 7]) == (0, 0, 0.5)


def test_alone_as_in_company(batch, alone_as_in_company):
    new = batch(1, offset=0.4)
    alone_as_in_company(fit(batch(0), new), new)


@pytest.mark.parametrize(
    ("ids", "found"),
    [(PEOPLE[:3], "at least 8 samples of the batch\nfound: 3"), ([*PEOPLE, "ghost"], "absent: ghost")],
)
def test_subsets_that_do_not_suffice_are_refused(batch, ids, found):
    with pytest.raises(HarmonisationError, match=found):
        fit(batch(0), batch(1), ids)


def test_batches_without_a_common_assay_are_refused(batch):
    other = batch(1)
    other.var_names = [f"X{j}" for j in range(60)]
    with pytest.raises(HarmonisationError, match="none in common"):
        fit(batch(0), other)

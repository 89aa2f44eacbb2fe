import numpy as np
import pytest

from stratify.learning.score_error import refit_variance


def test_refit_variance_is_that_of_other_people_not_of_other_folds():
    rng = np.random.default_rng(0)
    people = rng.normal(size=(500, 40))  # 500 studies of 40 people, whose "model" is their mean
    left_out = [np.delete(people, np.arange(fold, 40, 5), axis=1).mean(axis=1) for fold in range(5)]
    stated = refit_variance(np.zeros(5, dtype=int), np.array(left_out))
    assert stated.mean() == pytest.approx(1 / 40, rel=0.1)


def test_refit_variance_is_averaged_over_repeats():
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 4, 3))
    both = refit_variance(np.repeat([0, 1], 4), np.concatenate([one, other + 100.0]))
    alone = [refit_variance(np.zeros(4, dtype=int), part) for part in (one, other)]
    np.testing.assert_allclose(both, np.mean(alone, axis=0))

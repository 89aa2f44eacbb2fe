import numpy as np
import pytest

from stratify.learning.classifier import Knowledge, family
from stratify.learning.inner_loss import WRONG_WAY, inner_loss, recalibrated_loss

NOTHING = Knowledge(None, None)


def draw(n=50, p=10, effect=1.5):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    return rng.normal(size=(n, p)) + effect * y[:, None] * (np.arange(p) < 3), y


def loss_of(name, settings, **kwargs):
    z, y = draw(**kwargs)
    told = []
    loss = inner_loss(family(name).build(NOTHING), z, y, seed=0)
    return loss(settings, lambda fold, value: told.append((fold, value))), told


def test_a_loss_that_goes_fold_by_fold_is_told_on_the_way():
    value, told = loss_of("pathway-ridge", {"C": 0.01, "prior_scale": 2.0})
    assert [fold for fold, _ in told] == [0, 1, 2, 3]
    assert 0 < value < np.log(2)
    assert all(0 < part < WRONG_WAY for _, part in told)


def test_a_family_with_a_loss_of_its_own_tells_nothing():
    value, told = loss_of("factor-centroids", {"threshold": 1.0, "prior_discount": 1.0})
    assert told == []
    assert 0 < value < np.log(2)


def test_signal_has_less_loss_than_noise():
    signal, noise = (loss_of("pathway-ridge", {"C": 0.01}, effect=effect)[0] for effect in (2.0, 0.0))
    assert signal < 0.4 < noise


@pytest.mark.parametrize("unit", [1.0, 1e-4, 1e4])
def test_the_unit_of_the_score_plays_no_part(unit):
    z, y = draw()
    scores = z[:, :3].sum(axis=1)
    assert recalibrated_loss(scores * unit + 7, y) == pytest.approx(recalibrated_loss(scores, y), rel=1e-6)


def test_a_score_that_points_the_wrong_way_is_worse_than_knowing_nothing():
    z, y = draw()
    assert recalibrated_loss(-z[:, :3].sum(axis=1), y) == WRONG_WAY > np.log(2)


def test_patients_share_an_inner_fold():
    z, y = draw(n=20)
    twice = inner_loss(family("pathway-ridge").build(NOTHING), z.repeat(5, axis=0), y.repeat(5), seed=0)
    kept = inner_loss(
        family("pathway-ridge").build(NOTHING),
        z.repeat(5, axis=0),
        y.repeat(5),
        seed=0,
        patients=np.arange(20).repeat(5),
    )
    settings = {"C": 1.0}
    assert twice(settings, lambda fold, value: None) < kept(settings, lambda fold, value: None)

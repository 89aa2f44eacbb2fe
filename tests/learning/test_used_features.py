import json

import numpy as np
import pytest

from stratify.learning.used_features import on_used_features, read_booster

xgboost = pytest.importorskip("xgboost")

RNG = np.random.default_rng(0)
PROFILES = RNG.normal(size=(80, 40)).astype(np.float32)


def fitted(labels, **settings):
    matrix = xgboost.DMatrix(PROFILES, label=labels)
    told = {"objective": "binary:logistic", "max_depth": 3, "nthread": 1, "seed": 0} | settings
    return xgboost.train(told, matrix, num_boost_round=8)


def contributions(booster, profiles):
    return booster.predict(xgboost.DMatrix(profiles), pred_contribs=True)


def test_used_features_keep_their_values_to_the_bit_and_the_others_have_none():
    booster = fitted(PROFILES[:, 3] + PROFILES[:, 17] > 0)
    small, used = on_used_features(bytes(booster.save_raw("ubj")))
    whole = contributions(booster, PROFILES)
    asked = {int(name.removeprefix("f")) for name in booster.get_score(importance_type="weight")}
    assert used.tolist() == sorted(asked)
    assert 1 < len(used) < 40
    np.testing.assert_array_equal(contributions(small, PROFILES[:, used]), whole[:, [*used, 40]])
    assert not np.delete(whole[:, :40], used, axis=1).any()


def test_a_booster_without_a_split_keeps_one_feature():
    booster = fitted(np.arange(80) % 2, min_child_weight=1e6)
    small, used = on_used_features(bytes(booster.save_raw("ubj")))
    assert used.tolist() == [0]
    np.testing.assert_array_equal(
        contributions(small, PROFILES[:, used]), contributions(booster, PROFILES)[:, [0, 40]]
    )


def test_what_is_read_has_one_thread_and_is_read_once():
    content = bytes(fitted(PROFILES[:, 0] > 0).save_raw("ubj"))
    settings = json.loads(read_booster(content).save_config())
    assert read_booster(content) is read_booster(bytes(bytearray(content)))
    assert settings["learner"]["generic_param"]["nthread"] == "1"
    with pytest.raises(ValueError, match=r"."):
        read_booster(b"nothing")

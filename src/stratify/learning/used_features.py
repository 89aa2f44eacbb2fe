"""A booster less the features that none of its trees asks about: the same values for the others, faster."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAF = -1
KEPT = 64  # boosters of a model and its refits


@lru_cache(maxsize=KEPT)
def read_booster(content: bytes) -> Any:
    """Read a booster; it is kept, so nobody may change it.

    Parameters
    ----------
    content : bytes
        UBJ.

    Returns
    -------
    xgboost.Booster
        Of one thread.

    Raises
    ------
    ValueError
        Bytes that XGBoost can not read; its own error is one.
    """
    import xgboost

    booster = xgboost.Booster({"nthread": 1, "verbosity": 0})
    booster.load_model(bytearray(content))
    return booster


@lru_cache(maxsize=KEPT)
def on_used_features(content: bytes) -> tuple[Any, NDArray[np.int64]]:
    """Leave only the features that occur in a split.

    A feature without a split has no part in any score, so its Shapley value is zero, and the values of the
    others come from the same steps in the same trees.

    Parameters
    ----------
    content : bytes
        UBJ.

    Returns
    -------
    booster : xgboost.Booster
        Of the used features only.
    used : int array of shape (n_used,)
        Which these are, rising; the first feature where there is no split at all.
    """
    told = json.loads(read_booster(content).save_raw("json"))
    learner = told["learner"]
    trees = learner["gradient_booster"]["model"]["trees"]
    used = sorted({feature for tree in trees for feature in _asked(tree)}) or [0]
    place = {feature: i for i, feature in enumerate(used)}
    for tree in trees:
        # what stands at a leaf is no feature
        tree["split_indices"] = [place.get(feature, 0) for feature in tree["split_indices"]]
        tree["tree_param"]["num_feature"] = str(len(used))
    learner["learner_model_param"]["num_feature"] = str(len(used))
    learner["feature_names"] = learner["feature_types"] = []
    return read_booster(json.dumps(told).encode()), np.array(used)


def _asked(tree: dict[str, Any]) -> list[int]:
    pairs = zip(tree["split_indices"], tree["left_children"], strict=True)
    return [feature for feature, left in pairs if left != LEAF]

from __future__ import annotations

import re

import pytest

from stratify.errors import ExperimentError
from stratify.signatures.activity.registry import METHODS, method_named


def test_every_method_says_what_it_means_and_where_it_misleads():
    assert list(METHODS) == ["z", "gsva", "ssgsea", "plage", "rank"]
    for name, method in METHODS.items():
        assert method.name == name
        assert method.says
        assert method.limits
        assert re.fullmatch(r"10\.\d{4,}/\S+", method.doi)


def test_unknown_method_is_refused_with_the_nearest_name():
    with pytest.raises(ExperimentError, match="did you mean 'gsva'"):
        method_named("gsvaa")

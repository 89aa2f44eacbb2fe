from __future__ import annotations

import pytest

from stratify.errors import ModelError
from stratify.reporting.connection import opened
from stratify.reporting.registry import find, register
from stratify.screening.promotion import promote

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def tags_of(version):
    with opened() as client:
        return client.get_model_version("demo", str(version)).tags


def test_the_gate(runs, rewritten):
    for folder in (rewritten(1), rewritten(2, noise=4.0), rewritten(3, shift=0.5), rewritten(4, shown=False)):
        register(folder)
    assert "no other champion" in promote("demo", 1, "champion").reason
    promote("demo", 2, "challenger")
    with pytest.raises(ModelError, match="not shown to be not worse at a margin of"):
        promote("demo", 2, "champion")
    with pytest.raises(ModelError, match="demo/4 did not"):
        promote("demo", 4, "champion")
    assert find("demo", alias="champion").version == 1
    done = promote("demo", 3, "champion")
    assert done.model.aliases == ("champion",)
    assert find("demo", version=1).aliases == ()
    kept = tags_of(3)
    assert kept["champion.reason"] == done.reason
    assert "not worse at a margin of 0.05; champion was version 1" in done.reason
    assert kept["champion.margin"] == "0.05"
    assert promote("demo", 2, "champion", override="a wish").reason == "overridden: a wish"
    assert tags_of(2)["champion.reason"] == "overridden: a wish"
    assert tags_of(2)["challenger.reason"].startswith("challenger: loads")


def test_unknown_versions_are_refused_with_what_is_there(runs, rewritten):
    with pytest.raises(ModelError, match="demo/1: not registered"):
        promote("demo", 1, "challenger")
    register(rewritten(1))
    with pytest.raises(ModelError, match="demo/7: no such version; registered: demo/1"):
        promote("demo", 7, "champion", override="a wish")

from __future__ import annotations

import pytest

from stratify.errors import ExperimentError
from stratify.experiment.agreement import compare_sources

TEXT = """
name = "x"
question = "Who agrees?"
definition = "{definition}"
[data]
simulate = "strong-right"
positive = ["AD"]
negative = ["PSO", "HC"]
reference = ["HC"]
target = ["MDD"]
matrix = "serum"
site = "unknown"
[labels]
{labels}
"""


def write(folder, definition="th2-v1", labels=""):
    path = folder / "x.toml"
    path.write_text(TEXT.format(definition=definition, labels=labels), encoding="utf-8")
    return path


def test_all_that_the_file_has_settings_for_are_compared(tmp_path):
    found = compare_sources(write(tmp_path, labels='column = "madrs"\ncutoff = 30.0'))
    pairs = {(pair.first, pair.second): pair for pair in found.pairs}
    assert list(pairs) == [
        ("reference-disease", "axis-rule"),
        ("reference-disease", "outside"),
        ("axis-rule", "outside"),
    ]
    assert pairs["reference-disease", "axis-rule"].n == 83
    assert pairs["axis-rule", "outside"].n == 25  # only patients with depression have a MADRS
    assert pairs["reference-disease", "outside"].n == 0
    assert set(found.statements) == {"reference-disease", "axis-rule", "outside"}


def test_clusters_only_where_they_are_asked_for(tmp_path):
    found = compare_sources(write(tmp_path), ["axis-rule", "clusters"])
    assert [(pair.first, pair.second, pair.n) for pair in found.pairs] == [("axis-rule", "clusters", 108)]
    assert "no accuracy" in found.statements["clusters"]


def test_one_source_or_an_unknown_one_is_refused(tmp_path):
    with pytest.raises(ExperimentError, match="at least two sources"):
        compare_sources(write(tmp_path, definition="resemblance-v1"))
    with pytest.raises(ExperimentError, match="did you mean 'clusters'"):
        compare_sources(write(tmp_path), ["axis-rule", "cluster"])

"""Cleaning policies: what is understood, and how a mistake is answered."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import stratify
from stratify.assays.finding import Finding
from stratify.assays.policy import ACTIONS, BELOW_LOD, Policy, default_policy, read_policy
from stratify.errors import ExperimentError

SOURCE = Path(stratify.__file__).parent


def write(folder, text):
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def codes_in_source():
    """First arguments of all findings that the package can make, where they are written out."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding" and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value


def test_shipped_policy_names_every_finding():
    assert set(codes_in_source()) - set(default_policy().actions) == set()


def test_shipped_policy_drops_what_can_not_be_used_and_keeps_the_rest():
    dropped = {code for code, word in default_policy().actions.items() if word == "drop"}
    assert dropped == {
        "all-missing-assay",
        "all-missing-sample",
        "control-rows",
        "duplicate-sample",
        "qc-fail",
    }
    assert default_policy().below_lod == "keep"


def test_a_policy_changes_only_what_it_names(tmp_path):
    policy = read_policy(write(tmp_path, '[findings]\nqc-fail = "mask"\n[below_lod]\nvalues = "lod/sqrt2"\n'))
    assert policy == Policy(dict(default_policy().actions) | {"qc-fail": "mask"}, "lod/sqrt2")
    assert read_policy(write(tmp_path, "")) == default_policy()


@pytest.mark.parametrize(("severity", "action"), [("error", "drop"), ("warning", "keep"), ("info", "keep")])
def test_a_code_without_an_entry_follows_its_severity(severity, action):
    assert Policy().action(Finding("new-code", severity, ("S1",), "look")) == action


@pytest.mark.parametrize("word", ACTIONS)
def test_every_action_and_treatment_is_understood(tmp_path, word):
    for values in BELOW_LOD:
        text = f'[findings]\noutlier-sample = "{word}"\n[below_lod]\nvalues = "{values}"\n'
        policy = read_policy(write(tmp_path, text))
        assert (policy.actions["outlier-sample"], policy.below_lod) == (word, values)


@pytest.mark.parametrize(
    ("text", "do"),
    [
        ('[findings]\nqc-fial = "drop"', "did you mean 'qc-fail'?"),
        ('[findings]\nqc-fail = "dorp"', "did you mean 'drop'?"),
        ("[findings]\nqc-fail = 1", "known: drop, keep, mask"),
        ("[findings]\nqc-fail = []", "known: drop, keep, mask"),
        ('[finding]\nqc-fail = "drop"', "did you mean 'findings'?"),
        ('findings = "drop"', "write [findings] above it"),
        ('[below_lod]\nvalue = "keep"', "did you mean 'values'?"),
        ('[below_lod]\nvalues = "lod/2"', "did you mean 'lod/sqrt2'?"),
        ("[below_lod", "mend that line"),
    ],
)
def test_a_mistake_names_the_nearest_word(tmp_path, text, do):
    with pytest.raises(ExperimentError) as caught:
        read_policy(write(tmp_path, text))
    assert caught.value.do == do
    assert "policy.toml" in str(caught.value)


def test_files_that_are_no_text_or_not_there_are_refused(tmp_path):
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("binary.toml", "absent.toml"):
        with pytest.raises(ExperimentError, match=name):
            read_policy(tmp_path / name)

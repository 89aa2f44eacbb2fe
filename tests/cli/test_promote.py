from __future__ import annotations

import json

import pytest


def test_champion_and_gate(stratify, refused, runs, rewritten):
    for folder in (rewritten(1), rewritten(2, noise=4.0)):
        stratify("register", folder)
    code, out, _ = stratify("promote", "demo", "--version", "1", "--to", "champion")
    assert (code, out.splitlines()[0]) == (0, "champion: demo/1")
    text = refused(stratify("promote", "demo", "--version", "2", "--to", "champion"))
    assert "not worse than version 1" in text
    done = stratify("promote", "demo", "--version", "2", "--to", "champion", "--override", "wish", "--json")
    assert json.loads(done[1])["reason"] == "overridden: wish"
    assert stratify("compare", "demo@champion", "demo/1")[1].startswith("demo-2: AUC 0.")


@pytest.mark.parametrize(
    "verb",
    [
        ["promote", "nobody", "--version", "1", "--to", "champion"],
        ["compare", "nobody@champion", "nobody/1"],
    ],
)
def test_asking_for_what_is_not_there_makes_no_store(stratify, refused, tmp_path, monkeypatch, verb):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert "not registered" in refused(stratify(*verb))
    assert list(tmp_path.iterdir()) == []


def test_other_aliases_are_wrong_usage(stratify):
    assert stratify("promote", "demo", "--version", "1", "--to", "king")[0] == 2

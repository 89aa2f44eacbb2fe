from __future__ import annotations

import json
from pathlib import Path

from stratify.reporting.bundle import load_model

DEMO = Path(__file__).parents[2] / "models" / "demo-1"


def test_a_sound_folder_is_said_to_be_sound(stratify, monkeypatch):
    monkeypatch.delenv("STRATIFY_TRUSTED_KEYS", raising=False)
    code, out, _ = stratify("verify", DEMO)
    assert code == 0
    assert "demo-1: every file as listed, golden patient as stored\nno key was asked for" in out
    _, out, _ = stratify("verify", DEMO, "--json")
    assert json.loads(out) == {"model": "demo-1", "digest": load_model(DEMO).digest, "signed": False}

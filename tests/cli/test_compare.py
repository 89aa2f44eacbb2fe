from __future__ import annotations

import json
from pathlib import Path

DEMO = Path(__file__).parents[2] / "models" / "demo-1"


def test_two_folders(stratify, rewritten):
    worse = rewritten(2, noise=4.0)
    code, out, err = stratify("compare", worse, DEMO)
    assert code == 0
    assert "demo-1: AUC 0.977\n" in out
    assert "not shown to be not worse at a margin of 0.05" in out
    assert "the true uncertainty is larger" in err
    facts = json.loads(stratify("compare", DEMO, worse, "--json", "--margin", "0")[1])
    assert facts["not_worse"]
    assert facts["margin"] == 0.0


def test_no_such_model_is_refused(stratify, refused, tmp_path):
    assert "none in" in refused(stratify("compare", DEMO, tmp_path / "nothing"))

from __future__ import annotations

import json


def test_registered_under_its_name(stratify, runs, rewritten):
    folder = rewritten(1)
    code, out, _ = stratify("register", folder)
    assert code == 0
    assert out.startswith("registered: demo/1 (digest ")
    found = json.loads(stratify("register", folder, "--json")[1])
    assert (found["name"], found["version"], found["aliases"]) == ("demo", 1, [])


def test_damaged_folder_is_refused_and_makes_no_store(stratify, refused, rewritten, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = rewritten(1)
    (folder / "card.md").unlink()
    assert "missing: card.md" in refused(stratify("register", folder))
    assert not (tmp_path / "mlruns").exists()

from __future__ import annotations

import json


def test_logs_are_verified_and_a_changed_line_is_named(stratify, folder, tmp_path, refused):
    out, shared = tmp_path / "out", tmp_path / "all.jsonl"
    verb = ["screen", folder / "models/small-1", folder / "new.csv", "--audit-log", shared, "--json"]
    heads = [json.loads(stratify(*verb, "-o", tmp_path / name)[1])["audit"] for name in ("out", "two")]
    assert heads[0]["audit.jsonl"] in (out / "report.html").read_text(encoding="utf-8")
    code, text, _ = stratify("audit", "verify", shared, "--head", heads[0]["all.jsonl"], "--json")
    assert (code, json.loads(text)["lines"]) == (0, 2)
    assert json.loads(text)["head"] == heads[1]["all.jsonl"]
    code, text, _ = stratify("audit", "verify", out)
    assert code == 0
    assert heads[0]["audit.jsonl"] in text
    shared.write_text(shared.read_text().replace("new.csv", "old.csv", 1))
    assert "line 1 of the log" in refused(stratify("audit", "verify", shared))
    cut = refused(stratify("audit", "verify", out, "--head", heads[1]["all.jsonl"]))
    assert "cut off" in cut


def test_a_head_that_is_no_digest_is_wrong_usage(stratify, tmp_path):
    for head in ("", "12ab", "x" * 64):
        assert stratify("audit", "verify", tmp_path, "--head", head)[0] == 2

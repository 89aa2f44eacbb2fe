from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest


def test_screen_writes_results_and_report(stratify, folder, tmp_path):
    code, out, _ = stratify(
        "screen", folder / "models/small-1", folder / "new.csv", "-o", tmp_path / "s", "--json"
    )
    assert code == 0
    assert sum(json.loads(out)["calls"].values()) == 30
    assert len(pd.read_csv(tmp_path / "s" / "results.csv")) == 30
    assert (tmp_path / "s" / "report.html").is_file()


def test_a_changed_byte_in_a_model_is_refused_by_file(stratify, folder, tmp_path, refused):
    import shutil

    shutil.copytree(folder / "models/small-1", tmp_path / "model")
    target = tmp_path / "model" / "bundle" / "arrays.npz"
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)
    answer = stratify("screen", tmp_path / "model", folder / "new.csv", "-o", tmp_path / "out")
    assert "arrays.npz" in refused(answer)
    assert not (tmp_path / "out").exists()


def test_a_file_without_a_panel_is_refused_with_its_share_of_the_weight(stratify, folder, tmp_path, refused):
    table = pd.read_csv(folder / "new.csv", sep=";")
    table[~table["Panel"].str.contains("Cardiovascular")].to_csv(tmp_path / "half.csv", sep=";", index=False)
    answer = stratify("screen", folder / "models/small-1", tmp_path / "half.csv", "-o", tmp_path / "out")
    message = refused(answer)
    assert "80%" in message
    assert "Cardiovascular" in message


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_screening_that_is_stopped_half_way_leaves_nothing(folder, tmp_path, name):
    stopped = (
        "import os, signal, stratify.screening.score as score; from stratify.cli import main; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a background job may ignore it
        f"score.render_report = lambda *_: os.kill(os.getpid(), signal.{name}); main()"
    )
    verb = ["screen", str(folder / "models/small-1"), str(folder / "new.csv"), "-o", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-c", stopped, *verb], capture_output=True, text=True)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir())

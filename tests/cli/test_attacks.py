"""Model folders that somebody forged: each is refused by name on every road, and nothing in them runs.

The forger knows the format: digests are made to fit again, so that what is refused is the content.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from stratify.errors import ModelError
from stratify.reporting import manifest
from stratify.reporting.bundle import load_model
from stratify.screening.serving import _load_pyfunc

mlflow = pytest.importorskip("mlflow")

DEMO = Path(__file__).parents[2] / "models" / "demo-1"


class Payload:
    """Unpickled, it writes a file."""

    def __init__(self, marker):
        self.marker = str(marker)

    def __reduce__(self):
        return os.mkdir, (self.marker,)


@pytest.fixture
def marker(tmp_path):
    return tmp_path / "it-ran"


@pytest.fixture
def payload(marker):
    """A pickle that does run where it is opened."""
    content = pickle.dumps(Payload(marker), protocol=4)
    pickle.loads(content)  # noqa: S301
    assert marker.is_dir()
    marker.rmdir()
    return content


@pytest.fixture
def forged(tmp_path):
    folder = tmp_path / "demo-1"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("figures"))
    manifest.write_manifest(folder)
    return folder


def seal(folder):
    """Make the manifest fit what the folder holds now."""
    manifest.write_manifest(folder)


def edit_header(folder, change):
    path = folder / "bundle" / "model.json"
    header = json.loads(path.read_text(encoding="utf-8"))
    change(header)
    path.write_text(json.dumps(header), encoding="utf-8")
    seal(folder)


def npy(values):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, values, allow_pickle=True)
    return stream.getvalue()


def add_entry(folder, name, content, **packing):
    with zipfile.ZipFile(folder / "bundle" / "arrays.npz", "a", **packing) as archive:
        archive.writestr(name, content)
    seal(folder)


@pytest.fixture
def refuse_everywhere(stratify, refused, marker, tmp_path):
    """Send a folder down every road; each must name the file, and the marker must not appear."""

    def run(folder, found, *, mlflow_too=False):
        new, out = tmp_path / "new.csv", tmp_path / "out"
        new.write_text("sample_id,IL4\nS1,98765.4321\n", encoding="utf-8")
        table = out.with_suffix(".csv")
        for verb in (
            ["screen", folder, new, "-o", out],
            ["evaluate", folder, new, "-o", table],
            ["detect", folder, "-o", table],
            ["reliability", folder, new, "-o", table],
            ["prevalence", folder, new, "-o", table],
            ["plan-measurements", folder, new, "--budget", "5", "-o", table],
        ):
            text = refused(stratify(*verb))
            assert found in text, verb
            assert "98765" not in text
        roads = [lambda: load_model(folder), lambda: _load_pyfunc(str(folder / "bundle"))]
        if mlflow_too:
            roads.append(lambda: mlflow.pyfunc.load_model(str(folder)))
        for road in roads:
            with pytest.raises(ModelError) as refusal:
                road()
            assert found in str(refusal.value)
        assert not marker.exists()
        assert not out.exists()
        assert not table.exists()

    return run


def test_the_folder_itself_is_taken(forged):
    assert load_model(forged).model.name == "demo"


def test_array_of_objects(forged, marker, payload, refuse_everywhere):
    with zipfile.ZipFile(forged / "bundle" / "arrays.npz") as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries["background.npy"] = npy(np.array([Payload(marker)], dtype=object))
    assert b"mkdir" in entries["background.npy"]
    with zipfile.ZipFile(forged / "bundle" / "arrays.npz", "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    seal(forged)
    refuse_everywhere(forged, "arrays.npz: array background holds objects", mlflow_too=True)


@pytest.mark.parametrize("name", ["arrays.npz", "booster-00.ubj"])
def test_pickle_under_another_name(forged, payload, refuse_everywhere, name):
    (forged / "bundle" / name).write_bytes(payload)
    edit_header(forged, lambda header: header.update(boosters=int(name.endswith("ubj"))))
    refuse_everywhere(forged, f"found: {name}: ", mlflow_too=True)


def test_pickle_as_header(forged, payload, refuse_everywhere):
    (forged / "bundle" / "model.json").write_bytes(payload)
    listed = json.loads((forged / "manifest.json").read_text(encoding="utf-8"))
    listed["files"]["bundle/model.json"] = manifest._facts(forged / "bundle" / "model.json")
    del listed["digest"]
    listed["digest"] = manifest._content_digest(listed)
    (forged / "manifest.json").write_bytes(manifest._canonical(listed))
    refuse_everywhere(forged, "found: model.json: missing, truncated or not JSON")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("MLmodel", "loader_module: stratify.screening.serving", "loader_module: forger"),
        ("MLmodel", "code: null", "code: facts"),
        ("requirements.txt", "mlflow==", "forger=="),
    ],
)
def test_another_loader_or_something_else_to_install(forged, refuse_everywhere, name, old, new):
    text = (forged / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (forged / name).write_text(text.replace(old, new), encoding="utf-8", newline="\n")
    seal(forged)
    # MLflow itself reads this file before any of our code: docs/security.md
    refuse_everywhere(forged, f"found: {name}: ")


def test_entry_that_leads_elsewhere(forged, refuse_everywhere):
    add_entry(forged, "../../it-ran.npy", npy(np.zeros(3)))
    refuse_everywhere(forged, "which is no name of an array")


def test_packed_bomb(forged, refuse_everywhere):
    add_entry(forged, "bomb.npy", npy(np.zeros(10_000_000)), compression=zipfile.ZIP_DEFLATED)
    assert (forged / "bundle" / "arrays.npz").stat().st_size < 2_000_000
    refuse_everywhere(forged, "arrays.npz: packed or locked entries")


@pytest.mark.parametrize("name", ["card.md", "bundle"])
def test_link_out_of_the_folder(forged, tmp_path, refuse_everywhere, name):
    (forged / name).rename(tmp_path / "outside")
    (forged / name).symlink_to(tmp_path / "outside")
    refuse_everywhere(forged, f"a link or device: {name}")


def test_manifest_that_lists_less(forged, payload, refuse_everywhere):
    (forged / "bundle" / "more.pkl").write_bytes(payload)
    refuse_everywhere(forged, "not listed: bundle/more.pkl", mlflow_too=True)


def test_no_manifest(forged, refuse_everywhere):
    (forged / "manifest.json").unlink()
    refuse_everywhere(forged, "none in 'demo-1'", mlflow_too=True)


@pytest.mark.parametrize("name", ["MLmodel", "card.html", "facts/out_of_fold.csv"])
def test_changed_file(forged, refuse_everywhere, name):
    content = bytearray((forged / name).read_bytes())
    content[200] ^= 1  # of the version of Python, in MLmodel
    (forged / name).write_bytes(content)
    refuse_everywhere(forged, f"changed: {name}", mlflow_too=name == "MLmodel")


def test_newer_format(forged, refuse_everywhere):
    edit_header(forged, lambda header: header.update(bundle_schema=99))
    refuse_everywhere(forged, "schema 99\ndo: use a newer version of stratify", mlflow_too=True)


def test_another_weight(forged, refuse_everywhere):
    with np.load(forged / "bundle" / "arrays.npz") as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays["scorer.weights"][0] += 1e-3
    np.savez(forged / "bundle" / "arrays.npz", **arrays)
    seal(forged)
    refuse_everywhere(forged, "another score", mlflow_too=True)

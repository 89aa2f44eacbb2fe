from __future__ import annotations

import hashlib
import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from stratify import datasets
from stratify.assays.reader import read_assays
from stratify.datasets import cache_folder, dataset_names, describe, fetch
from stratify.errors import AssayFileError


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server(tmp_path):
    """Serve the folder over HTTP on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=tmp_path)) as running:
        thread = Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A registry of one data set whose public copy is a local file."""
    source = tmp_path / "public.csv"
    source.write_text("SampleID,IL6\nS1,1.5\n")
    facts = {"url": source.as_uri(), "sha256": hashlib.sha256(source.read_bytes()).hexdigest()}
    entry = {"title": "t", "licence": "MIT", "citation": "c", "files": {"table.csv": facts}}
    monkeypatch.setattr(datasets, "_registry", lambda: {"small": entry})
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(tmp_path / "cache"))
    return tmp_path


def forbid_network(monkeypatch, error=None):
    def retrieve(*args, **kwargs):
        raise error or AssertionError("the network was used")

    monkeypatch.setattr(datasets.pooch, "retrieve", retrieve)


@pytest.mark.parametrize("name", dataset_names())
def test_every_entry_is_complete(name):
    dataset = describe(name)
    assert "doi:10." in dataset.citation
    assert dataset.licence
    for facts in dataset.files.values():
        assert re.fullmatch(r"[0-9a-f]{64}", facts["sha256"])
        (address,) = {"url", "made_from"} & set(facts)
        assert re.match(r"https://raw\.githubusercontent\.com/[\w-]+/[\w-]+/[0-9a-f]{40}/", facts[address])
        assert " " not in facts[address]


@pytest.mark.parametrize("name", dataset_names())
def test_every_stated_hash_is_that_of_the_file(name, data_dir, monkeypatch):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    forbid_network(monkeypatch)
    assert {path.name for path in fetch(name).iterdir()} >= set(describe(name).files)


def test_table_without_an_address_is_explained(small, monkeypatch):
    entry = datasets._registry()["small"]
    address = entry["files"]["table.csv"].pop("url")
    monkeypatch.setattr(
        datasets,
        "_registry",
        lambda: {"small": entry | {"files": {"t.csv": {"made_from": address, "sha256": "0"}}}},
    )
    with pytest.raises(AssayFileError, match="no address of its own"):
        fetch("small")


def test_files_that_lie_there_need_no_network(data_dir, monkeypatch):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    forbid_network(monkeypatch)
    folder = fetch("lvv_cohort1")
    assert folder == data_dir / "lvv_cohort1"
    assert read_assays(folder / "Cohort 1 Post QC Data.csv").n_obs == 166


def test_changed_file_is_refused(small):
    folder = small / "cache" / "small"
    folder.mkdir(parents=True)
    (folder / "table.csv").write_text("changed")
    with pytest.raises(AssayFileError, match=r"another file of that name"):
        fetch("small")
    assert (folder / "table.csv").read_text() == "changed"


@pytest.mark.parametrize(
    ("error", "message"),
    [(OSError("no route"), "the download failed"), (ValueError("hash"), "at its public address")],
)
def test_failed_download_is_explained(small, monkeypatch, error, message):
    forbid_network(monkeypatch, error)
    with pytest.raises(AssayFileError, match=message):
        fetch("small")


def test_unknown_name_gets_the_nearest(small):
    with pytest.raises(AssayFileError, match="did you mean 'small'"):
        fetch("smal")


def test_cache_folder_follows_the_variable(small, monkeypatch):
    assert cache_folder() == small / "cache"
    monkeypatch.delenv("STRATIFY_DATA_DIR")
    assert cache_folder().name == "stratify"


def test_folder_in_place_of_a_file_is_refused(small):
    (small / "cache" / "small" / "table.csv").mkdir(parents=True)
    with pytest.raises(AssayFileError, match="of that name"):
        fetch("small")


def test_download_is_checked_and_kept(small, server):
    facts = datasets._registry()["small"]["files"]["table.csv"]
    facts["url"] = f"{server}/public.csv"
    kept = fetch("small") / "table.csv"
    assert kept.read_bytes() == (small / "public.csv").read_bytes()
    (small / "public.csv").write_text("changed by its authors")
    assert fetch("small") == kept.parent
    kept.unlink()
    with pytest.raises(AssayFileError, match="at its public address"):
        fetch("small")
    assert list(kept.parent.iterdir()) == []
    facts["url"] = f"{server}/moved.csv"
    with pytest.raises(AssayFileError, match="the download failed"):
        fetch("small")

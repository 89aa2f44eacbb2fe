"""What tests of several rooms share."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None)
# the same examples in each run; `--hypothesis-profile default` looks for new ones
settings.load_profile("fixed")

LONGEST = ("test_demo.py", "test_benchmarks.py", "test_execution.py", "test_run.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that all workers end together."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder with the real data sets; tests that need it skip where it is absent."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("STRATIFY_DATA_DIR") or beside)
    if not (folder / "lvv_cohort1").is_dir():
        pytest.skip("real data are absent: set STRATIFY_DATA_DIR, or run `stratify fetch lvv_cohort1`")
    return folder


@pytest.fixture(scope="session")
def once(tmp_path_factory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Build a folder once for all workers; who comes later waits for it."""
    own = tmp_path_factory.getbasetemp()
    root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(name: str, build: Callable[[Path], None]) -> Path:
        path, done, failed = root / name, root / f"{name}.done", root / f"{name}.failed"
        try:
            path.mkdir()
        except FileExistsError:
            while not done.exists():
                if failed.exists():
                    pytest.fail(f"another worker could not build {name}")
                time.sleep(0.1)
            return path
        try:
            build(path)
        except BaseException:
            failed.touch()
            raise
        done.touch()
        return path

    return folder


@pytest.fixture(scope="session")
def hostile() -> str:
    """A name that would run in, load into or leave HTML, an attribute, Markdown or SVG, if unescaped."""
    return (
        """'"><script>alert(1)</script><img src=x onerror=alert(2)></title></svg><svg onload=alert(3)>"""
        "[a](javascript:alert(4))![b](//evil.example/c)]]><style>*{background:url(//evil.example)}</style>"
    )


class _Harmless(HTMLParser):
    """Refuses whatever could run or load."""

    FORBIDDEN = frozenset({"script", "img", "iframe", "object", "embed", "link", "base", "form"})

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.styled = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in self.FORBIDDEN, tag
        self.styled = tag == "style"
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in {"src", "srcdoc", "action", "formaction"}, name
            inside = ("#", "data:image/png;base64,")
            assert name.split(":")[-1] != "href" or (value or "").startswith(inside), value

    def handle_data(self, data: str) -> None:
        assert not (self.styled and "evil" in data)
        self.text.append(data)


@pytest.fixture(scope="session")
def harmless() -> Callable[[str], str]:
    """Check that nothing on a page runs or is loaded; give back what a reader sees of it."""

    def read(page: str) -> str:
        parser = _Harmless()
        parser.feed(page)
        parser.close()
        return "".join(parser.text)

    return read


@pytest.fixture(scope="session")
def _empty_store(tmp_path_factory):
    pytest.importorskip("mlflow")
    from stratify.reporting.connection import opened

    folder = tmp_path_factory.mktemp("store") / "mlruns"
    with opened(folder):
        return folder


@pytest.fixture
def runs(_empty_store, tmp_path, monkeypatch) -> Path:
    """Folder of a store of runs in a working folder of its own; made once and copied, which is faster."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(_empty_store, tmp_path / "mlruns"))


@pytest.fixture
def rewritten(tmp_path):
    """Copy the demo model with another version, and with scores that are less or more apart."""
    import json

    import numpy as np
    import pandas as pd

    from stratify.reporting.manifest import write_manifest

    def rewrite(version: int, *, shift: float = 0.0, shown: bool = True, noise: float = 0.0) -> Path:
        folder = tmp_path / f"demo-{version}"
        demo = Path(__file__).parents[1] / "models" / "demo-1"
        shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("figures", "card.html"))
        header = json.loads((folder / "bundle" / "model.json").read_text(encoding="utf-8"))
        header["model"]["version"] = version
        header["model"]["rule"]["shown"] = shown
        (folder / "bundle" / "model.json").write_text(json.dumps(header), encoding="utf-8")
        place = folder / "facts" / "out_of_fold.csv"
        table = pd.read_csv(place, float_precision="round_trip")
        drawn = np.random.default_rng(0).normal(size=len(table))
        table["score"] += shift * table["label"] + noise * drawn
        table.to_csv(place, index=False)
        write_manifest(folder)
        return folder

    return rewrite

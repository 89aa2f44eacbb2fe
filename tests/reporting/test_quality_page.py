from __future__ import annotations

import json
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.errors import StratifyError
from stratify.reporting.quality import examine
from stratify.reporting.quality_page import quality_page, write_quality_page


class Page(HTMLParser):
    """Elements, addresses and the text of a page."""

    VOID = frozenset({"meta", "br", "hr", "img", "link"})

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.addresses, self.titles = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.seen.append((tag, named))
        self.addresses += [named[key] for key in ("href", "src", "xlink:href") if key in named]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def cohort(n=60):
    rng = np.random.default_rng(0)
    label = np.array(["case", "control"] * (n // 2))
    obs = pd.DataFrame(
        {"group": label, "site": np.where(label == "case", "<b>A</b>", "B & C"), "age": rng.normal(50, 9, n)},
        index=[f"<i>S{i}" for i in range(n)],
    )
    adata = AnnData(rng.normal(size=(n, 12)), obs=obs)
    adata.uns["stratify"] = {
        "format": "npx-long",
        "platform": "Olink Explore",
        "scale": "NPX",
        "sources": {"name": ["a<script>.csv"], "sha256": ["f" * 64]},
    }
    return adata


@pytest.fixture(scope="module")
def text():
    return quality_page(examine(cohort()))


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_page_is_whole_and_asks_for_nothing(page, text):
    assert page.open == []
    assert all(address.startswith("#") for address in page.addresses)
    assert "script" not in {tag for tag, _ in page.seen}
    assert "http" not in text.replace("http://www.w3.org/", "").replace("http-equiv", "")


def test_names_of_a_file_are_text(text):
    assert "<script>" not in text
    assert "<b>A</b>" not in text
    assert "a&lt;script&gt;.csv" in text
    assert "B &amp; C" in text


def test_figures_have_a_title_and_tables_have_headers(page, text):
    pictures = [named for tag, named in page.seen if tag == "svg"]
    assert pictures
    assert all(named["role"] == "img" and f'id="{named["aria-labelledby"]}"' in text for named in pictures)
    tags = [tag for tag, _ in page.seen]
    assert tags.count("thead") == tags.count("table")
    assert all("scope" in named for tag, named in page.seen if tag == "th")


def test_ids_are_unique(page):
    ids = [named["id"] for _, named in page.seen if "id" in named]
    assert len(ids) == len(set(ids))


def test_page_says_what_stands_in_the_way_and_what_can_be_learned(text):
    assert "There are errors." in text
    assert "case and control share no site" in text
    assert "label-confounded" in text
    assert "f" * 64 in text


def test_both_colour_schemes_and_print(text):
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_the_same_facts_give_the_same_page(text):
    assert quality_page(examine(cohort())) == text


@pytest.mark.parametrize("shape", [(1, 1), (4, 3), (25, 2)])
def test_small_tables_have_a_page_too(shape):
    assert Page(quality_page(examine(AnnData(np.ones(shape))))).open == []


def test_a_large_table_has_a_page_of_bounded_size():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame({"plate": rng.integers(0, 60, 5000).astype(str)}, index=[f"S{i}" for i in range(5000)])
    text = quality_page(examine(AnnData(rng.normal(size=(5000, 6)), obs=obs)))
    assert len(text) < 1_000_000
    assert "600 of 5000 samples are drawn" in text


def test_page_and_facts_are_written_as_a_whole_beside_other_files(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    quality = examine(cohort())
    for _ in range(2):
        path = write_quality_page(quality, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "quality.html", "quality.json"]
    assert path.read_text(encoding="utf-8") == quality_page(quality)
    assert json.loads((tmp_path / "quality.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(quality.as_dict())
    )


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(StratifyError, match="is a file"):
        write_quality_page(examine(cohort()), tmp_path / "out")


def test_an_interrupted_run_leaves_the_old_page(tmp_path, monkeypatch):
    quality = examine(cohort())
    path = write_quality_page(quality, tmp_path)
    before = path.read_bytes()

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("stratify.reporting.quality_page.os.replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_quality_page(quality, tmp_path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2

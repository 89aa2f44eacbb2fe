import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from stratify.assays.finding_titles import title
from stratify.learning.decision import REASONS, Healthy
from stratify.screening import report
from stratify.screening.report import ANCHORED, BIOLOGY, HANDLING, QUALITY, render_report
from stratify.screening.results import results_schema
from stratify.screening.score import screen_cohort

VOID = {"meta", "br", "line", "rect"}


class Page(HTMLParser):
    """Tags with their attributes, the text, and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def count(self, tag, **wanted):
        return sum(name == tag and wanted.items() <= attrs.items() for name, attrs in self.tags)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture
def screening(loaded, arrivals):
    arrivals.X[5] = np.nan
    arrivals.obs.loc["N00008", "qc"] = "warn"
    return screen_cohort(loaded, arrivals)


def test_every_patient_has_a_row_and_two_waterfalls(screening):
    page = Page(render_report(screening))
    assert page.open == []
    assert page.count("tr", **{"class": "first"}) == 40
    assert page.count("svg", **{"class": "fall"}) == 2 * 39
    assert page.count("svg", **{"class": "ruler"}) == 39
    assert all(name in page.text for name in screening.table["sample_id"])


def test_in_print_everybody_has_a_sheet_and_the_overview_has_a_line(screening):
    page = render_report(screening)
    patients = page.partition('<table class="patients">')[2]
    assert patients.count("<tbody>") == 40
    overview = page.partition('<div class="overview">')[2].partition("</table>")[0]
    assert overview.count("<tr><td>") == 40
    assert re.search(r"@media print.*\.patients tbody { break-before: page", page, flags=re.DOTALL)


def test_what_would_settle_an_open_answer_stands_beside_its_reasons(screening):
    words = Page(render_report(screening)).text
    patients = words.partition("Sample Call Why")[2]
    assert patients.count("To settle it:") == (screening.table["to_settle"] != "").sum() > 0
    assert f"Stands against a call 1 of 40 samples: {REASONS['too-little-measured']}" in words


def test_calls_and_reasons_are_in_plain_words(screening):
    text = Page(render_report(screening)).text
    for word, count in screening.counts.items():
        assert f"{count} {word}" in text
    codes = set(";".join(screening.table["reason_codes"]).split(";"))
    assert all(REASONS[code] in text for code in codes)
    assert not any(f" {code} " in text for code in codes - {"resembles"})


def test_words_that_must_be_said_are_said(screening):
    text = Page(render_report(screening)).text
    for words in (
        "Research software. No medical decision may rest on this page.",
        "does not say whether a patient will respond to any drug",
        "resemblance to AD at the mix of the people in the training study",
        "known from samples that were measured in both batches for 40 samples",
        "363 of the model's 363, with 100% of the score's weight",
        "not computed",
        "eligibility for a trial",
        "above all 32",
    ):
        assert words in text
    assert "Not shown" not in text


def test_assumed_shares_are_of_the_reference_disease_and_nothing_is_excluded(screening):
    text = Page(render_report(screening)).text
    assert f"if 10% of the people had {screening.model.positive}" in text
    assert "were skewed" not in text  # the likelihood ratio was learned from diagnoses alone
    assert "can be excluded" not in text


def test_page_is_self_contained_and_has_no_script(screening):
    html = render_report(screening)
    page = Page(html)
    assert {"script", "link", "img", "iframe", "a", "object"}.isdisjoint(name for name, _ in page.tags)
    attributes = {name for _, attrs in page.tags for name in attrs}
    assert not {name for name in attributes if name.startswith("on") or name in {"src", "href"}}
    assert not re.search(r"https?:|url\(|@import", html)


def test_paper_is_no_narrow_screen(screening):
    html = render_report(screening)
    # a sheet of paper is narrower than the screens for which the table is taken apart
    assert re.findall(r"@media ([^{]*max-width[^{]*) {", html) == ["screen and (max-width: 760px)"]


def test_text_of_a_file_is_escaped(loaded, arrivals):
    bad = "<script>alert('x')</script>"
    arrivals.obs_names = [bad, *arrivals.obs_names[1:]]
    arrivals.obs["visit"] = '"><img src=x onerror=y>'
    arrivals.uns["stratify"]["sources"] = {"name": ["<i>.csv"], "sha256": ["0"]}
    html = render_report(screen_cohort(loaded, arrivals))
    assert bad not in html
    assert {"script", "img", "i"}.isdisjoint(name for name, _ in Page(html).tags)
    assert bad in Page(html).text


def test_same_screening_same_page(loaded, arrivals):
    assert render_report(screen_cohort(loaded, arrivals)) == render_report(screen_cohort(loaded, arrivals))


def test_long_list_has_pictures_of_flagged_patients_only(screening, monkeypatch):
    monkeypatch.setattr(report, "MOST_DETAILED", 10)
    page = Page(render_report(screening))
    assert page.count("svg", **{"class": "fall"}) == 2 * screening.counts["Th2-skewed"] > 0
    assert "pictures are given for those called Th2-skewed only" in page.text


def test_model_that_beat_nothing_says_so(loaded, arrivals):
    weak = replace(loaded.model, rule=replace(loaded.model.rule, shown=False))
    screening = screen_cohort(replace(loaded, model=weak), arrivals)
    assert screening.counts["indeterminate"] == 40
    assert "Not shown:" in Page(render_report(screening)).text


def test_model_of_simulated_people_says_so(loaded, arrivals):
    drawn = replace(loaded, model=replace(loaded.model, simulated=True))
    assert "Simulated model:" in Page(render_report(screen_cohort(drawn, arrivals))).text
    assert "Simulated model:" not in Page(render_report(screen_cohort(loaded, arrivals))).text


def test_model_without_healthy_people_has_no_magnitude(loaded, arrivals):
    bare = replace(loaded.model, healthy=Healthy(0.0, 1.0, 0, 1.0, np.zeros(0)))
    screening = screen_cohort(replace(loaded, model=bare), arrivals)
    page = Page(render_report(screening))
    assert page.count("svg", **{"class": "ruler"}) == 0
    assert "the model has no healthy people" in page.text
    assert screening.counts["indeterminate"] == 40


def test_every_code_has_its_words():
    columns = results_schema()["properties"]
    pairs = {"anchored": ANCHORED, "handling": HANDLING, "known_biology": BIOLOGY, "quality": QUALITY}
    assert {name: columns[name]["enum"] for name in pairs} == {name: list(w) for name, w in pairs.items()}
    assert set(report.ANCHOR_MEANING) == set(ANCHORED)


def test_every_finding_has_its_words(screening):
    page = render_report(screening)
    assert all(title(finding.code) in page for finding in screening.facts.findings)

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from stratify.learning.planted import model_map
from stratify.learning.validation import Evaluation
from stratify.reporting.card import (
    NOT_COMPUTED,
    alt_texts,
    card_page,
    card_text,
    fixed,
    in_words,
    p_value,
    write_card,
)
from stratify.reporting.facts import LabelAccount
from stratify.reporting.plots import draw_figures
from stratify.reporting.raw_facts import raw_facts
from stratify.reporting.record import card_facts, run_record


@pytest.fixture(scope="module")
def card(training, facts, figures):
    return card_text(training, facts, figures)


def rows(text: str, heading: str) -> list[list[str]]:
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "|" in line
    ]


class Page(HTMLParser):
    """Which elements a page has, and whether every one is closed."""

    VOID = frozenset({"meta", "br", "hr", "img", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.seen, self.addresses = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.addresses += [v for k, v in attrs if k in ("href", "src", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_same_training_is_the_same_text(training, facts, figures, card):
    assert card_text(training, facts, figures) == card


def test_headline_says_shown_and_by_how_much(card):
    assert card.startswith("# small version 1: resemblance to AD, shown\n")
    assert "0 of 19 permutations" in card
    assert "(p = 0.050, bound 0.05)" in card


def test_model_that_shows_nothing_is_worded_so(null, make_facts):
    text = card_text(null, make_facts(null), draw_figures(raw_facts(null, make_facts(null))))
    assert text.startswith("# small version 1: resemblance to AD, not shown\n")
    assert "No call may be made with this model" in text
    assert "describes its arithmetic, not biology" in text
    assert "no flag is given" in text
    assert "**shown**" not in text
    assert "> **Shown.**" not in text


def test_model_that_was_not_tested_is_not_shown(boosted, make_facts):
    text = card_text(boosted, make_facts(boosted), {})
    assert ", not shown\n" in text
    assert "No permutation test was run" in text
    assert f"Figure roc: {NOT_COMPUTED}." in text


def test_performance_is_that_of_the_evaluation(card, training):
    table = {row[0]: row[1:] for row in rows(card, "Performance")[2:]}
    low, high = training.evaluation.auc_interval("xgboost")
    gap, error = training.evaluation.paired_difference("factor-centroids", "xgboost")
    assert table["factor-centroids (this model)"][0] == f"{training.evaluation.auc('factor-centroids'):.2f}"
    assert table["xgboost"][1:] == [f"{low:.2f} to {high:.2f}", f"{gap:.2f}", f"{error:.2f}"]
    assert "composite (baseline)" in table
    assert f"Model of covariates alone: {NOT_COMPUTED}." in card


def test_covariates_stand_beside_the_proteins(training, facts, figures):
    table = training.evaluation.of("composite").assign(family="covariates")
    known = replace(facts, baselines=Evaluation(table, 4), covariates=("age", "sex"))
    text = card_text(training, known, figures)
    assert "| covariates (no protein: age, sex) |" in text
    assert "Model of covariates alone" not in text


def test_flow_and_digests_are_those_of_the_facts(card, facts):
    flow = {row[0]: row[-1] for row in rows(card, "Data: source, participants and flow")}
    assert flow["Read"] == "56"
    assert flow["Learned: PSO"] == "10"
    assert flow["Target, never labelled"] == "8"
    assert facts.data_digest in card
    assert "44 people were learned from" in card


def test_locked_threshold_is_in_numbers(card, training):
    healthy = training.model.healthy
    z = healthy.reach(0.05)
    assert f"healthy bound, {healthy.mean + z * healthy.sd:.3f}: a magnitude of {z:.2f} SDs" in card
    assert f"below {0.3 * healthy.unit / healthy.sd:.2f} SDs" in card
    assert "at least 80% of the score's weight" in card
    assert "(the smallest possible is 0.034)" in card


def test_calls_are_counted_and_not_called_accuracy(card, facts):
    counts = {row[0]: row[1] for row in rows(card, "Target people")[2:]}
    assert counts == {call: str(n) for call, n in facts.target_calls.calls.items()}
    assert "these counts are not an accuracy" in card


def test_words_that_must_stand(card):
    for words in (
        "no medical device",
        "is not to respond to a drug",
        "no outcome of depression (MDD) was ever observed",
        "AD-resemblance at the reference mix",
        "10%, 25%, 35%",
        "corrected variance of Nadeau & Bengio (2003)",
        "What it would find",
    ):
        assert words in card


@pytest.mark.parametrize(("simulated", "permuted"), [(True, False), (False, True), (False, False)])
def test_what_is_not_real_is_said_loudly(training, facts, figures, simulated, permuted):
    text = card_text(training, replace(facts, simulated=simulated, permuted=permuted), figures)
    assert ("> **SIMULATED DATA.**" in text) == simulated
    assert ("> **LABELS PERMUTED ON PURPOSE.**" in text) == permuted
    assert ("imulated" in text) == simulated


def test_no_time_no_place_and_no_patient(card, facts):
    read = re.sub(r"doi:\S+", "", card)
    assert not re.search(r"\b20\d\d-\d\d|\d\d:\d\d|person-\d|run_id|/tmp/|/home/", read)


def test_names_cannot_break_the_text(training, facts, figures):
    rude = "a | b <script>alert(1)</script> [x](http://evil) *loud* `code`\n\n# heading"
    text = card_text(
        training, replace(facts, question=rude, flow=replace(facts.flow, removed={rude: 1})), figures
    )
    page = card_page(text, figures, title="<b>")
    assert "\n# heading" not in text
    assert "<script" not in page
    assert 'href="http' not in page
    assert page.count("<tr>") == card_page(card_text(training, facts, figures), figures, title="").count(
        "<tr>"
    )


def test_page_needs_no_other_file_and_is_well_formed(card, figures):
    page = card_page(card, figures, title="small & able")
    found = Page(page)
    assert found.open == []
    assert found.seen.count("svg") == len(figures)
    assert not {"script", "link", "img", "iframe"} & set(found.seen)
    assert [address for address in found.addresses if not address.startswith(("#", "data:"))] == []
    assert "<title>small &amp; able</title>" in page
    assert not re.search(r"url\((?!#)|@import", page)


def test_controls_stand_beside_the_figure_at_the_top(training, facts, figures):
    asked = replace(facts, settings=dict(facts.settings) | {"learning": {"controls": ["xgboost"]}})
    auc = fixed(training.evaluation.auc("xgboost"))
    assert f"; controls without a prior: xgboost {auc}" in card_text(training, asked, figures)
    assert "controls without" not in card_text(training, facts, figures)


def test_a_table_names_each_column_or_none():
    templates = files("stratify.reporting") / "templates"
    text = "".join(
        path.read_text(encoding="utf-8") for path in templates.iterdir() if path.name.endswith(".md")
    )
    heads = re.findall(r"^(\| .*\|)\n\|[-:|]+\|$", text, flags=re.MULTILINE)
    assert len(heads) > 10
    for head in heads:
        named = [bool(cell.strip()) for cell in head.strip("|").split("|")]
        assert len(set(named)) == 1, head  # an empty one is not shown, and the others would move


def test_both_forms_are_written_from_one_text(training, facts, figures, card, tmp_path):
    raw = raw_facts(training, facts)
    write_card(card_facts(run_record(training, facts, raw), raw, alt_texts(figures)), figures, tmp_path)
    assert (tmp_path / "card.md").read_text(encoding="utf-8").endswith(f"---\n\n{card}")
    page = (tmp_path / "card.html").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", card, flags=re.MULTILINE)
    assert re.findall(r"<h2>(.*?)</h2>", page) == headings
    assert len(headings) == 20


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (fixed(0.125, 1), "0.1"),
        (fixed(None), NOT_COMPUTED),
        (fixed(-2.345), "-2.35"),
        (p_value(0.0009), "< 0.001"),
        (in_words({}), "none"),
    ],
)
def test_numbers_are_written_one_way(text, wanted):
    assert text == wanted


def test_what_was_not_run_or_stated_is_said(training, boosted, make_facts):
    assays = training.model.assays.assign(panel="")
    bare = replace(training, model=replace(training.model, assays=assays))
    assert "| Proteins | 40 assays: panel not stated 40 |" in card_text(bare, make_facts(bare), {})
    text = card_text(boosted, make_facts(boosted), {})
    assert f"Composite of the prior's proteins as a baseline: {NOT_COMPUTED}." in text


def test_settings_are_listed_once(card):
    assert "| Setting: learning.families | composite |" in card
    assert "Setting: seed" not in card
    assert "Setting: data" not in card


def labelled(training, facts, figures, **told):
    account = LabelAccount("axis-rule", "The label is a rule.", ("CCL17", "IL4"), **told)
    return card_text(training, replace(facts, label=account), figures)


def test_label_proteins_among_the_features_are_said_in_bold_and_red(training, facts, figures, card):
    text = labelled(training, facts, figures, among_features=("CCL17",))
    assert "> **WARNING: LABEL PROTEINS AMONG THE FEATURES.** 1 proteins" in text
    assert text.index("WARNING") < text.index("**Shown.**")
    assert "**Every figure of performance below is circular.**" in text
    page = card_page(text, figures, title="x")
    assert page.count('<blockquote class="danger">') == 1
    assert page.count("<blockquote>") == card_page(card, figures, title="x").count("<blockquote>")


def test_a_label_that_is_no_diagnosis_is_told(training, facts, figures, card):
    text = labelled(training, facts, figures)
    assert "The label is a rule. Proteins that made it: CCL17, IL4. All of them were left out" in text
    assert "| Positive label | AD |" in text
    assert "calibrated against these labels only" in text
    assert "WARNING" not in text
    assert "The label is a clinical diagnosis, never a protein. Missing" in card
    assert "| Reference disease | AD |" in card


def test_a_label_that_is_the_site_is_red_too(training, facts, figures):
    text = labelled(training, facts, figures, not_separable="no site has people of both classes")
    assert "**WARNING: NOT SEPARABLE FROM THE SITE.** No site has people of both classes" in text
    assert card_page(text, figures, title="x").count('class="danger"') == 1


def test_what_the_model_would_find_comes_first(training, facts, figures):
    text = card_text(training, facts, figures)
    assert text.index("## What it would find") < text.index("## Model details")
    assert text.index("figures/detectability.svg") < text.index("figures/roc.svg")
    middle = facts.found[facts.found["prevalence"] == 0.25]
    for row in middle.itertuples():
        told = f"| {row.relative_size:.1f} | {row.handling_offset:.1f} | {row.sensitivity:.2f} ("
        assert text.count(told) == 1
    assert text.count("| 0.8 | ") == 3


def test_a_model_without_healthy_people_has_no_map(null, make_facts):
    assert model_map(null.model) is None
    text = card_text(null, make_facts(null), {})
    assert "## What it would find" not in text
    assert "| not available: the model keeps too few healthy people for a map |" in text

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ScreeningError
from stratify.screening.delivery import ELIGIBILITY
from stratify.screening.eligible_patients import eligible_by_call, with_eligibility
from stratify.screening.report import render_report
from stratify.screening.score import screen, screen_cohort

RULES = """
name = "mine"
version = 1
title = "For a test <b>"
source = "nobody"
[columns.hiv]
type = "yes-no"
question = "HIV <script>?"
[columns.smoking]
type = "yes-no"
question = "Smoking?"
[[rules]]
id = "hiv"
kind = "hard-stop"
says = "HIV infection"
any_of = [{ column = "hiv", is = true }]
source = "s"
[[rules]]
id = "smoking"
kind = "soft-flag"
says = "Smokes"
any_of = [{ column = "smoking", is = true }]
source = "s"
"""


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.fixture
def screened(loaded, arrivals):
    return screen_cohort(loaded, arrivals)


@pytest.fixture
def clinical(screened):
    answers = np.resize(["yes", "no", ""], len(screened.table))
    return pd.DataFrame({"sample_id": screened.table["sample_id"], "hiv": answers, "smoking": "yes"})


def test_only_the_column_eligible_changes(screened, clinical, rules):
    found = with_eligibility(screened, rules, clinical)
    assert found.table["eligible"].head(3).tolist() == ["no", "yes", "unknown"]
    assert found.table.drop(columns="eligible").equals(screened.table.drop(columns="eligible"))
    assert set(screened.table["eligible"]) == {"unknown"}
    assert sum(count for _, words in eligible_by_call(found) for count in words.values()) == len(clinical)


def test_a_call_clears_no_hard_stop(screened, clinical, rules):
    flagged = screened.table.assign(call=screened.model.rule.positive_call, probability=1.0)
    screened.table[:] = flagged
    found = with_eligibility(screened, rules, clinical.assign(hiv="yes"))
    assert set(found.table["eligible"]) == {"no"}


def test_the_report_gives_reasons_questions_and_the_flow(screened, clinical, rules):
    page = render_report(with_eligibility(screened, rules, clinical))
    assert "Not eligible</strong>: HIV infection (hard-stop). Noted: Smokes" in page
    assert "HIV &lt;script&gt;?" in page
    assert "For a test &lt;b&gt;" in page
    assert "no criteria were given" not in page
    assert "no criteria were given" in render_report(screened)


def test_eligibility_is_delivered_beside_the_results_and_gone_when_not_asked(
    model_folder, laboratory_file, clinical, rules, tmp_path
):
    clinical.to_csv(tmp_path / "clinical.csv", index=False)
    known = {"clinical": tmp_path / "clinical.csv", "out": tmp_path / "s"}
    screen(model_folder, laboratory_file, eligibility=rules, **known)
    assert pd.read_csv(tmp_path / "s" / ELIGIBILITY)["soft_flags"].eq("smoking").all()
    assert '"mine.toml"' in (tmp_path / "s" / "audit.jsonl").read_text(encoding="utf-8")
    screen(model_folder, laboratory_file, **known)
    assert not (tmp_path / "s" / ELIGIBILITY).exists()


def test_eligibility_without_a_clinical_table_is_refused(model_folder, laboratory_file, rules, tmp_path):
    with pytest.raises(ScreeningError, match="clinical table"):
        screen(model_folder, laboratory_file, eligibility=rules, out=tmp_path / "s")
    assert not (tmp_path / "s").exists()

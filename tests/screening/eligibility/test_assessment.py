from __future__ import annotations

import pandas as pd
import pytest

from stratify.errors import ClinicalTableError
from stratify.screening.eligibility.assessment import COLUMNS, assess
from stratify.screening.eligibility.rules import YES_NO, read_rules

RULES = read_rules("dupilumab-mdd")


@pytest.fixture
def clinical() -> pd.DataFrame:
    """Four samples of three people: one suitable, one with two reasons against, one who was hardly asked."""
    row = {name: "no" if column.type == YES_NO else "20" for name, column in RULES.columns.items()}
    row |= {"screening_date": "2026-03-31", "last_live_vaccine": "never", "mdd_episode": "yes"}
    table = pd.DataFrame([row] * 4, dtype=object)
    table.insert(0, "SampleID", ["a", "b", "c", "d"])
    table.insert(1, "patient_id", ["P1", "P2", "P3", "P3"])
    table.loc[1, ["age", "pregnant"]] = ["17", "yes"]
    table.loc[2, ["hiv", "qids_c"]] = ["perhaps", ""]
    return table


def test_a_row_a_sample_with_all_reasons_and_questions(clinical):
    table = assess(RULES, clinical).table().set_index("sample_id")
    assert table.reset_index().columns.tolist() == list(COLUMNS)
    assert table["eligible"].tolist() == ["yes", "no", "unknown", "yes"]
    assert (table.loc["b", "hard_stops"], table.loc["b", "inclusions_not_met"]) == ("pregnancy", "age")
    assert table.loc["c", "to_clarify"] == "severity; hiv-hepatitis"
    assert "QIDS-C" in table.loc["c", "questions"]
    assert "neither yes nor no" in table.loc["c", "questions"]
    assert "perhaps" not in table.to_csv()


def test_people_are_counted_once_by_the_row_that_speaks_most_against_them(clinical):
    flow = assess(RULES, clinical).flow()
    assert (flow.assessed, flow.eligible, flow.not_eligible, flow.to_clarify) == (3, 1, 1, 1)
    assert {(kind, count) for kind, _, count in flow.reasons} == {("inclusion", 1), ("hard-stop", 1)}
    assert [count for _, count in flow.open_questions] == [1, 1]
    assert flow.lines()[0] == "assessed for eligibility: 3"


def test_order_and_foreign_columns_change_nothing(clinical):
    turned = clinical.iloc[::-1, ::-1].assign(foreign="=1+1")
    known = assess(RULES, clinical).table().set_index("sample_id")
    assert assess(RULES, turned).table().set_index("sample_id").sort_index().equals(known)


def test_a_sample_that_the_table_lacks_is_to_clarify_in_everything(clinical):
    found = assess(RULES, clinical, ["a", "z"])
    assert found.eligible(["z", "a", "nobody"]) == ["unknown", "yes", "unknown"]
    assert found.table()["patient_id"].tolist() == ["P1", ""]


def test_columns_are_found_in_other_spellings_and_absent_ones_are_named(clinical):
    other = clinical.rename(columns={"age": "Age (years)", "hs_crp": "hs-CRP"}).drop(columns="bmi")
    found = assess(RULES, other)
    assert found.absent_columns == ("bmi",)
    assert found.table().equals(assess(RULES, clinical).table())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(**{"Age (years)": "20"}), "one column for 'age'"),
        (lambda t: t[["SampleID"]].assign(other="1"), "none of them"),
        (lambda t: t.assign(SampleID="a"), "several rows"),
        (lambda t: t.assign(SampleID=["a", "b", "c", ""]), "without a sample id"),
    ],
)
def test_tables_that_can_not_be_used_are_refused(clinical, change, message):
    with pytest.raises(ClinicalTableError, match=message):
        assess(RULES, change(clinical))

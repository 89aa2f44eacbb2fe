import csv
import json
import re
from dataclasses import replace

import jsonschema
import numpy as np
import pandas as pd
import pytest

from stratify.learning.decision import REASONS
from stratify.learning.frozen import Batch
from stratify.learning.scores import score_batch
from stratify.screening.results import (
    describe,
    leading_proteins,
    neutral,
    one_row_a_patient,
    result_columns,
    results_schema,
    write_csv,
)

COLUMNS = (
    "sample_id patient_id visit call reason_codes probability probability_low probability_high "
    "likelihood_ratio posterior_10 posterior_25 posterior_35 direction magnitude_z magnitude_low "
    "magnitude_high magnitude_percentile anchored handling known_biology weight_covered weight_below_lod "
    "robust_share to_settle quality eligible top_reasons model_digest schema_version"
).split()


def rows_for_schema(table):
    return [
        {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in row.items()}
        for row in json.loads(table.to_json(orient="records", double_precision=15))
    ]


@pytest.fixture
def batch(model, arrivals):
    levels = np.array(arrivals.X[:40])
    levels[0], levels[1, :60] = np.nan, np.nan
    n, p = levels.shape
    return Batch(levels, np.zeros((n, p), dtype=bool), ["fail"] + ["ok"] * 39, "vendor", np.full(p, 0.1))


@pytest.fixture
def described(model, batch, arrivals):
    return describe(model, batch, score_batch(model, batch), arrivals.obs.iloc[:40], "f" * 64)


@pytest.fixture
def table(described):
    return described[0]


def test_columns_are_those_that_were_promised(table):
    assert table.columns.tolist() == COLUMNS == result_columns()


def test_schema_is_valid_and_describes_every_column():
    jsonschema.Draft202012Validator.check_schema(results_schema())
    assert all(len(column["description"]) > 20 for column in results_schema()["properties"].values())


def test_every_row_obeys_the_schema(table):
    assert table["call"].nunique() == 3
    for row in rows_for_schema(table):
        jsonschema.validate(row, results_schema())


@pytest.mark.parametrize(
    ("column", "value"),
    [("probability", 1.1), ("call", "healthy"), ("reason_codes", "no-such-code"), ("handling", ""),
     ("weight_covered", None), ("schema_version", 2), ("model_digest", "abc")],
)  # fmt: skip
def test_schema_refuses_what_can_not_be(table, column, value):
    row = rows_for_schema(table)[5] | {column: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(row, results_schema())


def test_schema_knows_every_reason():
    pattern = results_schema()["properties"]["reason_codes"]["pattern"]
    assert sorted(pattern.split(")")[0].removeprefix("^(").split("|")) == sorted(REASONS)


def test_probability_and_its_ends_come_from_the_calibration(model, batch, table):
    scores = score_batch(model, batch)
    at = model.calibration.probability
    seen = slice(2, None)
    np.testing.assert_array_equal(table["probability"][seen], at(scores.score)[seen])
    reach = 1.6448536269514722 * scores.error
    np.testing.assert_allclose(table["probability_low"][seen], at(scores.score - reach)[seen])
    np.testing.assert_allclose(table["probability_high"][seen], at(scores.score + reach)[seen])


def test_posterior_at_the_mix_of_the_study_is_the_probability(model, table):
    prevalence, ratio = model.calibration.prevalence, table["likelihood_ratio"]
    odds = ratio * prevalence / (1 - prevalence)
    np.testing.assert_allclose((odds / (1 + odds))[2:], table["probability"][2:])
    assert (table["posterior_10"] <= table["posterior_25"])[2:].all()


def test_unmeasured_patient_gets_no_number(table):
    row = table.iloc[0]
    assert row["weight_covered"] == 0.0
    assert row["call"] == "indeterminate"
    assert {"quality-fail", "too-little-measured"} <= set(row["reason_codes"].split(";"))
    assert row[["probability", "magnitude_z", "likelihood_ratio"]].isna().all()
    assert (row["direction"], row["top_reasons"], row["handling"]) == ("", "", "unknown")


def test_only_calls_have_a_robust_share_and_nobody_has_an_eligibility_yet(table):
    called = table["call"] != "indeterminate"
    assert (table["robust_share"].notna() == called).all()
    assert (table["to_settle"] != "")[~called].all()
    assert ((table["to_settle"] != "") <= (table["robust_share"] < 1))[called].all()
    assert set(table["eligible"]) == {"unknown"}


def test_far_score_has_a_finite_likelihood_ratio(model, batch, arrivals):
    scores = replace(score_batch(model, batch), score=np.full(40, 1e6))
    assert np.isfinite(describe(model, batch, scores, arrivals.obs.iloc[:40], "")[0]["likelihood_ratio"][5])


def test_top_reasons_name_sign_and_pathway(model, described):
    table, contributions = described
    first = table["top_reasons"][5].split("; ")
    largest = int(np.argmax(np.abs(contributions[5])))
    assert len(first) == 5
    assert first[0].startswith(f"{model.assays['gene'].iloc[largest]} {contributions[5, largest]:+.2f} (")
    assert first[0].endswith(f"({model.assays['pathway'].iloc[largest]})")


def test_ties_are_broken_by_the_order_of_the_model(model):
    same = np.ones((1, len(model.assays)))
    assert leading_proteins(model, same)[0].startswith(f"{model.assays['gene'].iloc[0]} +1.00")


def test_numbers_read_back_exactly(table, tmp_path):
    write_csv(table, tmp_path / "results.csv")
    back = pd.read_csv(tmp_path / "results.csv", float_precision="round_trip")
    for name in table.select_dtypes("number"):
        np.testing.assert_array_equal(back[name].to_numpy(float), table[name].to_numpy(float))


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", " =1", "\r=1", "-1+1", "\uff1d1", "+1;=2", "\n=1"]
)
def test_formulas_are_neutralised_in_every_text_column(table, tmp_path, text):
    columns = ["sample_id", "patient_id", "visit", "direction"]
    write_csv(table.assign(**dict.fromkeys(columns, text)), tmp_path / "results.csv")
    with (tmp_path / "results.csv").open(newline="", encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    assert {row[name] for name in columns} == {"'" + re.sub(r"[\t\r\n]", " ", text)}


@pytest.mark.parametrize("text", ["", "S-1", "-7", "+3.5", "CCL17 -1.3 (Th2)"])
def test_plain_text_is_left_alone(text):
    assert neutral(text) == text


def visits(**columns):
    table = pd.DataFrame({"sample_id": list("abcd"), "patient_id": ["P", "P", "", "Q"], "visit": ""})
    table["probability"] = [0.1, 0.9, 0.5, 0.5]
    return table.assign(**{k: v for k, v in columns.items() if k == "visit"}), pd.DataFrame(
        {k: v for k, v in columns.items() if k != "visit"}, index=table["sample_id"]
    )


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ({}, "acd"),
        ({"visit": ["week 12", "week 2", "", ""]}, "bcd"),
        ({"visit": ["week 12", "baseline", "", ""]}, "acd"),
        ({"collection_datetime": ["2026-03-01", "2026-02-01T08:00", "", ""]}, "bcd"),
        ({"collection_datetime": ["2026-03-01", "soon", "", ""], "visit": ["2", "1", "", ""]}, "bcd"),
    ],
)
def test_first_visit_is_kept_and_never_the_maximum(columns, kept):
    assert "".join(one_row_a_patient(*visits(**columns))["sample_id"]) == kept


def test_rule_does_not_look_at_results():
    table, obs = visits(visit=["2", "1", "", ""])
    turned = table.assign(probability=1 - table["probability"])
    assert one_row_a_patient(turned, obs)["sample_id"].tolist() == list("bcd")

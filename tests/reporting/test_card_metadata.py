from __future__ import annotations

import pytest
import yaml

from stratify.reporting.card_metadata import metadata_header


def facts(matrix="serum", **run):
    return {
        "model": {"name": "small", "version": 1, "family": "xgboost", "matrix": matrix},
        "run": {
            "simulated": False,
            "permuted": False,
            "experiment": "small.toml",
            "question": 'Who: "resembles" #it?\n---',
            "calibration": {"brier": 0.0625},
            **run,
        },
        "summary": {"chosen": {"auc": 0.9771488469601678}},
    }


def parsed(header):
    assert header.startswith("---\n")
    assert header.endswith("\n---\n\n")
    return yaml.safe_load(header.strip().strip("-"))


def test_header_has_the_fields_of_a_model_card():
    found = parsed(metadata_header(facts()))
    assert found["license"] == "apache-2.0"
    assert found["pipeline_tag"] == "tabular-classification"
    [entry] = found["model-index"]
    [result] = entry["results"]
    assert set(result) == {"task", "dataset", "metrics"}
    assert set(result["dataset"]) == {"type", "name"}
    assert result["dataset"]["name"] == 'Who: "resembles" #it?\n---'
    assert [(one["type"], one["value"]) for one in result["metrics"]] == [
        ("roc_auc", 0.9771488469601678),
        ("brier_score", 0.0625),
    ]


def test_what_is_not_real_is_a_tag():
    assert "simulated" in parsed(metadata_header(facts(simulated=True)))["tags"]
    assert not {"simulated", "permuted-labels"} & set(parsed(metadata_header(facts()))["tags"])


@pytest.mark.parametrize(("matrix", "wanted"), [("EDTA", {"EDTA"}), ("", set())])
def test_the_tube_is_a_tag_where_it_is_known(matrix, wanted):
    tags = parsed(metadata_header(facts(matrix=matrix)))["tags"]
    assert {"serum", "EDTA"} & set(tags) == wanted


def test_header_of_a_real_card_is_yaml(card_folder):
    text = (card_folder / "card.md").read_text(encoding="utf-8")
    found = yaml.safe_load(text.split("---\n")[1])
    assert found["model-index"][0]["name"] == "small-1"
    assert found["model-index"][0]["results"][0]["metrics"][0]["value"] == pytest.approx(1.0, abs=0.1)

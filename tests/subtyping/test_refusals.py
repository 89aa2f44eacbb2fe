from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stratify.errors import ExperimentError
from stratify.subtyping.refusals import explain_validation


class Data(BaseModel):
    model_config = ConfigDict(extra="forbid")
    positive: list[str]
    folds: int = Field(5, ge=2)


class Experiment(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = ""
    data: Data


def refusal(settings: dict[str, Any]) -> ExperimentError:
    with pytest.raises(ValidationError) as caught:
        Experiment.model_validate(settings)
    return explain_validation(caught.value, Experiment, "run.toml")


def test_unknown_key_is_compared_with_the_keys_of_its_own_section():
    found = refusal({"data": {"positive": [], "fold": 3}})
    assert found.expected == "known keys in run.toml"
    assert found.found == "the unknown key 'data.fold'"
    assert found.do == "did you mean 'folds'?"


def test_unknown_key_on_top_is_compared_with_the_top():
    assert refusal({"nane": "x", "data": {"positive": []}}).do == "did you mean 'name'?"


def test_unknown_key_that_resembles_nothing_lists_what_is_known():
    assert refusal({"data": {"positive": [], "zzz": 3}}).do == "known: folds, positive"


def test_wrong_value_names_its_place_and_does_not_repeat_the_value():
    found = refusal({"data": {"positive": [], "folds": -12345}})
    assert found.found == "data.folds: Input should be greater than or equal to 2"
    assert found.do == "correct 'data.folds'"
    assert "12345" not in str(found)


def test_missing_key_is_named():
    assert "data.positive: Field required" in refusal({"data": {}}).found


def test_a_word_in_place_of_a_list_is_answered_in_words_of_toml():
    assert refusal({"data": {"positive": "AD"}}).found == "data.positive: Input should be a valid list"

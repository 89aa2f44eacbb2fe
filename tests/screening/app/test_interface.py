from __future__ import annotations

import json

import jsonschema
import numpy as np
import pandas as pd
import pytest

from stratify.screening.results import TEXT_COLUMNS, result_columns, results_schema
from stratify.screening.score import screen
from stratify.screening.serving import _load_pyfunc


@pytest.fixture(scope="module")
def profiles(demo):
    rng = np.random.default_rng(0)
    values = demo.model.background + rng.normal(size=(5, len(demo.model.assays)))
    table = pd.DataFrame(values, [f"S{i}" for i in range(5)], demo.model.assays.index.astype(str))
    table.iloc[1, :7] = np.nan
    return table


def as_json(profiles):
    rows = [
        {"sample_id": name, "levels": {k: None if np.isnan(v) else v for k, v in row.items()}}
        for name, row in zip(profiles.index, profiles.to_dict("records"), strict=True)
    ]
    return {"samples": rows}


def test_json_gets_the_numbers_that_mlflow_serving_gives_alone_and_together(client, demo, profiles):
    served = _load_pyfunc(str(demo.folder / "bundle")).predict(profiles)
    answer = client.post_json("/score", as_json(profiles)).json
    found = pd.DataFrame(answer["results"])
    assert found.columns.tolist() == result_columns()
    pd.testing.assert_frame_equal(found, served, check_exact=True, check_dtype=False)
    again = client.post_json("/score", as_json(profiles)).json
    assert again == answer
    for place, name in enumerate(profiles.index):
        alone = client.post_json("/score", as_json(profiles.loc[[name]])).json["results"]
        assert alone == [answer["results"][place]]
    for row in answer["results"]:
        jsonschema.validate(row, results_schema())


def test_a_file_gets_the_rows_that_screen_writes(client, laboratory, demo, multipart, tmp_path):
    levels, table = laboratory / "candidates.csv", laboratory / "clinical.csv"
    screen(demo.folder, levels, clinical=table, eligibility="dupilumab-mdd", out=tmp_path / "out")
    from_disk = pd.read_csv(tmp_path / "out" / "results.csv", float_precision="round_trip")
    client.get("/")
    body, kind = multipart(
        files={"levels": ("x.csv", levels.read_bytes()), "clinical": ("y", table.read_bytes())}
    )
    answer = client.ask("POST", "/score", body, Content_Type=kind).json
    found = pd.DataFrame(answer["results"])
    texts = [name for name in TEXT_COLUMNS if name in from_disk]
    from_disk[texts] = from_disk[texts].fillna("")
    pd.testing.assert_frame_equal(found, from_disk, check_exact=True, check_dtype=False)
    assert {row["eligible"] for row in answer["eligibility"]} == {"unknown"}
    assert [one["code"] for one in answer["findings"]] == [
        one["code"] for one in answer["findings"] if one["remedy"]
    ]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b"[]", 400),
        (b'{"samples": []}', 400),
        (b'{"samples": [{"sample_id": "a", "sample_id": "b", "levels": {}}]}', 400),
        (b'{"samples": [{"sample_id": "", "levels": {}}]}', 400),
        (b'{"samples": [{"sample_id": "a\\n", "levels": {}}]}', 400),
        (b'{"samples": [{"sample_id": "a", "levels": {"x": NaN}}]}', 400),
        (b'{"samples": [{"sample_id": "a", "levels": {"x": 1e999}}]}', 422),
        (b'{"samples": [{"sample_id": "a", "levels": {"x": "98765.4321"}}]}', 422),
        (b'{"samples": [{"sample_id": "a", "levels": {"x": 98765.4321}}]}', 422),
        (b'{"samples": [{"sample_id": "a", "levels": {"x": true}}]}', 422),
        (b'{"samples": [{"sample_id": "a", "levels": {}}, {"sample_id": "a", "levels": {}}]}', 422),
        (b'{"samples": [{"sample_id": "a", "levels": {"x": ' + b"9" * 5000 + b"}}]}", 422),
    ],
    ids=range(15),
)
def test_wrong_json_is_refused_in_three_lines_without_a_value(client, content, status):
    answer = client.post_json("/score", content)
    assert answer.status == status
    assert list(answer.json) == ["expected", "found", "do"]
    assert "98765" not in answer.text
    assert "Traceback" not in answer.text


def test_other_content_is_refused(client, multipart):
    assert client.ask("POST", "/score", b"a;b", Content_Type="text/csv").status == 415
    assert client.ask("POST", "/score", b"x", Content_Type="multipart/form-data").status == 400
    body, kind = multipart(fields={"levels": "no file"})
    assert client.ask("POST", "/score", body, Content_Type=kind).status == 400
    assert client.get("/score").status == 405


def test_the_description_is_complete_and_asks_nobody(client):
    described = client.get("/openapi.json").json
    assert set(described["paths"]) == {"/score", "/schema", "/model", "/health"}
    assert set(described["paths"]["/score"]["post"]["requestBody"]["content"]) == {
        "application/json",
        "multipart/form-data",
    }
    assert "http" not in json.dumps(described).replace("http://127.0.0.1", "")
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert client.get(path).status == 404


def test_model_schema_and_health_name_the_same_model(client, demo):
    model, schema, health = (client.get(path).json for path in ("/model", "/schema", "/health"))
    assert model["digest"] == health["model_digest"] == demo.digest
    assert len(schema["assays"]) == model["assays"] == len(demo.model.assays)
    assert schema["results"] == results_schema()
    assert "never response" in model["says"]


def test_a_blind_server_scores_nobody(serve, profiles):
    client, _ = serve(blind=True)
    assert client.post_json("/score", as_json(profiles)).status == 403

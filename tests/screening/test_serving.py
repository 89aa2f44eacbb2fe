import importlib.util
import json
import os
import shutil
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest

from stratify.errors import ModelError, ScreeningError
from stratify.screening.results import result_columns, results_schema
from stratify.screening.score import screen_cohort
from stratify.screening.serving import _load_pyfunc


@pytest.fixture
def served(model_folder):
    return _load_pyfunc(str(model_folder / "bundle"))


@pytest.fixture
def profiles(arrivals):
    people = arrivals[arrivals.obs["sample_type"] == "sample"]
    return pd.DataFrame(np.array(people.X), people.obs_names, people.var_names)


def test_rows_get_what_screening_gives_to_vendor_normalised_levels(served, loaded, profiles, arrivals):
    people = arrivals[arrivals.obs["sample_type"] == "sample"].copy()
    del people.layers["lod"]
    people.obs = people.obs[["sample_type"]]
    answer = served.predict(profiles)
    assert answer.columns.tolist() == result_columns()
    assert set(answer["anchored"]) == {"vendor"}
    pd.testing.assert_frame_equal(answer, screen_cohort(loaded, people).table)


def test_a_model_of_plasma_takes_rows_for_its_own_tube(served, profiles):
    plasma = replace(served, model=replace(served.model, matrix="EDTA"))
    unstated = served.predict(profiles)
    found = plasma.predict(profiles)
    assert found["call"].tolist() == unstated["call"].tolist()
    assert not found["reason_codes"].str.contains("matrix").any()


def test_order_of_columns_and_kind_of_numbers_change_nothing(served, profiles):
    whole = profiles.round().sample(frac=1, axis=1, random_state=0)
    pd.testing.assert_frame_equal(served.predict(whole.astype(int)), served.predict(profiles.round()))
    pd.testing.assert_frame_equal(served.predict(whole.astype("Float64")), served.predict(profiles.round()))


def test_gaps_of_json_are_gaps(served, profiles):
    told, gaps = profiles.iloc[:2].copy(), profiles.iloc[:2].astype(object)
    told.iloc[0, :5], gaps.iloc[0, :5] = np.nan, None
    told.iloc[:, 7], gaps.iloc[:, 7] = np.nan, None
    pd.testing.assert_frame_equal(served.predict(gaps), served.predict(told))


def test_missing_values_and_a_few_absent_columns_are_allowed(served, model, profiles):
    light = model.assays.index[np.argsort(model.scorer.importance())[:20]]
    profiles.iloc[0] = np.nan
    answer = served.predict(profiles.drop(columns=light))
    assert answer["quality"].tolist() == ["fail"] + ["ok"] * 39
    assert np.isnan(answer["probability"][0])
    for row in answer.iloc[1:3].to_dict("records"):
        del row["robust_share"]
        jsonschema.validate(row | {"robust_share": None}, results_schema())


SECRET = 98765.4321


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda t: t.rename(columns={t.columns[0]: "IL99"}), "1 columns unknown: IL99"),
        (lambda t: t.set_axis([t.columns[1], *t.columns[1:]], axis=1), "1 columns repeated"),
        (lambda t: t.assign(**{t.columns[0]: str(SECRET)}), "1 columns not numbers"),
        (lambda t: t.assign(**{t.columns[0]: True}), "1 columns not numbers"),
        (lambda t: t.assign(**{t.columns[0]: [SECRET, str(SECRET)] * 20}), "1 columns not numbers"),
        (lambda t: t.assign(**{t.columns[0]: np.inf}), "1 columns infinite"),
        (lambda t: t[t.columns[:9]], "all of panel"),
        (lambda t: t.iloc[:0], "without rows"),
        (lambda t: t.to_numpy(), "no table"),
    ],
)
def test_refusals_name_columns_and_never_values(served, profiles, change, found):
    profiles.iloc[:, 5] = SECRET
    with pytest.raises(ScreeningError, match=found) as refusal:
        served.predict(change(profiles))
    assert "98765" not in str(refusal.value)


def test_manifest_around_the_bundle_is_checked(model_folder, loaded, served, tmp_path):
    assert served.digest == loaded.digest
    copy = tmp_path / "copy"
    shutil.copytree(model_folder, copy)
    (copy / "registered_model_meta").write_text("model_name: tiny\n")
    assert _load_pyfunc(str(copy / "bundle")).digest == loaded.digest
    (copy / "card.md").write_text("# Other card\n")
    with pytest.raises(ModelError, match=r"changed: card\.md"):
        _load_pyfunc(str(copy / "bundle"))


def test_lone_bundle_is_refused(model_folder, tmp_path):
    shutil.copytree(model_folder / "bundle", tmp_path / "deep" / "bundle")
    with pytest.raises(ModelError, match=r"manifest\.json\nfound: none in 'deep'"):
        _load_pyfunc(str(tmp_path / "deep" / "bundle"))


ROOT = Path(__file__).parents[2]
DEMO = ROOT / "models" / "demo-1"
# A look-up of any name but the loopback's ends the process.
LOOPBACK_ONLY = """
import socket, sys
real = socket.getaddrinfo
def checked(host, *rest, **options):
    if host not in (None, "", "127.0.0.1", "localhost", "::1", b"127.0.0.1"):
        sys.stderr.write(f"looked up {host!r}")
        sys.stderr.flush()
        __import__("os")._exit(77)
    return real(host, *rest, **options)
socket.getaddrinfo = checked
"""


def ask(port, body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations", body.encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def port(tmp_path):
    """A real server of the demo model, in which no outside name may be looked up."""
    spec = importlib.util.spec_from_file_location("model_roads", ROOT / "benchmarks" / "model_roads.py")
    model_roads = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model_roads)
    (tmp_path / "sitecustomize.py").write_text(LOOPBACK_ONLY, encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), str(ROOT / "src")])
    log = tmp_path / "log"
    with model_roads.mlflow_server(DEMO, log, {"PYTHONPATH": paths}) as port:
        yield port
        assert "looked up" not in log.read_text()


def test_server_answers_with_the_very_numbers_and_repeats_no_row(port):
    local = _load_pyfunc(str(DEMO / "bundle"))
    center, scale = local.model.scorer.center, local.model.scorer.scale
    drawn = np.random.default_rng(3).normal(size=(4, len(center)))
    levels = center + scale * (drawn + np.array([[0.0], [0.5], [1.0], [0.0]]))
    levels[2, :4] = np.nan
    ids = local.model.assays.index
    wanted = local.predict(pd.DataFrame(levels, columns=ids))  # as `screen` says, by the first test above
    rows = [[None if np.isnan(value) else value for value in row] for row in levels.tolist()]
    status, text = ask(port, json.dumps({"dataframe_split": {"columns": ids.tolist(), "data": rows}}))
    assert status == 200, text
    answer = json.loads(text)["predictions"]
    assert len(answer) == len(wanted) == 4
    for got, row in zip(answer, wanted.to_dict("records"), strict=True):
        for name, value in row.items():
            if isinstance(value, float) and np.isnan(value):
                assert got[name] is None or np.isnan(got[name]), name
            else:
                assert got[name] == value, name
    told = {"dataframe_split": {"columns": ids.tolist(), "data": [["98765.4321", *rows[0][1:]]]}}
    status, text = ask(port, json.dumps(told))
    assert status == 400
    assert "1 columns not numbers" in text
    assert "98765" not in text

import shutil

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

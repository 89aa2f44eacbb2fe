import json
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ModelError
from stratify.learning.calibration import Platt
from stratify.learning.conformal import Member
from stratify.learning.decision import Healthy, Rule
from stratify.learning.domain import BiologyState, HandlingState
from stratify.learning.frozen import FrozenModel
from stratify.learning.scorers import booster_scorer, linear_scorer
from stratify.reporting.bundle import load_model, read_bundle, write_bundle
from stratify.reporting.manifest import write_manifest
from stratify.signatures.gaps import GapState
from stratify.signatures.pathways import AxisState

P = 6


def tiny_scorer(seed):
    rng = np.random.default_rng(seed)
    return linear_scorer(rng.normal(size=P), np.ones(P), rng.normal(size=P), 0.3)


def boosted():
    xgboost = pytest.importorskip("xgboost")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, P + 1))
    matrix = xgboost.DMatrix(x, label=(x[:, 0] > 0).astype(int))
    booster = xgboost.train({"max_depth": 2, "verbosity": 0, "objective": "binary:logistic"}, matrix, 5)
    return booster_scorer(np.zeros(P), np.ones(P), bytes(booster.save_raw("ubj")), np.full((1, P), 1 / P))


@pytest.fixture
def model():
    rng = np.random.default_rng(1)
    names = [f"A{i}" for i in range(P)]
    words = pd.DataFrame({"uniprot": names, "gene": "", "panel": "Café", "pathway": "Other"}, index=names)
    return FrozenModel(
        name="tiny",
        version=2,
        family="composite",
        positive="AD",
        platform="",
        scale="NPX",
        matrix="",
        simulated=True,
        definition={"name": "x", "axes": ["Th2"], "alpha": 0.1},
        assays=words,
        rule=Rule("AD-like", "", 0.1, 0.05, 0.3, 0.8, True),
        gaps=GapState(np.zeros(P), np.ones(P), rng.normal(size=(P, 2)), np.ones(P)),
        scorer=tiny_scorer(0),
        members=tuple(Member(tiny_scorer(i), np.sort(rng.normal(size=4)), i % 2) for i in range(4)),
        background=np.zeros(P),
        detectability=np.ones(P),
        axes=AxisState(("Th2",), np.full((1, P), 1 / P), np.zeros(1), np.ones(1)),
        calibration=Platt(0.0, 1.0, 0.5),
        healthy=Healthy(0.0, 1.0, 3, 2.0, np.array([-1.0, 0.0, 1.0])),
        handling=HandlingState(np.zeros(P), np.zeros(P), np.zeros((0, 0)), np.inf),
        biology=BiologyState(
            np.ones(P), rng.normal(size=(P, 1)), np.ones(P), np.zeros(P), np.zeros((0, P)), 3.0
        ),
        expected=pd.DataFrame([[0.1] * P], index=["IPC 1"], columns=names),
        offsets=rng.normal(size=(2, P)),
    )


@pytest.fixture
def bundle(model, tmp_path):
    write_bundle(model, tmp_path / "bundle")
    return tmp_path / "bundle"


def change(bundle, *path, to):
    header = json.loads((bundle / "model.json").read_text(encoding="utf-8"))
    node = header
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = to
    (bundle / "model.json").write_text(json.dumps(header), encoding="utf-8")


def rewrite_array(bundle, name, values):
    with np.load(bundle / "arrays.npz") as archive:
        arrays = dict(archive)
    np.savez(bundle / "arrays.npz", **(arrays | {name: values}))
    change(bundle, "arrays", name, to=list(values.shape))


def as_of_schema_1(bundle):
    """Write a bundle as it was before its header listed the arrays."""
    header = json.loads((bundle / "model.json").read_text(encoding="utf-8"))
    del header["arrays"]
    (bundle / "model.json").write_text(json.dumps(header | {"bundle_schema": 1}), encoding="utf-8")


def assert_same(left, right, where="model"):
    if is_dataclass(left):
        for field in fields(left):
            assert_same(getattr(left, field.name), getattr(right, field.name), f"{where}.{field.name}")
    elif isinstance(left, tuple):
        assert len(left) == len(right), where
        for a, b in zip(left, right, strict=True):
            assert_same(a, b, where)
    elif isinstance(left, np.ndarray):
        np.testing.assert_array_equal(left, right, err_msg=where)
    elif isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right, check_like=True)
    else:
        assert type(left) is type(right), where
        assert left == right, where


def test_everything_reads_back(model, bundle):
    assert_same(model, read_bundle(bundle))


def test_boosters_read_back_as_files_of_their_own(model, tmp_path):
    scorer = boosted()
    members = (replace(model.members[0], scorer=scorer), replace(model.members[1], scorer=scorer))
    write_bundle(replace(model, scorer=scorer, members=members), tmp_path)
    assert len(list(tmp_path.glob("booster-*.ubj"))) == 3
    assert read_bundle(tmp_path).members[1].scorer.booster == scorer.booster


def test_model_without_reference_rows_reads_back(model, tmp_path):
    write_bundle(replace(model, expected=pd.DataFrame()), tmp_path)
    assert read_bundle(tmp_path).expected.shape == (0, 0)


def test_same_model_same_bytes(model, bundle, tmp_path):
    write_bundle(read_bundle(bundle), tmp_path / "again")
    for path in bundle.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_no_python_object_is_stored(bundle):
    with np.load(bundle / "arrays.npz", allow_pickle=False) as archive:
        assert {archive[name].dtype.kind for name in archive.files} == {"f"}


def test_newer_schema_is_refused(bundle):
    change(bundle, "bundle_schema", to=3)
    with pytest.raises(ModelError, match=r"schema 3\ndo: use a newer version"):
        read_bundle(bundle)


def test_bundle_of_the_first_schema_is_read(model, bundle):
    as_of_schema_1(bundle)
    assert_same(model, read_bundle(bundle))


def test_array_that_the_header_does_not_list_is_refused(bundle):
    rewrite_array(bundle, "more", np.zeros(P))
    header = json.loads((bundle / "model.json").read_text(encoding="utf-8"))
    del header["arrays"]["more"]
    (bundle / "model.json").write_text(json.dumps(header), encoding="utf-8")
    with pytest.raises(ModelError, match=r"arrays\.npz: other arrays"):
        read_bundle(bundle)


@pytest.mark.parametrize("schema", [None, "1", True, 0])
def test_other_schemas_are_refused(bundle, schema):
    change(bundle, "bundle_schema", to=schema)
    with pytest.raises(ModelError, match=r"model\.json"):
        read_bundle(bundle)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("name",), 3),
        (("version",), "1"),
        (("version",), True),
        (("scale",), None),
        (("rule",), []),
        (("rule", "alpha"), "small"),
        (("rule", "shown"), 1),
        (("members",), {}),
        (("members", 0, "negatives"), {"array": "nowhere"}),
        (("scorer", "weights"), 1.0),
        (("scorer", "booster"), {"booster": 0}),
        (("axes", "names"), [1]),
        (("assays", "index"), ["A0"]),
        (("assays", "words"), {"gene": ["x"]}),
        (("expected", "array"), "background"),
        (("definition",), []),
        (("calibration", "extra"), 1),
    ],
)
def test_field_of_a_wrong_type_is_refused_by_name(bundle, path, value):
    change(bundle, "model", *path, to=value)
    field = r"model\.json: field model\." + path[0]
    with pytest.raises(ModelError, match=field):
        read_bundle(bundle)


@pytest.mark.parametrize("name", ["model.json", "arrays.npz"])
@pytest.mark.parametrize("content", [b"", b"\x80\x04.", b"PK\x03\x04", b"[1, 2]", b"[" * 100_000])
def test_foreign_files_are_refused_by_name(bundle, name, content):
    (bundle / name).write_bytes(content)
    with pytest.raises(ModelError, match=name):
        read_bundle(bundle)


@pytest.mark.parametrize("name", ["model.json", "arrays.npz"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_truncated_files_are_refused_by_name(bundle, name, kept):
    content = (bundle / name).read_bytes()
    (bundle / name).write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ModelError, match=name):
        read_bundle(bundle)


def test_lone_array_is_no_archive(bundle):
    with (bundle / "arrays.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ModelError, match="not plain arrays"):
        read_bundle(bundle)


def test_missing_booster_is_named(model, tmp_path):
    write_bundle(replace(model, scorer=boosted()), tmp_path)
    (tmp_path / "booster-00.ubj").unlink()
    with pytest.raises(ModelError, match=r"booster-00\.ubj"):
        read_bundle(tmp_path)


def test_pickled_array_is_refused(bundle):
    rewrite_array(bundle, "background", np.array([{}] * P, dtype=object))
    with pytest.raises(ModelError, match="not plain arrays"):
        read_bundle(bundle)


@pytest.mark.parametrize("name", ["background", "gaps.center", "biology.loadings", "offsets", "axes.weights"])
def test_array_of_another_size_is_refused(bundle, name):
    rewrite_array(bundle, name, np.zeros((P + 1, P + 1)))
    with pytest.raises(ModelError, match=r"arrays\.npz"):
        read_bundle(bundle)


@pytest.mark.parametrize("name", ["scorer.weights", "background", "golden", "biology.origin"])
def test_golden_patient_notices_another_number(bundle, name):
    with np.load(bundle / "arrays.npz") as archive:
        values = archive[name].copy()
    values[0] += 1e-6
    rewrite_array(bundle, name, values)
    with pytest.raises(ModelError, match="golden patient"):
        read_bundle(bundle)


def test_golden_patient_must_be_there(bundle):
    change(bundle, "golden", to=None)
    with pytest.raises(ModelError, match="do not fit"):
        read_bundle(bundle)


def test_folder_is_verified_before_it_is_parsed(bundle):
    digest = write_manifest(bundle.parent)
    found = load_model(bundle.parent)
    assert (found.digest, found.model.name, found.folder) == (digest, "tiny", bundle.parent)
    (bundle / "model.json").write_text("not JSON")
    with pytest.raises(ModelError, match=r"changed: bundle/model\.json"):
        load_model(bundle.parent)


def test_numbers_that_json_does_not_know_are_refused(bundle):
    change(bundle, "model", "rule", "alpha", to=float("nan"))
    with pytest.raises(ModelError, match="not JSON"):
        read_bundle(bundle)


def test_handling_arrays_must_fit_together(bundle):
    with np.load(bundle / "arrays.npz") as archive:
        name = next(name for name in archive.files if name.endswith("handling.covariance"))
    rewrite_array(bundle, name, np.eye(2))
    with pytest.raises(ModelError, match=r"handling\.covariance"):
        read_bundle(bundle)

"""The command line as its users meet it: verbs, exit codes, and three lines for a mistake."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from stratify.cli import main
from stratify.datasets import dataset_names
from stratify.experiment.run import run_experiment

EXPERIMENT = """
name = "small"
question = "Which simulated MDD patients resemble atopic dermatitis?"
definition = "th2-v1"
[data]
files = ["cohort.csv"]
clinical = "cohort-clinical.csv"
simulated = true
positive = ["AD"]
negative = ["PSO", "HC"]
reference = ["HC"]
target = ["MDD"]
[learning]
families = ["composite"]
controls = []
repeats = 2
trials = 0
permutations = 19
"""


@pytest.fixture
def stratify(monkeypatch, capsys):
    """Run a verb and give back its exit code, output and error text."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["stratify", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        printed = capsys.readouterr()
        return int(caught.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A study, candidates, and a model trained on the study."""
    path = tmp_path_factory.mktemp("cli")
    (path / "small.toml").write_text(EXPERIMENT, encoding="utf-8")
    for verb in (
        ["simulate", "-o", "cohort.csv", "--candidates", "new.csv", "--seed", "1"],
        ["train", "small.toml", "--json"],
    ):
        command = [sys.executable, "-c", "from stratify.cli import main; main()", *verb]
        done = subprocess.run(command, cwd=path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        (path / f"{verb[0]}.out").write_text(done.stdout, encoding="utf-8")
    return path


def refused(answer):
    code, out, err = answer
    assert code == 1
    assert out == ""
    lines = err.strip().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["expected", "found", "do"]
    return err


def test_train_prints_the_stable_keys_and_tracks_the_run(folder):
    printed = json.loads((folder / "train.out").read_text())
    assert {"model", "run_id", "auc", "auc_low", "auc_high", "baseline_auc", "family"} <= set(printed)
    assert printed["run_id"]
    assert (folder / "mlruns" / "mlflow.db").is_file()
    assert (folder / "models" / "small-1" / "card.html").is_file()


def test_screen_writes_results_and_report(stratify, folder, tmp_path):
    code, out, _ = stratify(
        "screen", folder / "models/small-1", folder / "new.csv", "-o", tmp_path / "s", "--json"
    )
    assert code == 0
    assert sum(json.loads(out)["calls"].values()) == 30
    assert len(pd.read_csv(tmp_path / "s" / "results.csv")) == 30
    assert (tmp_path / "s" / "report.html").is_file()


def test_check_describes_a_file_in_the_stable_shape(stratify, folder):
    code, out, _ = stratify("check", folder / "new.csv", "--json")
    facts = json.loads(out)
    assert code == 0
    assert {"format", "platform", "scale", "samples", "controls", "proteins", "findings"} < set(facts)
    assert all(
        {"code", "severity", "count", "examples", "remedy"} <= set(finding) for finding in facts["findings"]
    )
    assert (facts["samples"], facts["proteins"]) == (30, 363)
    code, out, _ = stratify("check", folder / "new.csv")
    assert "samples: 30" in out


def test_import_writes_a_cohort_that_check_and_train_can_read(stratify, folder, tmp_path):
    clinical = folder / "cohort-clinical.csv"
    arguments = ("import", folder / "cohort.csv", "--clinical", clinical, "-o", tmp_path / "cohort.h5ad")
    code, out, _ = stratify(*arguments)
    assert code == 0
    assert out.splitlines()[-1].endswith("cohort.h5ad: 108 samples, 14 controls, 363 assays")
    code, out, _ = stratify("check", tmp_path / "cohort.h5ad", "--json")
    assert (code, json.loads(out)["samples"]) == (0, 108)
    facts = json.loads(stratify(*arguments, "--json")[1])
    assert {"samples", "findings", "removed", "below_lod"} <= set(facts)


@pytest.mark.parametrize(
    ("policy", "word"),
    [('[findings]\nqc-fial = "drop"', "qc-fail"), ('[findings]\ncontrol-rows = "dorp"', "drop")],
)
def test_an_import_that_is_refused_writes_nothing(stratify, folder, tmp_path, policy, word):
    (tmp_path / "p.toml").write_text(policy, encoding="utf-8")
    files = ("import", folder / "cohort.csv", "-o", tmp_path / "c.h5ad", "--policy", tmp_path / "p.toml")
    assert word in refused(stratify(*files))
    assert [path.name for path in tmp_path.iterdir()] == ["p.toml"]


def test_check_writes_a_page_and_its_facts(stratify, folder, tmp_path):
    files = ["check", folder / "new.csv", "--clinical", folder / "new-clinical.csv"]
    code, out, err = stratify(*files, "--report", tmp_path / "q", "--json")
    assert code == 0
    assert "quality.html" in err
    assert json.loads((tmp_path / "q" / "quality.json").read_text(encoding="utf-8")) == json.loads(out)
    assert refused(stratify(*files, "--label", "arm")).startswith("expected: a column 'arm'")


def test_a_label_that_is_its_batch_makes_the_check_fail(stratify, tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(30, 3)), columns=["IL6", "CCL17", "TNF"])
    table["SampleID"] = [f"T{i}" for i in range(30)]
    table["site"] = table["group"] = ["a", "b", "b"] * 10
    table.to_csv(tmp_path / "levels.csv", index=False)
    code, out, _ = stratify("check", tmp_path / "levels.csv")
    assert code == 1
    assert "error: label-confounded (1: site)." in out


def test_samples_without_a_partner_are_all_named(stratify, folder, tmp_path):
    clinical = pd.read_csv(folder / "new-clinical.csv")
    clinical.iloc[2:].to_csv(tmp_path / "part.csv", index=False)
    _, _, err = stratify("check", folder / "new.csv", "--clinical", tmp_path / "part.csv")
    assert all(name in err for name in clinical["sample_id"].iloc[:2])


def test_a_file_that_is_no_assay_is_refused_without_output(stratify, folder, tmp_path):
    letter = tmp_path / "letter.csv"
    letter.write_text("Dear colleague,\nthe samples are on their way.\n", encoding="utf-8")
    refused(stratify("check", letter))
    refused(stratify("screen", folder / "models/small-1", letter, "-o", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_two_samples_with_one_id_are_refused(stratify, folder, tmp_path):
    table = pd.read_csv(folder / "new.csv", sep=";")
    table["SampleID"] = table["SampleID"].replace("N00002", "N00001")
    table.to_csv(tmp_path / "twice.csv", sep=";", index=False)
    assert "N00001" in refused(stratify("check", tmp_path / "twice.csv"))


def test_text_in_a_protein_column_is_refused_by_column_and_sample(stratify, tmp_path):
    wide = pd.DataFrame({"SampleID": ["a", "b"], "CCL17": ["5.1", "high"], "IL6": [1.0, 2.0]})
    wide.to_csv(tmp_path / "wide.csv", index=False)
    message = refused(stratify("check", tmp_path / "wide.csv"))
    assert "CCL17" in message
    assert "b" in message
    assert "high" not in message


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("[data]", '[data]\ngroup = "diagnosis_code"'), "diagnosis_code"),
        (('positive = ["AD"]', 'positive = ["Nobody"]'), "Nobody"),
        (("positive =", "positve ="), "did you mean 'positive'"),
        (('"cohort.csv"', '"absent.csv"'), "absent.csv"),
    ],
)
def test_an_experiment_that_can_not_run_is_refused_and_leaves_nothing(
    stratify, folder, tmp_path, change, word
):
    for name in ("cohort.csv", "cohort-clinical.csv"):
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "bad.toml").write_text(EXPERIMENT.replace(*change), encoding="utf-8")
    code, out, err = stratify("train", tmp_path / "bad.toml", "--models", tmp_path / "models")
    assert (code, out) == (1, "")
    assert word in err
    assert "Traceback" not in err
    assert not (tmp_path / "models").exists()


def test_a_changed_byte_in_a_model_is_refused_by_file(stratify, folder, tmp_path):
    import shutil

    shutil.copytree(folder / "models/small-1", tmp_path / "model")
    target = tmp_path / "model" / "bundle" / "arrays.npz"
    content = bytearray(target.read_bytes())
    content[len(content) // 2] ^= 1
    target.write_bytes(content)
    answer = stratify("screen", tmp_path / "model", folder / "new.csv", "-o", tmp_path / "out")
    assert "arrays.npz" in refused(answer)
    assert not (tmp_path / "out").exists()


def test_a_file_without_a_panel_is_refused_with_its_share_of_the_weight(stratify, folder, tmp_path):
    table = pd.read_csv(folder / "new.csv", sep=";")
    table[~table["Panel"].str.contains("Cardiovascular")].to_csv(tmp_path / "half.csv", sep=";", index=False)
    answer = stratify("screen", folder / "models/small-1", tmp_path / "half.csv", "-o", tmp_path / "out")
    message = refused(answer)
    assert "80%" in message
    assert "Cardiovascular" in message


def test_a_planted_signature_is_written(stratify, folder, tmp_path):
    code, _, _ = stratify("simulate", "--spike", folder / "new.csv", "-o", tmp_path / "p.h5ad", "--size", "1")
    assert code == 0
    assert (tmp_path / "p.h5ad").is_file()
    assert (tmp_path / "p-truth.csv").is_file()


@pytest.mark.parametrize("arguments", [["screen"], ["check", "--nonsense"], ["nonsense"]])
def test_wrong_usage_exits_with_two(stratify, arguments):
    assert stratify(*arguments)[0] == 2


@pytest.mark.parametrize(
    ("verb", "words"),
    [("simulate", ["study", "strong-right", "strong-none"]), ("screen", ["Olink", "SomaScan"])],
)
def test_help_names_what_may_be_given(stratify, verb, words):
    code, out, _ = stratify(verb, "--help")
    assert code == 0
    assert [word for word in words if word not in out] == []


def test_fetch_without_a_name_lists_all_data_sets(stratify):
    code, out, _ = stratify("fetch")
    assert code == 0
    assert [line.partition(":")[0] for line in out.splitlines()] == dataset_names()
    known = json.loads(stratify("fetch", "--json")[1])
    assert all({"name", "licence", "citation", "files"} <= set(entry) for entry in known)


def test_training_names_samples_without_a_partner(folder, tmp_path):
    clinical = pd.read_csv(folder / "cohort-clinical.csv")
    (tmp_path / "cohort.csv").symlink_to(folder / "cohort.csv")
    clinical.iloc[1:].to_csv(tmp_path / "cohort-clinical.csv", index=False)
    (tmp_path / "experiment.toml").write_text(
        EXPERIMENT.replace("repeats = 2", "repeats = 1"), encoding="utf-8"
    )
    told = []
    run_experiment(tmp_path / "experiment.toml", models=tmp_path / "models", tracked=False, tell=told.append)
    assert f"not in the clinical table: {clinical['sample_id'][0]}" in told


def test_a_place_that_can_not_be_written_is_refused_in_three_lines(stratify, folder, tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for verb in (
        ["simulate", "-o", tmp_path / "file" / "cohort.csv", "--n", "20"],
        ["simulate", "-o", tmp_path, "--n", "20"],
        ["screen", folder / "models/small-1", folder / "new.csv", "-o", tmp_path / "file" / "out"],
    ):
        refused(stratify(*verb))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert not tmp_path.with_name(tmp_path.name + ".part").exists()


@pytest.mark.parametrize(
    "change",
    [
        ('target = ["MDD"]', 'target = ["MDD"]\ncovariates = ["agee"]'),
        ("repeats = 2", "repeats = 2\nfolds = 31"),
        ('definition = "th2-v1"', 'definition = "th2"'),
    ],
)
def test_what_can_be_known_before_training_is_refused_before_a_line_of_progress(
    stratify, folder, tmp_path, change
):
    for name in ("cohort.csv", "cohort-clinical.csv"):
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "bad.toml").write_text(EXPERIMENT.replace(*change), encoding="utf-8")
    refused(stratify("train", tmp_path / "bad.toml", "--models", tmp_path / "models"))
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_screening_that_is_stopped_half_way_leaves_nothing(folder, tmp_path, name):
    stopped = (
        "import os, signal, stratify.screening.score as score; from stratify.cli import main; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a background job may ignore it
        f"score.render_report = lambda *_: os.kill(os.getpid(), signal.{name}); main()"
    )
    verb = ["screen", str(folder / "models/small-1"), str(folder / "new.csv"), "-o", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-c", stopped, *verb], capture_output=True, text=True)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir())

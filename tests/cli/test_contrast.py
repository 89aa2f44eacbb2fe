from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Three groups; the second is older, and has two raised proteins."""
    folder, rng = tmp_path_factory.mktemp("contrast"), np.random.default_rng(0)
    group = np.repeat(["HC", "AD", "MDD"], 14)
    levels = rng.normal(5, 1, (42, 12)).round(4)
    levels[group == "AD", :2] += 3
    names = ["CCL17", "CCL22", "IL6", "TNF", "CXCL8", "CXCL10", "CCL2", "CCL3", "CCL4", "IL18", "HGF", "OPG"]
    table = pd.DataFrame(levels, columns=names)
    table.insert(0, "SampleID", [f"S{i}" for i in range(42)])
    table.to_csv(folder / "levels.csv", index=False)
    people = pd.DataFrame({"SampleID": table["SampleID"], "Diagnosis": group})
    people["age"] = (40 + 25 * (group == "AD") + rng.normal(0, 6, 42)).round()
    people["PatientID"] = [f"P{i // 2 if i < 4 else i}" for i in range(42)]
    people.to_csv(folder / "people.csv", index=False)
    people.drop(columns="PatientID").to_csv(folder / "one-each.csv", index=False)
    return folder


def ask(stratify, cohort, *options, people="one-each.csv"):
    out = cohort / "out" / "table.csv"
    return stratify(
        "contrast", cohort / "levels.csv", "--clinical", cohort / people, "-o", out, *options
    ), out


def test_two_groups_to_a_table_with_its_account(stratify, cohort):
    (code, out, err), path = ask(stratify, cohort, "--case", "AD", "--control", "HC", "--json")
    assert code == 0
    facts, table = json.loads(out), pd.read_csv(path)
    account = json.loads((path.parent / "table.csv.provenance.json").read_text(encoding="utf-8"))
    assert set(table["protein"][:2]) == {"CCL17", "CCL22"}
    assert table["p_value"].is_monotonic_increasing
    assert facts["found"] >= 2
    assert "AD and HC differ in age" in err
    assert account["warnings"] == facts["warnings"]
    assert account["asked"]["case"] == "AD"
    assert set(account["sources"]) == {"levels.csv", "one-each.csv"}


def test_words_for_people(stratify, cohort):
    (code, out, err), _ = ask(stratify, cohort, "--case", "AD", "--control", "HC", "--covariate", "Age")
    assert code == 0
    assert out.startswith("AD - HC (patients: AD 14, HC 14): ")
    assert "found with 80% power" in out
    assert "it is adjusted for" in err


def test_all_options_reach_the_fit(stratify, cohort):
    options = ["--trend", "--robust", "--fold-change", "1.2", "--fdr", "0.1", "--all-groups"]
    (code, out, _), path = ask(
        stratify,
        cohort,
        "--case",
        "MDD",
        "--control",
        "HC",
        "--formula",
        "~ Diagnosis * age",
        *options,
        "--json",
    )
    assert code == 0
    asked = json.loads(out)["options"]
    assert asked == {
        "trend": True,
        "robust": True,
        "moderated": True,
        "fold_change": 1.2,
        "fdr": 0.1,
        "weights": None,
        "all_groups": True,
    }
    assert {"p_beyond", "q_beyond"} < set(pd.read_csv(path))


def test_all_pairs_and_the_rule_of_the_study(stratify, cohort):
    (code, out, _), path = ask(stratify, cohort, "--preset", "study")
    assert code == 0
    assert out.count(" proteins at FDR 0.05") == 3
    assert "in any pair: " in out
    table = pd.read_csv(path)
    assert len(table) == 3 * 12
    assert table[table["study_rule"]]["protein"].nunique() >= 2


def test_repeats_are_refused_with_the_remedy_and_blocked_when_named(stratify, cohort, refused):
    pair = ["--case", "AD", "--control", "HC"]
    answer, _ = ask(stratify, cohort, *pair, people="people.csv")
    assert "--block patient_id" in refused(answer)
    (code, out, _), _ = ask(stratify, cohort, *pair, "--block", "patient_id", "--json", people="people.csv")
    assert code == 0
    facts = json.loads(out)
    assert facts["patients"] == {"AD": 14, "HC": 12}
    assert facts["correlation"] is not None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--case", "AD"], "one group"),
        ([], "no pair"),
        (["--case", "AD", "--control", "HC", "--all-pairs"], "all of them"),
        (["--case", "AAD", "--control", "HC"], "did you mean"),
        (["--case", "AD", "--control", "HC", "--covariate", "agee"], "'age'"),
        (["--case", "AD", "--control", "HC", "--fold-change", "0.5"], "1 or more"),
        (["--case", "AD", "--control", "HC", "--fdr", "2"], "false discovery rate"),
        (["--case", "AD", "--control", "HC", "--formula", "~ age"], "contains the column of the groups"),
    ],
)
def test_what_cannot_be_answered_is_refused(stratify, cohort, refused, options, words):
    assert words in refused(ask(stratify, cohort, *options)[0])


def test_unknown_preset_is_wrong_usage(stratify, cohort):
    assert ask(stratify, cohort, "--preset", "nonsense")[0][0] == 2


def test_a_volcano_is_drawn_of_one_contrast_only(stratify, cohort, tmp_path):
    pair = ("--case", "AD", "--control", "HC")
    (code, _, err), _ = ask(stratify, cohort, *pair, "--figure", tmp_path / "v.svg")
    assert (code, "figure: " in err) == (0, True)
    assert "Volcano of AD - HC" in (tmp_path / "v.svg").read_text(encoding="utf-8")
    assert ask(stratify, cohort, *pair, "--figure", tmp_path / "v.gif")[0][0] == 1
    assert ask(stratify, cohort, "--all-pairs", "--figure", tmp_path / "w.svg")[0][0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["v.svg"]


def test_a_fold_change_is_tested_and_counted(stratify, cohort):
    (code, out, _), path = ask(stratify, cohort, "--case", "AD", "--control", "HC", "--fold-change", "1.2")
    table = pd.read_csv(path)
    assert code == 0
    count = int((table["q_beyond"] < 0.05).sum())
    assert f"  {count} with a true fold change above 1.2 (tested, same FDR)" in out


def test_nearly_everything_may_be_asked_for(stratify, cohort):
    (code, out, err), _ = ask(stratify, cohort, "--case", "AD", "--control", "HC", "--fdr", "0.95")
    assert code == 0, err
    assert "proteins at FDR 0.95" in out

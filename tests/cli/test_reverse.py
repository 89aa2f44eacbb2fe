from __future__ import annotations

import json

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def cohort(folder):
    return ["--cohort", folder / "cohort.csv", "--clinical", folder / "cohort-clinical.csv"]


PAIR = ["--case", "AD", "--control", "HC"]
FIRST = [
    "drug",
    "n_shared",
    "fraction_reversed",
    "percent_normalised",
    "rank_correlation",
    "p_value",
    "evidence",
]


def test_a_cohort_gives_drugs_and_patients(stratify, cohort, tmp_path):
    out, each = tmp_path / "r.csv", tmp_path / "p.csv"
    figure = tmp_path / "r.svg"
    code, printed, err = stratify(
        "reverse", *cohort, *PAIR, "-o", out, "--patients", each, "--figure", figure
    )
    assert code == 0
    assert "Share reversed of AD-HC by drug: " in figure.read_text(encoding="utf-8")
    table, patients = pd.read_csv(out), pd.read_csv(each)
    assert table.columns[:7].tolist() == FIRST
    assert table["p_value"].between(0, 1).sum() >= 8
    assert patients["patient_id"].nunique() == 30
    assert "never response to a drug" in err
    assert "whatever the drug" in err
    assert "AD and HC differ in site" in err
    assert "dupilumab" in printed
    beside = json.loads((tmp_path / "r.csv.provenance.json").read_text(encoding="utf-8"))
    assert {"sources", "contrast", "notes", "words", "seed"} <= set(beside)
    assert any("percent_normalised = " in note for note in beside["notes"])


def test_one_patient_is_drawn(stratify, cohort, tmp_path, refused):
    drawn, each = tmp_path / "one.svg", tmp_path / "p.csv"
    who = pd.read_csv(cohort[3]).query("group == 'AD'")["patient_id"].iloc[0]
    verb = ["reverse", *cohort, *PAIR, "--figure", drawn]
    assert "nobody of that id" in refused(stratify(*verb, "--patient", "P9", "--patients", each))
    assert list(tmp_path.iterdir()) == []
    code, _, err = stratify(*verb, "--patient", who)
    assert code == 0, err
    assert f"Sample {who}: " in drawn.read_text(encoding="utf-8")
    assert stratify("reverse", *cohort, *PAIR, "--patient", who)[0] == 2


def test_a_table_gives_no_p_value(stratify, cohort, tmp_path):
    stratify("contrast", *cohort[1:], *PAIR, "-o", tmp_path / "ad.csv")
    code, printed, err = stratify("reverse", tmp_path / "ad.csv", "--json")
    assert code == 0
    drugs = json.loads(printed)["drugs"]
    assert {row["p_value"] for row in drugs} == {None}
    assert "not computed" in err
    assert {row["call"] for row in drugs} & {"not computed"}


def test_own_drugs_and_targets(stratify, cohort, tmp_path):
    rows = "drug,gene,direction\n" + "".join(
        f"mine,{gene},down\n" for gene in ("CCL17", "CCL13", "IL6", "TNF")
    )
    (tmp_path / "drugs.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "targets.csv").write_text("drug,gene\nmine,TNF\n", encoding="utf-8")
    asked = ["reverse", *cohort, *PAIR, "--drugs", tmp_path / "drugs.csv", "--json"]
    assert json.loads(stratify(*asked)[1])["drugs"][0]["n_shared"] == 4
    told = json.loads(stratify(*asked, "--targets", tmp_path / "targets.csv")[1])["drugs"][0]
    assert (told["n_shared"], told["masked"]) == (3, "TNF")


@pytest.mark.parametrize(
    "options", [[], PAIR, ["t.csv", "--cohort", "c.csv"], ["t.csv", "--targets", "x.csv"]]
)
def test_half_questions_are_wrong_usage(stratify, options):
    assert stratify("reverse", *options)[0] == 2


def test_a_cohort_without_groups_is_wrong_usage(stratify, cohort):
    assert stratify("reverse", *cohort, "--case", "MDD")[0] == 2


def test_files_that_can_not_be_laid_over_are_refused(stratify, cohort, folder, tmp_path, refused):
    assert "column protein" in refused(stratify("reverse", folder / "cohort-clinical.csv"))
    (tmp_path / "drugs.csv").write_text("medicine,gene\nx,IL6\n", encoding="utf-8")
    assert "drug" in refused(stratify("reverse", *cohort, *PAIR, "--drugs", tmp_path / "drugs.csv"))
    (tmp_path / "t.csv").write_text("protein,log2_fold_change\nIL6,1\n", encoding="utf-8")
    assert "shrunken_fold_change" in refused(stratify("reverse", tmp_path / "t.csv"))


def test_a_folder_as_the_table_is_refused_before_patients_and_pictures_are_written(
    stratify, cohort, tmp_path, refused
):
    each, drawn = tmp_path / "p.csv", tmp_path / "r.svg"
    (tmp_path / "taken").mkdir()
    answer = stratify(
        "reverse", *cohort, *PAIR, "-o", tmp_path / "taken", "--patients", each, "--figure", drawn
    )
    assert "is a folder" in refused(answer)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]

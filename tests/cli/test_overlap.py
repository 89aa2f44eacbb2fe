from __future__ import annotations

import json

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def cohort(folder):
    return [folder / "cohort.csv", "--clinical", folder / "cohort-clinical.csv"]


ASKED = ["--first", "MDD:HC", "--second", "AD:HC"]


def test_two_contrasts_of_a_cohort(stratify, cohort, tmp_path):
    out, curve = tmp_path / "o.csv", tmp_path / "c.csv"
    drawn = tmp_path / "o.svg"
    code, printed, err = stratify(
        "overlap", *cohort, *ASKED, "-o", out, "--curve", curve, "--json", "--figure", drawn
    )
    assert code == 0
    facts = json.loads(printed)
    assert facts["shared_groups"] == ["HC"]
    shared = facts["correlation"]["by_construction"]
    assert f"errors of one protein correlate {shared:.2f}." in drawn.read_text(encoding="utf-8")
    assert "by construction" in err
    assert "MDD and HC differ in site" in err
    assert len(pd.read_csv(out)) == facts["counts"]["background"]
    assert pd.read_csv(curve)["top"].is_monotonic_increasing
    beside = json.loads((tmp_path / "o.csv.provenance.json").read_text(encoding="utf-8"))
    assert {"sources", "tests", "removed", "seed", "software"} <= set(beside)


def test_words_name_the_p_value_and_the_correlation(stratify, cohort):
    code, printed, _ = stratify("overlap", *cohort, *ASKED, "--covariate", "age")
    assert code == 0
    assert "correlation of true effects" in printed
    assert "concordance: p = " in printed


def test_two_tables_give_counts_only(stratify, cohort, tmp_path):
    for case in ("MDD", "AD"):
        stratify("contrast", *cohort, "--case", case, "--control", "HC", "-o", tmp_path / f"{case}.csv")
    code, printed, err = stratify(
        "overlap", tmp_path / "MDD.csv", tmp_path / "AD.csv", "-o", tmp_path / "t.csv"
    )
    assert code == 0
    assert "p-value: not computed" in printed
    assert "do not say which patients they share" in err
    assert (tmp_path / "t.csv").is_file()


@pytest.mark.parametrize(
    "options", [[], ["--first", "MDD:HC"], ["--first", "MDD", "--second", "AD:HC"], [*ASKED, "--q", "2"]]
)
def test_half_questions_are_wrong_usage(stratify, cohort, options):
    assert stratify("overlap", *cohort, *options)[0] == 2


def test_unknown_groups_are_refused(stratify, cohort, refused):
    assert "'ADHD'" in refused(stratify("overlap", *cohort, "--first", "ADHD:HC", "--second", "AD:HC"))

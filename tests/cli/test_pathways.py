from __future__ import annotations

import json

import pandas as pd
import pytest

from stratify.signatures.pathways import pathway_names


@pytest.fixture
def cohort(folder):
    return [folder / "cohort.csv", "--clinical", folder / "cohort-clinical.csv"]


def test_scores_are_written_in_the_stable_shape(stratify, cohort, tmp_path):
    out = tmp_path / "scores.csv"
    code, text, err = stratify("pathways", *cohort, "--reference", "HC", "-o", out, "--json")
    facts = json.loads(text)
    assert code == 0
    assert pd.read_csv(out).columns.tolist() == ["sample_id", *pathway_names()]
    assert (facts["form"], facts["samples"], len(facts["pathways"])) == ("frozen", 108, 11)
    assert "frozen on 32 people (HC)" in err
    sets = pd.read_csv(tmp_path / "scores-sets.csv").set_index("pathway")
    assert 0 < sets.loc["Th2", "verified_share"] < 1
    account = json.loads((tmp_path / "scores.csv.provenance.json").read_text(encoding="utf-8"))
    assert set(account["sources"]) == {"cohort.csv", "cohort-clinical.csv"}


@pytest.mark.parametrize(
    ("asked", "told"), [([], "highest on average in AD: "), (["--show", "Th2"], "Th2, SDs of HC by group")]
)
def test_scores_are_drawn_by_group(stratify, cohort, tmp_path, asked, told):
    drawn = tmp_path / "f.svg"
    verb = ["pathways", *cohort, "--reference", "HC", "-o", tmp_path / "s.csv", "--figure", drawn]
    code, _, err = stratify(*verb, *asked)
    assert (code, f"figure: {drawn}" in err) == (0, True)
    assert told in drawn.read_text(encoding="utf-8")


def test_a_picture_that_can_not_be_drawn_is_refused_before_anything_is_written(
    stratify, cohort, tmp_path, refused
):
    verb = ["pathways", *cohort, "-o", tmp_path / "s.csv"]
    assert "Th2" in refused(stratify(*verb, "--figure", tmp_path / "f.svg", "--show", "TH2"))
    refused(stratify(*verb, "--figure", tmp_path / "f.jpg"))
    assert stratify(*verb, "--show", "Th2")[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_gsva_says_that_it_is_a_sensitivity_output(stratify, cohort, tmp_path):
    code, text, err = stratify("pathways", *cohort, "--method", "gsva", "-o", tmp_path / "g.csv")
    assert code == 0
    assert "108 samples, 11 of 11 pathways" in text
    for words in ("a sensitivity output", "re-ranks the rest: without", "a lone patient cannot be scored"):
        assert words in err
    assert {"kernel_at_2sd", "shift_without_one_member"} <= set(pd.read_csv(tmp_path / "g-sets.csv"))


def test_own_sets_and_wrong_questions(stratify, cohort, tmp_path, refused):
    sets = tmp_path / "mine.gmt"
    sets.write_text("mine\tx\tTARC\tCCL13\tNOGENE1\n", encoding="utf-8")
    code, _, err = stratify("pathways", *cohort, "--sets", sets, "-o", tmp_path / "m.csv")
    assert code == 0
    assert "mine: some names stand for no known protein" in err
    refused(stratify("pathways", *cohort, "--method", "pca", "-o", tmp_path / "x.csv"))
    assert "HC" in refused(stratify("pathways", *cohort, "--reference", "healthy", "-o", tmp_path / "x.csv"))
    refused(stratify("pathways", *cohort, "--sets", tmp_path / "absent.gmt", "-o", tmp_path / "x.csv"))
    assert not (tmp_path / "x.csv").exists()

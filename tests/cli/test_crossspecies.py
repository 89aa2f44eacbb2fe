from __future__ import annotations

import json

import pandas as pd

from stratify.simulation.animals import simulate_animals

GENES = ["Ccl17", "Il6", "Tnf", "Ccl22", "Ifng", "Il10", "Ccl3"]


def files(path):
    pd.DataFrame({"Symbol": GENES, "logFC": [1, 2, -1, 1.5, -0.5, 0.5, 1]}).to_csv(
        path / "m.csv", index=False
    )
    human = pd.DataFrame({"protein": [g.upper() for g in GENES], "log2_fold_change": [1, 2, -1, 1, -1, 1, 1]})
    human.to_csv(path / "h.csv", index=False)
    return path / "m.csv", path / "h.csv"


def test_two_signatures(stratify, tmp_path):
    code, out, err = stratify("crossspecies", *files(tmp_path), "-o", tmp_path / "t.csv", "--json")
    assert code == 0, err
    facts = json.loads(out)
    assert (facts["pairs"], facts["agree"], facts["lost_mouse"]) == (6, 6, 1)
    assert "6 pairs only" in err
    assert len(pd.read_csv(tmp_path / "t.csv")) == 8
    assert (tmp_path / "t.csv.provenance.json").is_file()


def test_levels_of_the_people_widen(stratify, folder, tmp_path):
    verb = ["crossspecies", *files(tmp_path), "--levels", folder / "cohort.csv", "-o", tmp_path / "t.csv"]
    code, out, _ = stratify(*verb)
    assert code == 0
    assert "widened by how proteins move together" in out


def test_behaviour(stratify, tmp_path):
    simulate_animals(1).to_csv(tmp_path / "a.csv", index=False)
    verb = ["crossspecies", "--behaviour", tmp_path / "a.csv", "-o", tmp_path / "t.csv"]
    code, out, err = stratify(*verb)
    assert code == 0
    assert "interaction_ratio, ratio, interaction" in out
    assert "no split into resilient and susceptible" in err
    assert "asked for" in stratify(*verb, "--split")[2]


def test_half_a_question_is_wrong_usage_and_a_bad_table_refused(stratify, tmp_path, refused):
    mouse, human = files(tmp_path)
    assert stratify("crossspecies", mouse, "-o", tmp_path / "t.csv")[0] == 2
    assert stratify("crossspecies", mouse, human, "--behaviour", mouse, "-o", tmp_path / "t.csv")[0] == 2
    refused(stratify("crossspecies", "--behaviour", mouse, "-o", tmp_path / "t.csv"))
    assert not (tmp_path / "t.csv").exists()

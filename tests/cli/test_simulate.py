from __future__ import annotations


def test_a_planted_signature_is_written(stratify, folder, tmp_path):
    code, _, _ = stratify("simulate", "--spike", folder / "new.csv", "-o", tmp_path / "p.h5ad", "--size", "1")
    assert code == 0
    assert (tmp_path / "p.h5ad").is_file()
    assert (tmp_path / "p-truth.csv").is_file()

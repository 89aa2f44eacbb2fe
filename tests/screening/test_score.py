import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from stratify.errors import (
    AssayFileError,
    ClinicalTableError,
    ModelError,
    ScreeningError,
    StratifyError,
)
from stratify.reporting.bundle import load_model
from stratify.screening import score
from stratify.screening.audit_file import verify_audit
from stratify.screening.results import write_csv
from stratify.screening.score import screen, screen_cohort
from stratify.simulation.cohort import fresh_mdd
from stratify.simulation.export import write_clinical, write_npx_long


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def lines(table, tmp_path):
    write_csv(table, tmp_path / "table.csv")
    return (tmp_path / "table.csv").read_text().splitlines()[1:]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "results" / "out"


def test_files_are_written_in_the_order_of_the_input(model_folder, laboratory_file, out):
    screening = screen(model_folder, laboratory_file, out=out)
    written = pd.read_csv(out / "results.csv")
    assert names(out) == ["audit.jsonl", "report.html", "results.csv"]
    assert names(out.parent) == ["out"]
    assert written["sample_id"].tolist() == [f"N{i + 1:05d}" for i in range(40)]
    assert set(written["model_digest"]) == {load_model(model_folder).digest}
    assert sum(screening.counts.values()) == 40
    assert screening.counts["Th2-skewed"] > 0


def test_file_gives_what_the_cohort_in_memory_gives(loaded, model_folder, laboratory_file, arrivals, out):
    screening = screen(model_folder, laboratory_file, out=out)
    direct = screen_cohort(loaded, arrivals)
    unsaid = ["patient_id", "visit", "robust_share", "to_settle"]  # the file names no patient and no tube
    pd.testing.assert_frame_equal(
        screening.table.drop(columns=unsaid),
        direct.table.drop(columns=unsaid),
        rtol=1e-12,
    )


def test_same_command_twice_gives_the_same_bytes_but_for_the_digest_of_the_log(
    model_folder, laboratory_file, out
):
    def written():
        page = (out / "report.html").read_text(encoding="utf-8")
        before, record, after = re.split("(?s)(<!-- record -->.*<!-- end of record -->)", page)
        return [(out / "results.csv").read_bytes(), before, after], record

    screen(model_folder, laboratory_file, out=out)
    first, record = written()
    screen(model_folder, str(laboratory_file), out=str(out))
    second, later = written()
    assert first == second
    assert record != later
    assert verify_audit(out)[0] == 2


def test_the_last_line_of_every_log_is_printed_on_the_report(model_folder, laboratory_file, out, tmp_path):
    shared = tmp_path / "all.jsonl"
    screen(model_folder, laboratory_file, out=tmp_path / "first", audit_log=shared)
    screening = screen(model_folder, laboratory_file, out=out, audit_log=shared)
    heads = dict(screening.heads)
    assert heads == {"audit.jsonl": verify_audit(out)[1], "all.jsonl": verify_audit(shared)[1]}
    assert verify_audit(shared)[0] == 2
    page = (out / "report.html").read_text(encoding="utf-8")
    assert [head for head in heads.values() if head not in page] == []


def test_a_broken_shared_log_is_refused_before_anything_is_written(
    model_folder, laboratory_file, out, tmp_path
):
    (tmp_path / "all.jsonl").write_text("{}\n")
    refused(ScreeningError, model_folder, laboratory_file, out, audit_log=tmp_path / "all.jsonl")


def test_audit_names_model_and_inputs(model_folder, laboratory_file, out):
    screening = screen(model_folder, [laboratory_file], out=out)
    facts = json.loads((out / "audit.jsonl").read_text())
    assert (facts["model"], facts["model_digest"]) == ("tiny-1", screening.digest)
    assert [name for name, _ in facts["inputs"]] == ["new patients.csv"]
    assert facts["counts"] == screening.counts


@pytest.mark.parametrize(("folder", "n"), [("model_folder", 1_500), ("booster_folder", 60)])
def test_lone_candidate_gets_exactly_what_he_gets_in_a_large_batch(folder, n, study, request, tmp_path):
    loaded = load_model(request.getfixturevalue(folder))
    crowd, _ = fresh_mdd(study.world, n, seed=5, controls=True, batch_offset_sd=0.2)
    holes = np.random.default_rng(0).random((25, crowd.n_vars)) < 0.01
    crowd.X[:n:3][holes[np.arange(n)[::3] % 25]] = np.nan
    together = lines(screen_cohort(loaded, crowd).table, tmp_path)
    references = np.arange(n, crowd.n_obs)
    shuffle = np.random.default_rng(1)
    for i in [0, 1, 2, 3, n // 3, n - 1]:
        rows = np.append(references, i)
        alone = crowd[rows][:, shuffle.permutation(crowd.n_vars)].copy()
        assert lines(screen_cohort(loaded, alone).table, tmp_path) == [together[i]]


def test_order_of_rows_and_columns_changes_nothing(loaded, arrivals, tmp_path):
    arrivals.X[::4, ::7] = np.nan
    rng = np.random.default_rng(2)
    rows, columns = rng.permutation(arrivals.n_obs), rng.permutation(arrivals.n_vars)
    shuffled = arrivals[rows][:, columns].copy()
    plain = lines(screen_cohort(loaded, arrivals).table, tmp_path)
    assert sorted(lines(screen_cohort(loaded, shuffled).table, tmp_path)) == sorted(plain)


def test_plates_are_put_back_into_the_order_of_the_file(loaded, arrivals):
    arrivals.obs["plate"] = np.where(np.arange(arrivals.n_obs) % 2, "A", "B")
    table = screen_cohort(loaded, arrivals).table
    assert table["sample_id"].tolist() == arrivals.obs_names[:40].tolist()


def test_clinical_table_is_joined(model_folder, laboratory_file, arrivals, out, tmp_path):
    arrivals.obs["patient_id"] = arrivals.obs["patient_id"].replace("PN00012", "PN00011")
    write_clinical(arrivals[1:].copy(), tmp_path / "clinical.csv")
    screening = screen(model_folder, laboratory_file, clinical=tmp_path / "clinical.csv", out=out)
    assert screening.facts.unmatched.only_assay == ("N00001",)
    assert "Without clinical data" in (out / "report.html").read_text()
    one_each = pd.read_csv(out / "patients.csv")
    assert len(one_each) == 39
    assert "N00012" not in set(one_each["sample_id"])


def test_later_run_leaves_no_stale_table(model_folder, laboratory_file, arrivals, out, tmp_path):
    arrivals.obs["patient_id"] = "P"
    write_clinical(arrivals, tmp_path / "clinical.csv")
    screen(model_folder, laboratory_file, clinical=tmp_path / "clinical.csv", out=out)
    assert "patients.csv" in names(out)
    screen(model_folder, laboratory_file, out=out)
    assert "patients.csv" not in names(out)


def test_other_tube_makes_everybody_indeterminate(loaded, arrivals):
    arrivals.obs["matrix"] = "EDTA"
    arrivals.obs.loc[arrivals.obs_names[0], "matrix"] = ""
    table = screen_cohort(loaded, arrivals).table
    objected = table["reason_codes"].str.contains("matrix-differs")
    assert objected.tolist() == [False] + [True] * 39
    assert set(table.loc[objected, "call"]) == {"indeterminate"}
    unknown = replace(loaded, model=replace(loaded.model, matrix=""))
    assert not screen_cohort(unknown, arrivals).table["reason_codes"].str.contains("matrix").any()


def test_file_without_any_anchor_gets_no_call(loaded, arrivals):
    people = arrivals[arrivals.obs["sample_type"] == "sample"].copy()
    people.uns["stratify"]["normalization"] = ""
    screening = screen_cohort(loaded, people)
    assert screening.counts["indeterminate"] == 40
    assert screening.table["reason_codes"].str.contains("batch-not-anchored").all()


def test_less_known_offset_widens_every_interval(loaded, arrivals):
    people = arrivals[arrivals.obs["sample_type"] == "sample"].copy()
    vendor = screen_cohort(loaded, people).table
    people.uns["stratify"]["normalization"] = ""
    none = screen_cohort(loaded, people).table
    width = [table["magnitude_high"] - table["magnitude_low"] for table in (vendor, none)]
    assert (width[1] > width[0]).all()
    assert set(vendor["anchored"]) == {"vendor"}


def test_declared_offset_is_used_and_named(model_folder, loaded, laboratory_file, arrivals, out, tmp_path):
    people = arrivals[arrivals.obs["sample_type"] == "sample"].copy()
    people.X += 0.5
    write_npx_long(people, tmp_path / "shifted.csv")
    pd.DataFrame({"assay_id": loaded.model.assays.index, "offset": 0.5, "error": 0.0}).to_csv(
        tmp_path / "offset.csv", index=False
    )
    screening = screen(model_folder, tmp_path / "shifted.csv", out=out, offset=tmp_path / "offset.csv")
    people.X -= 0.5
    plain = screen_cohort(loaded, people).table
    np.testing.assert_allclose(screening.table["magnitude_z"], plain["magnitude_z"])
    assert set(screening.table["anchored"]) == {"bridge"}
    assert "declared in an offset table" in (out / "report.html").read_text()


def test_unstated_unit_is_said(loaded, arrivals):
    arrivals.uns["stratify"] |= {"scale": "unknown", "platform": "table"}
    assert not screen_cohort(loaded, arrivals).facts.scale_stated


def test_assay_without_a_value_counts_as_missing(loaded, arrivals):
    arrivals.X[:, 0] = np.nan
    facts = screen_cohort(loaded, arrivals).facts
    assert (facts.matched, len(facts.missing)) == (facts.wanted - 1, 1)
    assert facts.weight_covered < 1


def refused(kind, model_folder, files, out, **options):
    """Refused in three lines, and nothing is left behind."""
    with pytest.raises(kind) as refusal:
        screen(model_folder, files, out=out, **options)
    message = str(refusal.value)
    assert [line.partition(":")[0] for line in message.splitlines()] == ["expected", "found", "do"]
    assert not out.exists()
    assert not out.parent.exists() or names(out.parent) == []
    return message


def test_file_lacking_panels_is_refused(model_folder, arrivals, out, tmp_path):
    kept = arrivals[:, arrivals.var["panel"].isin(["Neurology", "Cardiovascular II"])].copy()
    write_npx_long(kept, tmp_path / "two panels.csv")
    message = refused(ScreeningError, model_folder, tmp_path / "two panels.csv", out)
    assert "expected: at least 80% of the score's weight" in message
    assert "all of panel Cardiovascular III and Inflammation" in message


def test_file_that_is_no_assay_is_refused(model_folder, out, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear all,\nplease find attached")
    refused(AssayFileError, model_folder, tmp_path / "letter.txt", out)


def test_two_samples_with_one_id_are_refused(model_folder, loaded, arrivals, out, tmp_path):
    genes = arrivals[:3].to_df()
    genes.index = ["S1", "S2", "S1"]
    genes.to_csv(tmp_path / "twice.csv", index_label="SampleID")
    assert "S1" in refused(StratifyError, model_folder, tmp_path / "twice.csv", out)
    with pytest.warns(UserWarning, match="not unique"):
        repeated = arrivals[[0, 0, 1]].copy()
    with pytest.raises(ScreeningError, match="repeated: N00001"):
        screen_cohort(loaded, repeated)


def test_file_of_controls_only_is_refused(loaded, arrivals):
    with pytest.raises(ScreeningError, match="control rows only"):
        screen_cohort(loaded, arrivals[40:].copy())


def test_foreign_clinical_table_is_refused(model_folder, laboratory_file, out, tmp_path):
    (tmp_path / "clinical.csv").write_text("sample_id,age\nX1,40\n")
    refused(ClinicalTableError, model_folder, laboratory_file, out, clinical=tmp_path / "clinical.csv")


def test_folder_with_other_content_is_not_touched(model_folder, laboratory_file, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_text("")
    with pytest.raises(ScreeningError, match="folder with other files"):
        screen(model_folder, laboratory_file, out=tmp_path / "mine")
    assert names(tmp_path / "mine") == ["thesis.docx"]


def test_broken_audit_log_stops_the_run(model_folder, laboratory_file, out):
    screen(model_folder, laboratory_file, out=out)
    before = (out / "results.csv").read_bytes()
    (out / "audit.jsonl").write_text("{}\n")
    with pytest.raises(ScreeningError, match="audit"):
        screen(model_folder, laboratory_file, out=out)
    assert (out / "results.csv").read_bytes() == before


def test_flipped_byte_in_any_file_is_refused_by_name(booster_folder, laboratory_file, out, tmp_path):
    files = sorted(path.relative_to(booster_folder) for path in booster_folder.rglob("*") if path.is_file())
    assert len(files) > 10
    for number, name in enumerate(files):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(booster_folder, copy)
        content = bytearray((copy / name).read_bytes())
        content[len(content) // 3] ^= 4
        (copy / name).write_bytes(content)
        assert name.as_posix() in refused(ModelError, copy, laboratory_file, out)


def test_binary_audit_log_stops_the_run(model_folder, laboratory_file, out):
    screen(model_folder, laboratory_file, out=out)
    (out / "audit.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScreeningError, match="line 1 of the log has no end"):
        screen(model_folder, laboratory_file, out=out)


def test_pieces_change_nothing_and_say_how_far_they_are(loaded, arrivals, monkeypatch, caplog):
    whole = screen_cohort(loaded, arrivals)
    monkeypatch.setattr(score, "AT_A_TIME", 7)
    caplog.set_level("INFO", logger="stratify.screening")
    pieces = screen_cohort(loaded, arrivals)
    pd.testing.assert_frame_equal(whole.table, pieces.table, check_exact=True)
    assert whole.changes == pieces.changes
    assert caplog.messages[0] == "scored 7 samples of 40"
    assert caplog.messages[-1] == "scored 40 samples of 40"

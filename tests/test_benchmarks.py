"""Small versions of the evidence in ``benchmarks/``; the full runs are recorded there."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from stratify.reporting.bundle import load_model
from stratify.screening.app.server import listening, make_server
from stratify.screening.app.settings import Settings, allowed_hosts
from stratify.simulation.cohort import simulate_study
from stratify.simulation.design import design_preset

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def load(name):
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(path.stem for path in BENCHMARKS.glob("*.py")))
def test_every_benchmark_can_be_loaded(name):
    assert load(name).main


def test_the_default_family_comes_nearer_to_the_best_rule_than_the_baselines(tmp_path, monkeypatch):
    studies = load("studies")
    names = ("composite", "pathway-ridge", studies.DEFAULT)
    monkeypatch.setattr(studies, "FAMILIES", {name: (name, 0) for name in names})
    monkeypatch.setattr(studies, "SEARCHED", {})
    table = studies.resume(tmp_path / "s.csv", ("strong-none", "weak-along"), 3)
    told = studies.summarise(table).set_index(["cell", "family"])
    for cell in ("strong-none", "weak-along"):
        halves = table[(table["cell"] == cell) & (table["size"] == 0.5)]
        efficiency = (halves["auc"] - 0.5) / (halves["bayes_auc"] - 0.5)
        means = efficiency.groupby(halves["family"]).mean()
        assert means[studies.DEFAULT] > 0.85
        assert means[studies.DEFAULT] >= means.max() - 0.02
        assert told.loc[(cell, studies.DEFAULT), "studies"] == 3
    calls = studies.summarise_calls(table).set_index(["cell", "size"])
    assert calls.index.get_level_values("size").nunique() == 4
    flags = table[table["family"] == studies.CALLS]["false_flags"]
    assert flags.mean() <= 0.1


def test_nothing_is_found_where_there_is_nothing():
    null = load("null")
    assert 0 < null.run_null(1)["p"].item() <= 1
    values = []
    for seed in range(20):  # of 3 folds and at most 19 permutations, or as many as let 3 be as good
        problem, known = null.null_cohort(seed)
        test = null.permutation_test(problem, null.DEFAULT, known, folds=3, seed=seed, most=19, enough=3)
        values.append(test.p_value)
    assert sum(p <= 0.05 for p in values) <= 3
    assert max(values) > 0.5


def test_what_is_printed_of_new_people_of_the_training_population_holds(tmp_path, monkeypatch):
    coverage = load("new_people")
    monkeypatch.setattr(coverage, "NEW", 600)
    monkeypatch.setattr(coverage, "CELLS", ("study",))
    table = coverage.resume(tmp_path / "c.csv", 2)
    told = coverage.summarise(table).iloc[0]
    assert told["cohorts"] == 2
    assert told["true"] > 0.85
    assert 0.8 < told["conformal"] < 1
    assert 0.5 < told["slope"] < 3


def test_a_benchmark_resumes_where_it_stopped(tmp_path, monkeypatch):
    studies = load("studies")
    seen = []

    def record(cell, seed):
        seen.append((cell, seed))
        return studies.pd.DataFrame([{"cell": cell, "seed": seed, "family": studies.DEFAULT}])

    monkeypatch.setattr(studies, "run_study", record)
    studies.resume(tmp_path / "r" / "studies.csv", ("a",), 2)
    table = studies.resume(tmp_path / "r" / "studies.csv", ("a",), 3)
    assert seen == [("a", 100), ("a", 101), ("a", 102)]
    assert len(table) == 3


def test_a_planted_batch_effect_is_removed_by_reference_rows_and_the_biology_stays(data_dir, monkeypatch):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    harmonise = load("harmonise")
    cohort = harmonise.read_cohort("vasculitis, plasma")

    def mean_of(n_ref):
        runs = [harmonise.run(cohort, n_ref, seed, "same people") for seed in range(4)]
        return harmonise.pd.concat(runs).groupby("method").mean(numeric_only=True)

    many, few = mean_of(64), mean_of(8)
    probes = ["auc_components", "auc_assays"]
    assert (many.loc["not corrected", probes] > 0.95).all()
    assert (many.loc["bridging, rescaled", probes] < 0.6).all()
    assert many.loc["bridging, rescaled", ["slope", "effect_ratio"]].between(0.9, 1.1).all()
    assert (few.loc["bridging", probes] > 0.7).any()  # few bridge samples leave what a probe still sees


def test_a_nested_run_is_timed_beside_plain_fits(monkeypatch):
    nested = load("nested")
    row = nested.record("small", ("pathway-ridge",), 1, nested.Plan(folds=3, repeats=1, trials=7))
    assert (row["searches"], row["trials"], row["ridge_fits"]) == (3, 21, 3 * (7 * 5 + 1))
    assert 0 < row["cpu_seconds"]
    assert row["pruned"] >= 0


def test_probes_are_quiet_where_nothing_is_and_see_what_was_planted():
    probes = load("probes")
    quiet = [probes.rows_of("null", seed) for seed in range(6)]
    assert sum(bool(rows["visible"].any() or rows["confounded"].any()) for rows in quiet) <= 2
    offset = probes.rows_of("offset", 0).set_index("column")
    assert offset.loc["plate", "value"] > 0.65
    assert offset["visible"].all()
    assert probes.rows_of("tied", 0)["confounded"].all()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_readers_of_large_files_read_the_same(kind, tmp_path, monkeypatch):
    reading = load("reading")
    monkeypatch.setattr(reading, "FOLDER", tmp_path)
    monkeypatch.setattr(reading, "ROWS", 400 * 8)
    path = reading.make(20, kind)
    ours, theirs = reading.ours()(path), reading.with_pandas()(path)
    for name, matrix in (("NPX", ours.X), ("LOD", ours.layers["lod"])):
        wanted = theirs[name].loc[ours.obs_names, ours.var_names]
        np.testing.assert_allclose(matrix, wanted, rtol=1e-12)
    assert reading.make(20, kind) == path


def test_planted_faults_are_named_and_hardly_anything_else(data_dir, monkeypatch):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    checks = load("checks")
    for codes, plant in checks.PLANTS.items():
        row = checks.power("Hannover, tidy", codes, plant, repeats=3)
        if plant not in (checks.plant_wrong_sex, checks.plant_exchanged_panel, checks.plant_nothing):
            found, planted = map(int, row["found"].split("/"))
            assert found >= 0.7 * planted, codes
        assert int(row["tables with others"].split("/")[0]) <= 1, codes


def test_damaged_files_are_refused_or_told_and_never_read_wrongly(data_dir, monkeypatch):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    fuzz = load("fuzz")
    if absent := [name for name in (*fuzz.TEXTS, *fuzz.BOOKS) if not (data_dir / name).is_file()]:
        pytest.skip(f"{absent[0]} is absent from STRATIFY_DATA_DIR")
    command = [sys.executable, fuzz.__file__, "--cases", "15", "--first", "10000"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert (ran.returncode, "cases 15, wrong 0" in ran.stdout) == (0, True), ran.stdout + ran.stderr


def test_shared_controls_are_no_overlap_and_a_real_one_is_found(monkeypatch):
    overlap = load("overlap")
    monkeypatch.setattr(overlap, "RELABELLINGS", 99)
    rows = [overlap.run(cell, seed) for cell in ("AD differs", "MDD is half of AD") for seed in range(12)]
    table = overlap.pd.DataFrame(rows).set_index("cell")
    quiet, real = table.loc["AD differs"], table.loc["MDD is half of AD"]
    assert (quiet["concordance p_value"] <= 0.05).sum() <= 3
    assert (quiet["naive correlation p"] <= 0.05).sum() >= 10
    assert (real["concordance p_value"] <= 0.05).sum() >= 6


def test_the_right_drug_comes_first_and_others_are_not_shown(monkeypatch):
    reversal = load("reversal")
    monkeypatch.setattr(reversal, "MORE_RELABELLINGS", 199)
    planted = [reversal.planted_row("one test", seed) for seed in range(4)]
    assert sum(row["right"] for row in planted) >= 3
    null = [row for seed in range(8) for row in reversal.null_rows("disease differs", seed)]
    assert sum(row["p_value"] <= 0.05 for row in null) <= 5


def test_the_planted_size_is_what_the_groups_tell_apart_with_80_percent_power():
    assert load("reversal").size_with_power(0.05) == pytest.approx(0.76, abs=0.01)


def test_nothing_goes_with_a_severity_that_was_drawn():
    association = load("association")
    rows = [association.run(cell, seed) for cell in ("plain", "visits", "covariates") for seed in range(8)]
    assert np.mean([row["p_rank"] <= 0.05 for row in rows]) <= 0.2
    assert sum(row["specific"] for row in rows) <= 1


def test_a_planted_association_is_found_and_rivals_that_follow_alike_are_not_called_specific():
    association = load("association")
    planted = [association.run("planted", seed) for seed in range(12)]
    assert np.mean([row["p_linear"] <= 0.05 for row in planted]) >= 0.5
    alike = [association.run("alike", seed) for seed in range(8)]
    assert np.mean([row["p_rank"] <= 0.05 for row in alike]) >= 0.5
    assert sum(row["specific_first"] for row in alike) <= 1


def test_a_benchmark_of_associations_resumes(tmp_path, monkeypatch):
    association = load("association")
    monkeypatch.setattr(association, "run", lambda cell, seed: {"p_rank": seed / 1e4})
    path = tmp_path / "r" / "association.csv"
    association.resume(path, ("plain",), 2)
    monkeypatch.setattr(association, "run", lambda cell, seed: {"p_rank": 0.0})
    assert association.resume(path, ("plain",), 3)["p_rank"].tolist() == [0.5, 0.5001, 0.0]


def test_blockade_by_stress_keeps_its_level_and_agreement_needs_the_people():
    crossspecies = load("crossspecies")
    p = [crossspecies.run_animals("cages of three", seed)["p"] for seed in range(20)]
    assert np.mean(np.array(p) <= 0.05) <= 0.2
    rows = [crossspecies.run_agreement("agreement, disease", seed) for seed in range(8)]
    assert np.mean([row["p"] <= 0.05 for row in rows]) <= 0.25
    assert min(row["inflation"] for row in rows) > 2
    assert 0.3 < crossspecies.stated_power() < 0.9


def test_contrasts_find_nothing_where_there_is_nothing_and_planted_effects_with_the_stated_power():
    benchmark = load("contrast")
    table = benchmark.pd.concat([benchmark.run(seed) for seed in range(3)])
    shares = table.groupby("setting")["share"].mean()
    assert shares["default"] < 0.15
    assert shares["two visits, wrongly as independent"] > shares["two visits, in blocks"]
    planted = table[table["setting"] == "planted"]
    assert 0.6 < planted["power"].mean() < 0.95
    assert planted["covered"].mean() > 0.9


def test_statistics_of_all_tools_agree_and_memory_is_bounded(monkeypatch, capsys):
    benchmark = load("limma")
    monkeypatch.setattr(benchmark, "PROTEINS", 200)
    monkeypatch.setattr(benchmark, "REPEATS", 1)
    whole, gaps = benchmark.run(60, "whole", 1), benchmark.run(60, "gaps", 1)
    assert whole["apart"].max() < 1e-6
    assert gaps["apart"].max() < 1e-6
    memory = benchmark.measure_memory(500)
    assert memory["peak_gib"].item() < 1
    benchmark.report(whole, "whole", 60)
    assert "stratify" in capsys.readouterr().out


def test_pathway_scores_are_timed_and_the_caution_holds(capsys, tmp_path, monkeypatch):
    pathways = load("pathways")
    monkeypatch.setattr(pathways, "KEPT", tmp_path)
    ours = pathways.run_tool("stratify", n=30, p=120)  # R beside it: tests/signatures/activity/test_gsva.py
    assert (ours["wall"] > 0).all()
    many = pathways.run_many("ssgsea", n=60, p=120)
    assert many["finite"]
    assert many["peak_gib"] > 0
    pathways.caution()
    assert "one absent other protein: gsva changes in 100% of cases" in capsys.readouterr().out


def test_the_map_of_detectability_is_made_study_by_study(tmp_path):
    detectability = load("detectability")
    detectability.PRESETS = ("strong-right",)
    table = detectability.resume(tmp_path / "map.csv", 2, patients=60)
    again = detectability.resume(tmp_path / "map.csv", 2, patients=60)
    pd.testing.assert_frame_equal(table, again)
    quiet = table[(table["truth"] == "subgroup") & (table["handling_offset"] == 0) & (table["bridges"] == 4)]
    by_size = quiet[quiet["batch_offset_sd"] == 0].groupby("relative_size")["sensitivity"].mean()
    assert by_size.is_monotonic_increasing
    assert (table["false_flags"] <= 0.2).all()
    assert (table["truth"] == "everyone shifts").sum() == 2


def test_the_prevalence_curve_holds_the_truth_and_the_rival_is_no_subgroup(tmp_path, monkeypatch):
    prevalence = load("prevalence")
    monkeypatch.setattr(prevalence, "PRESETS", ("strong-right",))
    monkeypatch.setattr(prevalence, "DRAWS", 19)
    table = prevalence.resume(tmp_path / "p.csv", 2)
    pd.testing.assert_frame_equal(table, prevalence.resume(tmp_path / "p.csv", 2))
    told = prevalence.summarise(table).set_index(["truth", "relative_size"])
    assert told.loc[["skew .8", "skew .5", "skew .3"], "band holds"].mean() >= 0.8
    assert told.loc[("skew .8", 0.8), "told_apart"] == 1
    assert told.loc[("everyone shifts", 0.8), "told_apart"] <= 0.5


def test_a_planned_sample_is_unbiased_and_teaches_more_of_the_flag_than_a_random_one():
    two_phase = load("two_phase")
    table = two_phase.run_cell("follows the skew", 200, 50, 150)
    planned = table[table["way"] == "planned"].set_index("figure")
    assert (planned["bias"].abs() < 4 * planned["bias_error"] + 0.03)[["prevalence", "given_flag"]].all()
    assert (planned["covered"] >= 0.88).all()
    assert planned.loc["given_flag", "design_effect"] < 0.6


def test_the_default_is_beside_the_plain_rivals_in_a_real_cohort(data_dir, monkeypatch):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    real = load("real")
    ways = {name: real.WAYS[name] for name in ("default", "plain stack", "elastic-net", "xgboost")}
    monkeypatch.setattr(real, "WAYS", ways)
    monkeypatch.setattr(real, "RIVALS", tuple(ways)[1:])
    table = real.run_repeat(real.question("tak"), 0, tuple(ways)).assign(question="tak")
    summary = real.summarise(table).set_index("way")
    assert summary.loc["default", "auc"] > 0.75
    assert summary.loc["default", "auc"] > summary.loc["xgboost", "auc"]
    assert "not below" in real.verdicts(summary.reset_index())[0]


def test_a_default_below_a_rival_by_more_than_the_error_is_said():
    real = load("real")
    rows = [
        {"question": "tak", "way": way, "auc": 0.8, "default_less": 0.0, "error": 0.01} for way in real.WAYS
    ]
    told = pd.DataFrame(rows).set_index("way")
    told.loc["xgboost", ["auc", "default_less"]] = 0.85, -0.05
    assert ": below by more than" in real.verdicts(told.reset_index())[0]


def test_a_signature_planted_in_real_profiles_is_found_at_half_size(data_dir, monkeypatch):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    planted = load("planted_real")
    host = planted.read_host("convalescents")
    rows = [planted.run_draw(host, seed, ways=("default", "xgboost")) for seed in range(3)]
    found = pd.concat(rows).groupby("way")["auc"].mean()
    assert found["default"] > 0.9
    assert found["default"] > found["xgboost"]


def test_calls_find_planted_skews_by_their_size_and_nothing_where_nothing_was_planted(data_dir, monkeypatch):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    calls = load("planted_calls")
    host = calls.HOSTS["convalescents"]()
    curves, negative = (
        pd.concat(part) for part in zip(*(calls.run_draw(host, s) for s in (1, 2)), strict=True)
    )
    summary = calls.summarise(curves.assign(host="convalescents"))
    whole = summary[summary["drop"] == 0]
    assert whole["sensitivity"].is_monotonic_increasing
    assert whole["sensitivity"].iloc[-1] > 0.5
    assert (summary["false_flags"] <= 0.1).all()
    by_plant = calls.compare(negative.assign(host="convalescents")).set_index("plant")
    assert by_plant.loc["a unit of leak", "more_than_nothing"] <= 0.02
    assert calls.draw(summary).startswith("<svg")


def test_a_shift_with_age_is_found_within_groups():
    calls = load("planted_calls")
    rng = np.random.default_rng(0)
    obs = pd.DataFrame({"age": rng.uniform(20, 80, 60), "group": ["a", "b"] * 30})
    obs.loc[0, "age"] = np.nan
    levels = (
        np.column_stack([0.1 * obs["age"].fillna(0), rng.normal(size=60)])
        + 5 * (obs["group"] == "a").to_numpy()[:, None]
    )
    people = calls.AnnData(levels, obs=obs.set_axis(obs.index.astype(str)))
    slopes = calls.age_slopes(people)
    assert slopes[0] == pytest.approx(0.1, abs=0.01)
    assert abs(slopes[1]) < 0.02


def test_a_model_of_one_vasculitis_orders_another_and_an_update_mends_its_intercept(data_dir, monkeypatch):
    monkeypatch.setenv("STRATIFY_DATA_DIR", str(data_dir))
    transfer = load("transfer")
    monkeypatch.setattr(transfer, "FAMILIES", {"factor-centroids": "default"})
    monkeypatch.setattr(transfer, "HALVES", 10)
    found = transfer.run_pair("TAK activity", "GCA activity").set_index("levels").loc["as delivered"]
    assert (found["positives"], found["negatives"]) == (11, 24)
    assert found["auc"] > 0.7
    assert abs(found["intercept_after"]) < abs(found["calibration_intercept"])


def test_explanations_are_timed_beside_the_boosters_own_and_shap():
    pytest.importorskip("shap")
    explanations = load("explanations")
    row = explanations.run("pathway-xgboost", people=30, rounds=1)
    assert row["ratio_to_native"] > 0
    assert row["ratio_to_shap"] > 0


@pytest.fixture
def in_process():
    """A server in a thread of this process, in the place of one in a process of its own."""

    @contextlib.contextmanager
    def server(folder):
        with listening("127.0.0.1", 0) as found:
            port = found.getsockname()[1]
            running = make_server(
                load_model(BENCHMARKS.parent / "models" / "demo-1"),
                Settings(allowed_hosts("127.0.0.1", port)),
            )
            thread = threading.Thread(target=running.run, kwargs={"sockets": [found]}, daemon=True)
            thread.start()
            try:
                yield port, os.getpid()
            finally:
                running.should_exit = True
                thread.join()

    return server


def test_a_candidate_gets_one_answer_on_every_road(in_process, monkeypatch):
    one_answer = load("one_answer")
    monkeypatch.setattr(one_answer.serving, "server", in_process)
    found = one_answer.compare(9, 1, mlflow=False)
    assert len(found) == 8
    assert found["differ"].sum() == 0
    assert one_answer.differing({"a": "a,1"}, {"a": "a,1.0"}) == 1


def test_the_server_answers_many_right_and_damaged_uploads_in_three_lines(in_process, tmp_path, monkeypatch):
    serving = load("serving")
    monkeypatch.setattr(serving, "SWEEP_SECONDS", 0.0)
    monkeypatch.setattr(serving, "REAL", ())
    (tmp_path / "server").mkdir()
    with in_process(tmp_path) as (port, pid):
        load_of = serving.clients(port, 4, 0.5)
        damage = serving.malformed(port, pid, 20, tmp_path / "server")
    assert load_of["answers"] >= 4
    assert (load_of["wrong"], damage["wrong"], damage["files_left"]) == (0, 0, [])
    assert sum(damage["statuses"].values()) == 20


def test_each_falsified_line_of_a_log_is_located():
    audit = load("audit")
    tried, found, located = audit.count_found(audit.make_log(41))
    assert tried == found == located == 4 * 40


def test_a_watch_is_quiet_in_control_and_sees_a_leak():
    drift = load("drift")
    loaded = load_model(BENCHMARKS.parent / "models" / "demo-1")
    world = simulate_study(design_preset("study"), seed=1).world
    study = SimpleNamespace(world=world, model=loaded.model)
    reference = drift.accepted(drift.run_of("first", drift.run_people(study, 30, 9), loaded))

    def level(seed, **dials):
        run = drift.run_of("run", drift.run_people(study, 30, seed, **dials), loaded)
        return drift.judged(loaded.model, run, reference)[0]

    assert level(1) == drift.IN_CONTROL
    assert level(1, leak_offset=1.0) == drift.OFF


def test_mlflow_answers_with_the_very_cells_of_a_screening_and_a_changed_one_is_seen():
    pytest.importorskip("mlflow")
    roads = load("model_roads")
    found = roads.compare(roads.DEMO, ["pyfunc.load_model", "pandas groupby.apply"], people=7)
    assert [(row["columns"], row["against screen"]) for row in found] == [("29", "identical")] * 2
    table = pd.DataFrame({"call": ["a", ""], "score": [0.1, np.nan]})
    assert roads.agree(table, table.astype(object).where(table.notna(), None)) == "identical"
    assert roads.agree(table, table.assign(score=[np.nextafter(0.1, 1), np.nan])) == "differ: score"
    assert roads.agree(table, table.iloc[:1]) == "other rows or columns"

import pytest

from stratify.errors import ExperimentError
from stratify.experiment.config import read_experiment
from stratify.experiment.run import run_experiment
from stratify.simulation.files import simulate_files

EXPERIMENT = """
name = "sites"
question = "Which simulated MDD patients resemble atopic dermatitis?"
definition = "th2-v1"
[data]
files = ["cohort.csv"]
clinical = "cohort-clinical.csv"
simulated = true
panels = ["Inflammation"]
positive = ["AD"]
negative = ["PSO", "HC"]
reference = ["HC"]
matrix = "serum"
{site}
[learning]
families = []
controls = []
folds = 3
repeats = 1
trials = 0
permutations = 19
workers = 1
leave_one_site_out = true
learning_curve = true
"""


def write(folder, site):
    path = folder / "sites.toml"
    path.write_text(EXPERIMENT.format(site=site), encoding="utf-8")
    return path


def test_sites_and_the_learning_curve_stand_on_the_card(tmp_path):
    simulate_files(tmp_path / "cohort.csv", seed=4)
    lines = []
    result = run_experiment(
        write(tmp_path, 'site = "site"'), models=tmp_path, tracked=False, tell=lines.append
    )
    found = result.facts.sites.results()
    assert sum(row.positives + row.negatives for row in found) == 83
    assert f"leaving one site out: {len(found)} sites" in lines
    card = (result.folder / "card.md").read_text(encoding="utf-8")
    assert all(f"| {row.site} | {row.positives} | {row.negatives} |" in card for row in found)
    assert (result.folder / "facts" / "out_of_site.csv").is_file()
    assert "| People learned from | factor-centroids | xgboost |" in card


def test_a_column_must_be_named(tmp_path):
    with pytest.raises(ExperimentError, match="leave_one_site_out needs"):
        read_experiment(write(tmp_path, 'site = "unknown"'))

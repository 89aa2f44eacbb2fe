from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from stratify.assays.files.delivered import Delivered
from stratify.errors import StratifyError
from stratify.screening.app.intake import take_in
from stratify.screening.app.settings import Limits, Settings
from stratify.screening.score import screen


def test_the_steps_are_those_of_screen(taken_in, demo, laboratory, tmp_path):
    wanted = screen(
        demo.folder, laboratory / "candidates.csv", clinical=laboratory / "clinical.csv", out=tmp_path / "o"
    )
    found = taken_in()
    columns = [name for name in wanted.table if name != "eligible"]
    pd.testing.assert_frame_equal(found.screening.table[columns], wanted.table[columns], check_exact=True)
    assert [name for name, _ in found.inputs] == ["candidates.csv", "clinical.csv"]


def test_more_samples_than_allowed_are_refused(demo, delivered):
    with pytest.raises(StratifyError, match="at most 5 samples"):
        take_in(demo, Settings((), limits=Limits(samples=5)), delivered[0])


def test_one_file_in_both_places_is_named(demo, delivered):
    with pytest.raises(StratifyError, match="the same file twice"):
        take_in(demo, Settings(()), delivered[0], delivered[0])


def test_nothing_is_laid_on_disk(demo, delivered, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    opened = []
    real = Path.open
    monkeypatch.setattr(Path, "open", lambda path, *a, **k: opened.append(path) or real(path, *a, **k))
    take_in(demo, Settings(()), delivered[0])
    assert [path for path in opened if tmp_path in path.parents] == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gisby_serum/serum_npx_level.csv", "all of panel Neurology"),
        ("lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx", "score's weight"),
    ],
)
def test_real_files_without_the_panels_of_the_model_are_refused_by_name(demo, data_dir, name, words):
    if not (data_dir / name).is_file():
        pytest.skip(f"{name} is absent from STRATIFY_DATA_DIR")
    file = Delivered(name.split("/")[-1], (data_dir / name).read_bytes())
    with pytest.raises(StratifyError, match=words):
        take_in(demo, Settings(()), file)

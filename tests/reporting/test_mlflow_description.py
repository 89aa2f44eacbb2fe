from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stratify.errors import ModelError
from stratify.reporting.mlflow_description import refuse_foreign_description

DEMO = Path(__file__).parents[2] / "models" / "demo-1"
FILES = ("MLmodel", "requirements.txt", "python_env.yaml")


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        shutil.copy(DEMO / name, tmp_path)
    return tmp_path


def test_what_stratify_wrote_is_taken(folder):
    refuse_foreign_description(folder)


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_not_there_are_not_missed(folder, name):
    (folder / name).unlink()
    refuse_foreign_description(folder)


LOADER = "    loader_module: stratify.screening.serving\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LOADER, "    loader_module: forger\n"),
        (LOADER, f"{LOADER}    loader_module: forger\n"),
        (LOADER, f"{LOADER}{LOADER}"),
        (LOADER, f'{LOADER}    "loader_module": forger\n'),
        (LOADER, f"{LOADER}    config: {{loader_module: forger}}\n"),
        (LOADER, ""),
        (LOADER, "    loader_module: stratifyxscreening.serving\n"),
        ("    code: null\n", "    code: card\n"),
        ("    data: bundle\n", "    data: ../bundle\n"),
        ("    data: bundle\n", ""),
        ("flavors:\n", "flavors:\n  sklearn:\n    pickled_model: model.pkl\n"),
        ("flavors:\n", "flavors: &a\n"),
        ("flavors:\n", "--- {}\nflavors:\n"),
        ("flavors:\n", "%YAML 1.1\n---\nflavors:\n"),
        ("flavors:\n", "? flavors\n: x\nflavors:\n"),
        ("mlflow_version:", "flavors: {python_function: {loader_module: forger}}\nmlflow_version:"),
        ("mlflow_version:", '"flavors": {python_function: {loader_module: forger}}\nmlflow_version:'),
        ("mlflow_version:", "!!str flavors: x\nmlflow_version:"),
        ("mlflow_version:", "<<: {flavors: x}\nmlflow_version:"),
        ("mlflow_version:", "model_idx: x\u2028flavors:\u2028  x: y\nmlflow_version:"),
        ("mlflow_version:", "model_idx: x\rflavors:\r  x: y\nmlflow_version:"),
        ("mlflow_version:", "\tx: y\nmlflow_version:"),
    ],
)
def test_description_that_could_be_read_otherwise_is_refused(folder, old, new):
    text = (folder / "MLmodel").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / "MLmodel").write_text(text.replace(old, new), encoding="utf-8", newline="")
    with pytest.raises(ModelError, match="MLmodel as stratify writes it"):
        refuse_foreign_description(folder)


def test_empty_description_is_refused(folder):
    (folder / "MLmodel").write_text("", encoding="utf-8")
    with pytest.raises(ModelError, match="MLmodel"):
        refuse_foreign_description(folder)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("requirements.txt", "forger==1"),
        ("requirements.txt", "--index-url x"),
        ("requirements.txt", "mlflow @ https://forger"),
        ("requirements.txt", "-r ../other.txt"),
        ("python_env.yaml", "- forger"),
        ("python_env.yaml", "- -r ../requirements.txt"),
    ],
)
def test_something_else_to_install_is_refused(folder, name, line):
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    with pytest.raises(ModelError, match=f"found: {name}: something else to install"):
        refuse_foreign_description(folder)

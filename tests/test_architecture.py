"""The norms of the house, checked on its own source."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "stratify"
PATHS = sorted(SOURCE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PATHS}

MODULE_LINES, MEDIAN_MODULE_LINES, BODY_LINES, ARGUMENTS = 250, 110, 50, 8
VAGUE_NAMES = {"base", "common", "helper", "helpers", "misc", "util", "utils"}
PICKLES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
MAY_IMPORT_MLFLOW = {"reporting/connection.py"}
MAY_PRINT = "cli/"
MAY_RUN_AT_IMPORT = {"cli/__init__.py"}
NO_TEST_OF_THEIR_NAME: set[str] = set()
TOO_HEAVY_TO_SCREEN = {
    "fastapi",
    "uvicorn",
    "matplotlib",
    "mlflow",
    "optuna",
    "shap",
    "sklearn",
    "xgboost",
} | {f"scipy.{part}" for part in ("stats", "optimize", "linalg", "spatial", "interpolate")}

# joined from pieces, so that this file does not contain what it looks for
REGISTRY_HOST = "|".join(
    [r"py" + r"pi\.org", "python" + "hosted", "ana" + r"conda\.(?:org|com)", "conda-" + "forge"]
)
MACHINE_PATH = (
    r"(?<![\w.:/-])/(?:" + "|".join(["home", "mnt", "opt", "root", "tmp", "Users", "work"]) + r")/\w"
)
FOREIGN_TO_THE_TREE = re.compile(f"{REGISTRY_HOST}|{MACHINE_PATH}".encode())

Function = ast.FunctionDef | ast.AsyncFunctionDef
every_module = pytest.mark.parametrize("path", PATHS, ids=lambda path: short(path))


def short(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(path) for path in PATHS}


def docstring_of(node: ast.AST) -> ast.Expr | None:
    body = getattr(node, "body", None)
    if not isinstance(body, list) or not body or not isinstance(body[0], ast.Expr):
        return None
    value = body[0].value
    return body[0] if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def lines_of(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def code_lines(path: Path) -> int:
    """Count lines that hold code: no docstring, comment or blank."""
    silent = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    code = {line for t in tokens if t.type not in silent for line in range(t.start[0], t.end[0] + 1)}
    docstrings = [found for node in ast.walk(TREES[path]) if (found := docstring_of(node))]
    return len(code.difference(*map(lines_of, docstrings)))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(TREES[path]) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    body = function.body[1:] if docstring_of(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def arguments(function: Function) -> int:
    spec = function.args
    names = [a.arg for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg) if a]
    return len(set(names) - {"self", "cls"})


def imported(path: Path) -> Iterator[str]:
    """Name every imported module in full, wherever in the file the import stands."""
    package = dotted(path).split(".") if path.name == "__init__.py" else dotted(path).split(".")[:-1]
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            home = ".".join([*start, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{home}.{alias.name}"
                yield inner if inner in MODULES else home


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


def calls(path: Path, name: str) -> list[int]:
    nodes = (node for node in ast.walk(TREES[path]) if isinstance(node, ast.Call))
    return [node.lineno for node in nodes if isinstance(node.func, ast.Name) and node.func.id == name]


def is_blind(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        k is None or (isinstance(k, ast.Name) and k.id in {"Exception", "BaseException"}) for k in kinds
    )


def layers() -> list[list[str]]:
    """Read the rooms from top to bottom, as the import contract lists them."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contract = tomllib.load(file)["tool"]["importlinter"]["contracts"][0]
    return [[room.strip(" ()") for room in layer.split("|")] for layer in contract["layers"]]


def tracked() -> list[Path]:
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout: which files belong to the project is unknown")
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@every_module
def test_module_is_within_the_cap(path):
    assert code_lines(path) <= MODULE_LINES


def test_modules_are_small():
    sizes = {short(path): code_lines(path) for path in PATHS if path.name != "__init__.py"}
    assert median(sizes.values()) <= MEDIAN_MODULE_LINES, sizes


def test_counting_leaves_out_docstrings_comments_and_blanks(tmp_path, monkeypatch):
    path = tmp_path / "sample.py"
    path.write_text(
        '"""Doc.\n\nMore.\n"""\n# note\n\ndef f(a, *, b):\n    """Doc."""\n\n    return """x\n    y"""\n'
    )
    monkeypatch.setitem(TREES, path, ast.parse(path.read_text()))
    (function,) = functions(path)
    assert (code_lines(path), body_lines(function), arguments(function)) == (3, 2, 2)


@every_module
def test_functions_are_within_the_caps(path):
    found = {f.name: (body_lines(f), arguments(f)) for f in functions(path)}
    assert {name: n for name, n in found.items() if n[0] > BODY_LINES or n[1] > ARGUMENTS} == {}


@every_module
def test_nothing_is_asserted_printed_or_swallowed(path):
    nodes = list(ast.walk(TREES[path]))
    assert [node.lineno for node in nodes if isinstance(node, ast.Assert)] == []
    assert [node.lineno for node in nodes if isinstance(node, ast.ExceptHandler) and is_blind(node)] == []
    if not short(path).startswith(MAY_PRINT):
        assert calls(path, "print") == []


@every_module
def test_import_has_no_effect(path):
    statements = [
        node for node in TREES[path].body if isinstance(node, ast.Expr | ast.With | ast.For | ast.While)
    ]
    effects = [node.lineno for node in statements if node is not docstring_of(TREES[path])]
    assert effects == [] or short(path) in MAY_RUN_AT_IMPORT


@every_module
def test_name_says_what_is_inside(path):
    assert VAGUE_NAMES.isdisjoint([path.stem, *path.relative_to(SOURCE).parts])


@every_module
def test_nothing_is_pickled(path):
    keywords = (node for node in ast.walk(TREES[path]) if isinstance(node, ast.keyword))
    allowed = [
        k.value.lineno for k in keywords if k.arg == "allow_pickle" and ast.unparse(k.value) != "False"
    ]
    assert PICKLES.isdisjoint(roots(path))
    assert allowed == []


@every_module
def test_mlflow_has_one_door(path):
    assert "mlflow" not in roots(path) or short(path) in MAY_IMPORT_MLFLOW


@every_module
def test_imports_go_downward(path):
    rank = {room: depth for depth, layer in enumerate(layers()) for room in layer}
    own = ".".join(dotted(path).split(".")[:2])
    wanted = {".".join(name.split(".")[:2]) for name in imported(path) if name.startswith("stratify.")} - {
        own
    }
    assert not wanted or own in rank, f"{own} is in no layer of pyproject.toml"
    assert {room for room in wanted if room in rank and rank[room] <= rank[own]} == set()


def test_no_import_cycle():
    graph = {dotted(path): {n for n in imported(path) if n in MODULES} - {dotted(path)} for path in PATHS}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@every_module
def test_module_has_its_test(path):
    name = path.relative_to(SOURCE)
    if path.name != "__init__.py" and short(path) not in NO_TEST_OF_THEIR_NAME:
        assert (ROOT / "tests" / name.parent / f"test_{name.name}").is_file()


def test_tree_names_no_registry_and_no_machine():
    found = {
        path.relative_to(ROOT).as_posix(): FOREIGN_TO_THE_TREE.findall(path.read_bytes())
        for path in tracked()
    }
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize("text", ["https://py{}pi.org/simple", "see /ho{}me/ann/x.csv", "'/t{}mp/y'"])
def test_foreign_text_is_recognised(text):
    assert FOREIGN_TO_THE_TREE.search(text.format("").encode())


@pytest.mark.parametrize("text", ["../shared/data", "runs/tmp/x", "https://doi.org/10.1/home/x"])
def test_ordinary_text_is_not_foreign(text):
    assert not FOREIGN_TO_THE_TREE.search(text.encode())


def test_screening_loads_nothing_heavy():
    code = (
        "import stratify.screening.score, sys; from stratify.cli import application; "
        "application(['screen']); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert TOO_HEAVY_TO_SCREEN.intersection(loaded) == set()
    assert {"stratify.cli.train", "stratify.cli.serve"}.intersection(loaded) == set()

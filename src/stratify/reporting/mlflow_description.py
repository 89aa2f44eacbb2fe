"""What MLflow is told to do with a model folder, compared line by line with what stratify tells it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from stratify.errors import ModelError

LOADER = "stratify.screening.serving"
DESCRIPTION = "MLmodel"
_VERSION = r"[0-9][0-9A-Za-z.+-]*"
# Which module loads the folder, and no code beside it: each line at most once, and these only.
_FLAVOUR = (
    r"  python_function:",
    r"    code: null",
    r"    data: bundle",
    r"    env:",
    r"      virtualenv: python_env\.yaml",
    rf"    loader_module: {re.escape(LOADER)}",
    rf"    python_version: {_VERSION}",
    r"    streamable: false",
)
_NEEDED = ("    data: bundle", f"    loader_module: {LOADER}")
# What MLflow installs when it is asked to make an environment.
_INSTALLED = {
    "requirements.txt": (rf"mlflow=={_VERSION}", rf"stratify(=={_VERSION})?"),
    "python_env.yaml": (
        rf"python: {_VERSION}",
        r"build_dependencies:",
        rf"- (pip|setuptools|wheel)(=={_VERSION})?",
        r"dependencies:",
        r"- -r requirements\.txt",
    ),
}
_TOP = re.compile(r"([a-z_]+):( .*)?", re.ASCII)


def refuse_foreign_description(folder: Path) -> None:
    """Refuse a folder that would make MLflow load another module, run code or install anything else.

    YAML can say one thing in many ways; only the plain form in which it is written here is taken, so that no
    other reading of the file is possible.

    Parameters
    ----------
    folder : Path
        The model folder; files that are not there are not missed.

    Raises
    ------
    ModelError
        Naming the file.
    """
    if (folder / DESCRIPTION).is_file():
        top = _top_level(_plain_lines(folder / DESCRIPTION))
        flavour = top.get("flavors", [])
        if not _each_allowed(flavour, _FLAVOUR) or not set(_NEEDED) <= set(flavour):
            raise _refusal(DESCRIPTION, f"another loader than {LOADER}, or code beside the bundle")
    for name, allowed in _INSTALLED.items():
        if (folder / name).is_file():
            lines = _plain_lines(folder / name)
            if not all(any(re.fullmatch(form, line) for form in allowed) for line in lines):
                raise _refusal(name, "something else to install than stratify and mlflow")


def _refusal(name: str, found: str) -> ModelError:
    return ModelError(
        f"{name} as stratify writes it",
        f"{name}: {found}",
        "do not open this folder with MLflow; ask whoever sent it for the folder as it was made",
    )


def _plain_lines(path: Path) -> list[str]:
    """Lines of a file of printable ASCII, so that no reader finds a line break where another sees none."""
    raw = path.read_bytes()
    if not re.fullmatch(rb"[\x20-\x7e\n]*", raw):
        raise _refusal(path.name, "signs that stratify does not write")
    return [line for line in raw.decode("ascii").split("\n") if line]


def _top_level(lines: Sequence[str]) -> dict[str, list[str]]:
    """Plain keys at the margin, each once, with the indented lines below them."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in lines:
        if line.startswith(" ") and key:
            found[key].append(line)
            continue
        match = _TOP.fullmatch(line)
        if match is None or match[1] in found or (match[1] == "flavors" and match[2]):
            raise _refusal(DESCRIPTION, "keys in another form, or twice")
        key = match[1]
        found[key] = []
    return found


def _each_allowed(lines: Sequence[str], allowed: Sequence[str]) -> bool:
    forms = [[form for form in allowed if re.fullmatch(form, line)] for line in lines]
    return all(forms) and len({form[0] for form in forms}) == len(lines)

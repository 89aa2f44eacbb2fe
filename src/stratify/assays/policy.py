"""What cleaning does about each finding and about values below the limit of detection; from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from stratify.assays.finding import Finding
from stratify.errors import ExperimentError, nearest

DROP, MASK, KEEP = "drop", "mask", "keep"
ACTIONS = (DROP, MASK, KEEP)
BELOW_LOD = ("keep", "lod/sqrt2", "censored")
_SECTIONS = ("findings", "below_lod")


@dataclass(frozen=True)
class Policy:
    """What cleaning does.

    Parameters
    ----------
    actions : mapping of str to str
        Code of a finding to ``"drop"`` (the sample or assay goes), ``"mask"`` (its values concerned become
        missing) or ``"keep"``.
    below_lod : {"keep", "lod/sqrt2", "censored"}
        Values below the limit of detection: as measured, replaced by the limit divided by the square root
        of two, or left for an imputation that is fitted in each fold.
    """

    actions: Mapping[str, str] = field(default_factory=dict)
    below_lod: str = "keep"

    def action(self, finding: Finding) -> str:
        """Say what is done about a finding; a code without an entry is dropped if it is an error.

        Parameters
        ----------
        finding : Finding
            Any.

        Returns
        -------
        {"drop", "mask", "keep"}

        Examples
        --------
        >>> Policy({"qc-fail": "mask"}).action(Finding("qc-fail", "error", ("S1",), "measure again"))
        'mask'
        >>> Policy().action(Finding("qc-fail", "error", ("S1",), "measure again"))
        'drop'
        """
        return self.actions.get(finding.code, DROP if finding.severity == "error" else KEEP)


def read_policy(path: str | Path, default: Policy | None = None) -> Policy:
    """Read a policy; what it does not mention is done as a default says.

    Parameters
    ----------
    path : str or Path
        TOML with ``[findings] <code> = "drop" | "mask" | "keep"`` and
        ``[below_lod] values = "keep" | "lod/sqrt2" | "censored"``.
    default : Policy, optional
        The shipped one (`default_policy`) where none is given.

    Returns
    -------
    Policy

    Raises
    ------
    ExperimentError
        No such file, no TOML, or an unknown section, code or word; the nearest known one is named.
    """
    path = Path(path)
    if not path.is_file():
        raise ExperimentError("a cleaning policy (TOML)", f"no file {path.name}", "correct the name")
    return _parse(path.read_bytes(), path.name, default or default_policy())


@cache
def default_policy() -> Policy:
    """Policy that is shipped as ``data/cleaning.toml``.

    Returns
    -------
    Policy
        Its ``actions`` name every code that a check can give.

    Examples
    --------
    >>> default_policy().below_lod
    'keep'
    """
    file = resources.files("stratify.data").joinpath("cleaning.toml")
    return _parse(file.read_bytes(), file.name, None)


def _parse(raw: bytes, source: str, default: Policy | None) -> Policy:
    try:
        content = tomllib.loads(raw.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(f"TOML in {source}", str(error), "mend that line") from None
    _refuse_unknown(content, _SECTIONS, f"sections in {source}")
    findings, below = (_section(content, name, source) for name in _SECTIONS)
    _refuse_unknown(below, ("values",), f"keys of [below_lod] in {source}")
    if default is not None:
        _refuse_unknown(findings, default.actions, f"codes of findings in {source}")
    for code, word in findings.items():
        _refuse_word(word, ACTIONS, f"{code} in {source}")
    values = below.get("values", default.below_lod if default else BELOW_LOD[0])
    _refuse_word(values, BELOW_LOD, f"values of [below_lod] in {source}")
    return Policy({**(default.actions if default else {}), **findings}, values)


def _section(content: Mapping[str, Any], name: str, source: str) -> dict[str, Any]:
    section = content.get(name, {})
    if not isinstance(section, dict):
        raise ExperimentError(
            f"a section [{name}] in {source}", f"{name} is a value", f"write [{name}] above it"
        )
    return section


def _refuse_unknown(found: Mapping[str, Any], known: Any, what: str) -> None:
    unknown = next((name for name in found if name not in known), None)
    if unknown is not None:
        raise ExperimentError(f"known {what}", f"{unknown!r}", nearest(unknown, list(known)))


def _refuse_word(word: object, known: tuple[str, ...], where: str) -> None:
    if word not in known:
        raise ExperimentError(
            f"one of {', '.join(known)} for {where}", f"{word!r}", nearest(str(word), known)
        )

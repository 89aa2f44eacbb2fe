"""The formats that can be read: every module of the folder ``formats`` that declares one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from anndata import AnnData

from stratify.assays import formats as folder
from stratify.assays.files.part import Part


@dataclass(frozen=True)
class Format:
    """A layout in which files are delivered.

    Parameters
    ----------
    name : str
        Its name in ``check --json`` and in provenance.
    title : str
        What it is, for messages: "a wide sheet of ...".
    rank : int
        Formats are asked in ascending order, the most particular layout first.
    recognise : callable
        Says of a part whether it has this layout, from its first rows.
    read : callable
        Gives its table: samples x assays. One without samples describes assays (a list of a panel, limits of
        detection in ``var["lod"]``), one without assays describes samples (a clinical table).
    has_levels : bool, default True
        Whether such a table holds protein levels.
    """

    name: str
    title: str
    rank: int
    recognise: Callable[[Part], bool]
    read: Callable[[Part], AnnData]
    has_levels: bool = True


@cache
def known_formats() -> tuple[Format, ...]:
    """All formats, in the order in which they are asked.

    Returns
    -------
    tuple of Format
    """
    modules = [import_module(f"{folder.__name__}.{module.name}") for module in iter_modules(folder.__path__)]
    found: list[Format] = [module.FORMAT for module in modules]
    return tuple(sorted(found, key=lambda layout: (layout.rank, layout.name)))

"""One door for every file: recognised by content, read by its format, several tables joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anndata import AnnData

from stratify.assays.files.container import digest, open_parts
from stratify.assays.files.delivered import Source, as_file
from stratify.assays.files.part import Part
from stratify.assays.joining import combine
from stratify.assays.layouts.detection_limits import add_limits
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format, known_formats
from stratify.errors import AssayFileError


@dataclass(frozen=True, eq=False)
class Reading:
    """What one table of a delivered file holds.

    Parameters
    ----------
    where : str
        File name and, where there are several tables, sheet or member.
    format : Format or None
        Its layout; None where no format knows it.
    table : AnnData or None
        Samples x assays; without samples or without assays where it holds no levels.
    """

    where: str
    format: Format | None
    table: AnnData | None

    @property
    def has_levels(self) -> bool:
        """Whether it holds protein levels."""
        return self.table is not None and self.table.n_obs > 0 and self.table.n_vars > 0

    @property
    def title(self) -> str:
        """What it is, in words."""
        return self.format.title if self.format else "neither columns of known proteins nor a known layout"


def read_parts(*paths: Source) -> list[Reading]:
    """Read every table of one or several files, whatever it holds.

    Parameters
    ----------
    *paths : str, Path or Delivered
        Files as delivered.

    Returns
    -------
    list of Reading
        One a table, in the order of the files.

    Raises
    ------
    AssayFileError
        A file that cannot be opened or is damaged, text in place of a level, or two samples with one id.
    """
    if not paths:
        raise AssayFileError("at least one file of protein levels", "none was named", "name a file")
    return [_read(part) for path in map(as_file, paths) for part in open_parts(path)]


def _read(part: Part) -> Reading:
    for layout in known_formats():
        if layout.recognise(part):
            return Reading(part.where, layout, layout.read(part))
    return Reading(part.where, None, None)


def join_parts(readings: Sequence[Reading]) -> AnnData:
    """Make one table of all that hold protein levels; the others are named and left out.

    Limits of detection are added to a sequenced table that was delivered without them (`add_limits`), from a
    list given beside it or from its negative controls.

    Parameters
    ----------
    readings : sequence of Reading
        As from `read_parts`.

    Returns
    -------
    AnnData of shape (samples, assays)
        ``uns["stratify"]["skipped"]`` names what was left out, and what it is.

    Raises
    ------
    AssayFileError
        No protein levels at all, or tables that do not fit together.
    """
    tables = [reading.table for reading in readings if reading.has_levels and reading.table is not None]
    skipped = [f"{reading.where}: {reading.title}" for reading in readings if not reading.has_levels]
    if not tables:
        raise _no_levels(readings[0])
    lists = [
        r.table.var for r in readings if not r.has_levels and r.table is not None and "lod" in r.table.var
    ]
    for table in tables:
        add_limits(table, lists)
    joined = combine(tables)
    joined.uns["stratify"]["skipped"] = [*joined.uns["stratify"].get("skipped", []), *skipped]
    return joined


def _no_levels(reading: Reading) -> AssayFileError:
    if reading.table is None or reading.format is None:
        return refuse(reading.where, reading.title)
    if reading.format.has_levels:
        what = "columns without a single sample" if reading.table.n_vars else "no protein"
        return refuse(reading.where, what)
    return refuse(
        reading.where,
        f"{reading.format.title}, without protein levels",
        "name the laboratory's file of protein levels, in its place or beside it",
    )


def read_assays(*paths: Source) -> AnnData:
    """Read protein levels from one or several files, whatever their format.

    The format is recognised by what a file holds, never by its name. Nothing is dropped and nothing filled.
    Tables with the same assays are stacked (plates, batches), tables with other assays of the same samples
    are put side by side (panels), and a table that repeats another one is read once.

    Parameters
    ----------
    *paths : str, Path or Delivered
        Files as the laboratory delivered them.

    Returns
    -------
    AnnData of shape (samples, assays)
        Levels as delivered (float64, NaN where missing), detection limits in ``layers["lod"]``,
        descriptions of samples and assays in ``obs`` and ``var``, provenance in ``uns["stratify"]``.

    Raises
    ------
    AssayFileError
        A file that is no assay, text in place of a level, two samples with one id, or tables that do not fit
        together.
    """
    adata = join_parts(read_parts(*paths))
    name_sources(adata, *paths)
    return adata


def name_sources(adata: AnnData, *paths: Source) -> None:
    """Note in ``uns["stratify"]`` the files of a table, with SHA-256, where it does not name its own.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        As from `join_parts`; changed in place.
    *paths : str, Path or Delivered
        The files that it was read from.
    """
    adata.uns["stratify"] = {"sources": named_digests(paths)} | dict(adata.uns["stratify"])


def named_digests(paths: Sequence[Source]) -> dict[str, list[str]]:
    """Name files, with SHA-256, in a form that a cohort file can hold.

    Parameters
    ----------
    paths : sequence of path
        Existing files.

    Returns
    -------
    dict
        Two lists of equal length, ``name`` and ``sha256``.
    """
    files = [as_file(path) for path in paths]
    return {"name": [file.name for file in files], "sha256": [digest(file) for file in files]}

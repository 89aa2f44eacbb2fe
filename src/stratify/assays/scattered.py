"""The refusal of numbers so thinly spread over samples and assays that their table would fill the memory."""

from __future__ import annotations

from stratify.errors import AssayFileError

ROOM = 20_000_000  # cells that are made whatever they hold
THINNEST = 20  # cells for one number: below a twentieth filled


def refuse_scattered(where: str, samples: int, assays: int, numbers: int) -> None:
    """Refuse to spread a few numbers over a huge table of samples by assays.

    A long file of a few MB, each row with a sample and an assay of its own, would become a table of GB.

    Parameters
    ----------
    where : str
        Name of the file, for the message.
    samples, assays : int
        Size of the table.
    numbers : int
        How many of its cells would hold one.

    Raises
    ------
    AssayFileError
        More than `ROOM` cells of which fewer than one in `THINNEST` would be filled.

    Examples
    --------
    >>> refuse_scattered("plate.csv", 90, 368, 30_000)
    >>> refuse_scattered("x.csv", 20_000, 20_000, 20_000)
    Traceback (most recent call last):
    ...
    stratify.errors.AssayFileError: expected: assays that were measured in most of the samples
    found: x.csv: 20000 samples and 20000 assays, with a number in 1 of 20000 cells
    do: look whether the columns of samples and assays hold something else, such as row numbers
    """
    cells = samples * assays
    if cells <= max(ROOM, THINNEST * numbers):
        return
    spread = f"{samples} samples and {assays} assays, with a number in 1 of {cells // max(numbers, 1)} cells"
    raise AssayFileError(
        "assays that were measured in most of the samples",
        f"{where}: {spread}",
        "look whether the columns of samples and assays hold something else, such as row numbers",
    )

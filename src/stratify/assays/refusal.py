"""The refusal of a file that is no protein table."""

from __future__ import annotations

from stratify.errors import AssayFileError

_SUPPORTED = (
    "a table of protein levels in a known layout (Olink, SomaScan, immunoassay, mass spectrometry, plain "
    "table, h5ad)"
)
_EXPORT = "export the data from the laboratory's software again, as a workbook or a text table"


def refuse(where: str, found: str, do: str = _EXPORT) -> AssayFileError:
    """Build the refusal of a file that is no protein table.

    Parameters
    ----------
    where : str
        Name of the file, and of the sheet or member where there are several.
    found : str
        What it holds instead.
    do : str
        What the user can do.

    Returns
    -------
    AssayFileError
        To be raised by the caller.

    Examples
    --------
    >>> refuse("plate.csv", "an empty file").found
    'plate.csv: an empty file'
    """
    return AssayFileError(_SUPPORTED, f"{where}: {found}", do)

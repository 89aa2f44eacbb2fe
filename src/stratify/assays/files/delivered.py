"""A delivered file that is in memory and never on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path


@dataclass(frozen=True)
class Delivered:
    """Name and content of a file, with what the readers ask of a path.

    Parameters
    ----------
    name : str
        What to call it in messages and provenance; no place on any disk.
    data : bytes
        Content.

    Examples
    --------
    >>> file = Delivered("levels.csv", b"a;b")
    >>> file.is_file(), file.open().read()
    (True, b'a;b')
    """

    name: str
    data: bytes = field(repr=False)

    def is_file(self) -> bool:
        """Say that there is a file: always."""
        return True

    def open(self, mode: str = "rb") -> BytesIO:
        """Open the content from its beginning.

        Parameters
        ----------
        mode : str, default "rb"
            Bytes are read, whatever it says.

        Returns
        -------
        binary stream
        """
        return BytesIO(self.data)


Source = str | Path | Delivered


def as_file(source: Source) -> Path | Delivered:
    """Take text as the path of a file, and everything else as it is.

    Parameters
    ----------
    source : str, Path or Delivered
        Where a file is.

    Returns
    -------
    Path or Delivered
    """
    return Path(source) if isinstance(source, str) else source

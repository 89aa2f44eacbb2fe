"""One table of a delivered file: a sheet of a workbook, a member of an archive, or the file itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO, Literal

import pandas as pd

from stratify.assays.files.grid import cells_frame, text_frame, text_rows
from stratify.assays.refusal import refuse

Kind = Literal["cells", "text", "hdf5", "parquet"]
HEAD = 1_000_000  # bytes from which a layout is recognised
LARGEST_TEXT = 400_000_000  # bytes of a text that is read at once
_TOP = 100  # rows from which a layout is recognised


@dataclass(frozen=True, eq=False)
class Part:
    """One table of a delivered file, read when it is asked for.

    Parameters
    ----------
    where : str
        File name and, where there are several tables, sheet or member; for messages.
    kind : {"cells", "text", "hdf5", "parquet"}
        What it is made of.
    content : callable
        Gives the rows of a part of kind "cells", else a new binary stream (decompressed) from its beginning.
    """

    where: str
    kind: Kind
    content: Callable[[], Any]

    def open(self) -> BinaryIO:
        """Open the bytes of a part that is no sheet, decompressed.

        Returns
        -------
        binary stream
            At its beginning; to be closed by the caller.
        """
        stream: BinaryIO = self.content()
        return stream

    @cached_property
    def encoding(self) -> str:
        """How the text is written: UTF-16 or UTF-8 as its first bytes say, else an old Western code page."""
        with self.open() as stream:
            head = stream.read(HEAD)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        cut = head.rfind(b"\n") + 1 if len(head) == HEAD else len(head)
        return "utf-8-sig" if _is_utf8(head[:cut]) else "latin-1"

    @cached_property
    def text(self) -> str:
        """The whole text.

        Returns
        -------
        str

        Raises
        ------
        AssayFileError
            A text that is too large to be read at once.
        """
        with self.open() as stream:
            data = stream.read(LARGEST_TEXT + 1)
        if len(data) > LARGEST_TEXT:
            raise refuse(
                self.where,
                f"more than {LARGEST_TEXT // 1_000_000} MB of text in a layout that is read at once",
                "deliver it as a long table, or in several files",
            )
        try:
            return data.decode(self.encoding)
        except UnicodeDecodeError:
            return data.decode("latin-1")

    @cached_property
    def top(self) -> list[list[object]]:
        """Cells of the first rows, from which a layout is recognised."""
        if self.kind == "cells":
            return self.rows[:_TOP]
        if self.kind != "text":
            return []
        with self.open() as stream:
            head = stream.read(HEAD)
        return text_rows(head.decode(self.encoding, errors="replace"), _TOP)

    @cached_property
    def rows(self) -> list[list[Any]]:
        """All cells, row by row; none where the part is no table of cells."""
        if self.kind == "cells":
            rows: list[list[Any]] = self.content()
            return rows
        return text_rows(self.text) if self.kind == "text" else []

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Cells as delivered, named by the first row.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        AssayFileError
            No table, or two columns of one name.
        """
        if self.kind == "text":
            return text_frame(self.text, self.where)
        if self.kind == "cells":
            return cells_frame(self.rows, self.where)
        raise refuse(self.where, f"{self.kind} data where a table of cells is needed")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

"""Zip archives: what is in them, whether it is what the sender packed, and how large it becomes."""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO

from stratify.assays.refusal import refuse
from stratify.errors import AssayFileError

_CHUNK = 1 << 20  # bytes
LARGEST_ARCHIVE = 1_000_000_000  # bytes that all members may unpack to
_CHECKSUM = re.compile(r"\b([0-9a-f]{32}|[0-9a-f]{64})\b", re.IGNORECASE)
_ABOUT_WORKBOOKS = ("xl/workbook", "content.xml", "[Content_Types].xml")
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


def is_workbook_archive(opener: Callable[[], BinaryIO], where: str) -> bool:
    """Say whether a zip archive is a workbook.

    Parameters
    ----------
    opener : callable
        Opens the archive.
    where : str
        Its name, for messages.

    Returns
    -------
    bool

    Raises
    ------
    AssayFileError
        A damaged archive.
    """
    with opener() as stream, _archive(stream, where) as archive:
        return any(name.startswith(_ABOUT_WORKBOOKS) for name in archive.namelist())


def archive_members(opener: Callable[[], BinaryIO], where: str) -> list[tuple[str, bytes]]:
    """Unpack an archive of tables and check it against its own list of checksums.

    Parameters
    ----------
    opener : callable
        Opens the archive.
    where : str
        Its name, for messages.

    Returns
    -------
    list of (str, bytes)
        Name and content of each member that is not empty; checksum files and hidden ones left out.

    Raises
    ------
    AssayFileError
        A damaged or locked archive, one that unpacks to more than `LARGEST_ARCHIVE`, a member whose checksum
        differs from the one delivered beside it, or nothing in it.
    """
    with opener() as stream, _archive(stream, where) as archive:
        names = [info.filename for info in archive.infolist() if not _is_hidden(info.filename)]
        contents = dict(zip(names, unpack(archive, names, where), strict=True))
    lists = [name for name in contents if _is_checksums(name, contents[name])]
    tables = {name: data for name, data in contents.items() if name not in lists and data.strip()}
    for name in lists:
        _verify(tables, contents[name].decode("utf-8", errors="replace"), where)
    if not tables:
        raise refuse(where, "an archive without a table")
    return list(tables.items())


def unpack(archive: zipfile.ZipFile, names: list[str], where: str) -> Iterator[bytes]:
    """Unpack members one after the other, never more than `LARGEST_ARCHIVE` in all.

    Parameters
    ----------
    archive : ZipFile
        An open archive.
    names : list of str
        Members.
    where : str
        Name of the archive, for messages.

    Yields
    ------
    bytes
        Content of a member.

    Raises
    ------
    AssayFileError
        A damaged or locked member, or too large a sum.
    """
    present = {info.filename: info.file_size for info in archive.infolist()}
    # a member never gives more than the archive says, so the sum is known before anything is unpacked
    if sum(present.get(name, 0) for name in names) > LARGEST_ARCHIVE:
        raise refuse(
            where,
            f"an archive that unpacks to more than {LARGEST_ARCHIVE // 1_000_000} MB",
            "unpack it and deliver the tables one by one",
        )
    for name in names:
        content = BytesIO()
        try:
            with archive.open(name) as member:
                shutil.copyfileobj(member, content, _CHUNK)
        except (KeyError, *DAMAGE) as error:
            raise _damaged(where) from error
        yield content.getvalue()


def _archive(stream: BinaryIO, where: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except DAMAGE as error:
        raise _damaged(where) from error


def _damaged(where: str) -> AssayFileError:
    return refuse(
        where, "an archive that is no workbook, or a damaged or locked one", "open it and save it again"
    )


def _is_hidden(name: str) -> bool:
    return name.endswith("/") or any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


def _is_checksums(name: str, data: bytes) -> bool:
    """Recognise a short text whose every line holds a checksum."""
    if len(data) > 10_000:
        return False
    lines = data.decode("utf-8", errors="replace").split("\n")
    words = [line for line in lines if line.strip()]
    return bool(words) and all(_CHECKSUM.search(line) for line in words)


def _verify(tables: dict[str, bytes], listed: str, where: str) -> None:
    """Compare members with the checksums delivered for them; one that names no member is for a lone table."""
    for line in listed.splitlines():
        stated = _CHECKSUM.search(line)
        if stated is None:
            continue
        named = [name for name in tables if name.split("/")[-1] in line] or (
            list(tables) if len(tables) == 1 else []
        )
        for name in named:
            algorithm = "md5" if len(stated[1]) == 32 else "sha256"
            if hashlib.new(algorithm, tables[name], usedforsecurity=False).hexdigest() != stated[1].lower():
                raise refuse(
                    where,
                    f"member {name} differs from the {algorithm.upper()} delivered beside it",
                    "ask the sender for the file again",
                )

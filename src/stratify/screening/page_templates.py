"""Templates of this room's pages, compiled once for all runs."""

from __future__ import annotations

import sys
from functools import cache
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import BytecodeCache, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket

_SYNTAX: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True}


@cache
def page_templates(*folders: str) -> Environment:
    """Templates of this room, with every value escaped and the words of the report.

    Parameters
    ----------
    *folders : str
        Folders of templates in this room, the first one first.

    Returns
    -------
    Environment
    """
    pages = Environment(
        loader=ChoiceLoader([PackageLoader("stratify.screening", folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=BesideByteCode(),
        **_SYNTAX,
    )
    pages.filters |= {"percent": lambda share: f"{share:.0%}", "signed": _signed, "two": _two}
    pages.tests["known"] = pd.notna
    return pages


class BesideByteCode(BytecodeCache):
    """Compiled templates where Python keeps the byte code of modules, by Python's own rules.

    A file holds a SHA-256, and what jinja writes: its version and Python's, the digest of what was compiled,
    the code. What is damaged or of something else is compiled anew; where nothing may be written, nothing is.
    """

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Name the file."""
        return str(Path(cache_from_source(f"{filename or name}.jinja")).with_suffix(".jinja"))

    def get_source_checksum(self, source: str) -> str:
        """Digest what the code follows from."""
        return sha256(f"{_SYNTAX}{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code, if it is whole and the one; it is as trusted as the byte code beside it."""
        try:
            content = Path(bucket.key).read_bytes()
        except OSError:
            return
        digest, code = content[:32], content[32:]
        if sha256(code).digest() == digest:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code, whole or not at all."""
        if not sys.dont_write_bytecode:
            code = bucket.bytecode_to_string()
            SourceFileLoader("", bucket.key).set_data(bucket.key, sha256(code).digest() + code)


def _two(value: float) -> str:
    """Two digits; a share that is not 0 or 1 is never written as if it were."""
    text = f"{value:.2f}"
    if text == "0.00" and value > 0:
        return "<0.01"
    return ">0.99" if text == "1.00" and value < 1 else text


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")

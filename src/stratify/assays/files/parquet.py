"""Parquet files: names and metadata of a table, and its rows batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stratify.assays.files.part import Part
from stratify.assays.refusal import refuse

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

_BATCH = 1 << 20  # rows in memory at once
_TECHNICAL = ("pandas", "ARROW:schema")


def parquet_head(part: Part) -> tuple[list[str], dict[str, str]]:
    """Read names of columns and metadata, without the rows.

    Parameters
    ----------
    part : Part
        Of kind "parquet".

    Returns
    -------
    names : list of str
        Columns in their order.
    metadata : dict of str to str
        What the writer said about the whole table, such as product and project.

    Raises
    ------
    AssayFileError
        A damaged file, or lists in the cells.
    """
    with _opened(part) as file:
        schema = file.schema_arrow
        _refuse_nested(schema, part.where)
        stated = schema.metadata or {}
        metadata = {
            key.decode(errors="replace"): value.decode(errors="replace") for key, value in stated.items()
        }
        return schema.names, {key: metadata[key] for key in metadata if key not in _TECHNICAL}


def parquet_batches(part: Part) -> Iterator[pa.RecordBatch]:
    """Read rows batch by batch; words come as codes into a dictionary.

    Parameters
    ----------
    part : Part
        Of kind "parquet".

    Yields
    ------
    RecordBatch
        At most about a million rows.

    Raises
    ------
    AssayFileError
        A damaged file.
    """
    import pyarrow as pa

    with _opened(part) as file:
        words = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
    with _opened(part, words) as file:
        for batch in file.iter_batches(_BATCH):
            batch.validate(full=True)
            yield batch


@contextmanager
def _opened(part: Part, words: list[str] | None = None) -> Iterator[ParquetFile]:
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    with part.open() as stream:
        try:
            yield ParquetFile(stream, read_dictionary=words, page_checksum_verification=True)
        except (ArrowException, OSError, ValueError) as error:
            raise refuse(
                part.where, "a damaged parquet file", "copy the file again from its source"
            ) from error


def _refuse_nested(schema: pa.Schema, where: str) -> None:
    import pyarrow as pa

    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    if nested:
        raise refuse(where, f"lists in the cells of {', '.join(nested)}")

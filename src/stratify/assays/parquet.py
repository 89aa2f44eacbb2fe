"""Tables in parquet files."""

from __future__ import annotations

import pandas as pd

from stratify.assays.part import Part
from stratify.assays.refusal import refuse


def parquet_frame(part: Part) -> pd.DataFrame:
    """Read a parquet table.

    Parameters
    ----------
    part : Part
        Of kind "parquet".

    Returns
    -------
    DataFrame

    Raises
    ------
    AssayFileError
        A damaged file.
    """
    from pyarrow import ArrowException

    try:
        with part.open() as stream:
            frame = pd.read_parquet(stream, engine="pyarrow")
    except (ArrowException, OSError, ValueError) as error:
        raise refuse(part.where, "a damaged parquet file") from error
    words = frame.select_dtypes(object)
    nested = [
        str(name) for name in words if words[name].dropna().head(1).map(pd.api.types.is_list_like).any()
    ]
    if nested:
        raise refuse(part.where, f"lists in the cells of {', '.join(nested)}")
    return frame

"""Contrast tables as verbs read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stratify.errors import StratifyError

if TYPE_CHECKING:
    import pandas as pd


def read_contrast_table(path: Path) -> pd.DataFrame:
    """Read a table that `stratify contrast` wrote.

    Parameters
    ----------
    path : Path
        CSV.

    Returns
    -------
    DataFrame

    Raises
    ------
    StratifyError
        A file that is no CSV table with a column ``protein`` or ``gene``, or holds several contrasts.
    """
    import pandas as pd

    from stratify.signatures.contrast_file import require_one_contrast

    try:
        table = pd.read_csv(path, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, ValueError) as error:
        raise StratifyError(
            "a table of `stratify contrast` (CSV)", f"{path.name!r} is none", "name another file"
        ) from error
    if "protein" not in table and "gene" not in table:
        raise StratifyError(
            "a table of `stratify contrast` with a column protein",
            f"{path.name!r} has none",
            "for a cohort, say which groups to compare (--case and --control, or --first and --second)",
        )
    require_one_contrast(table, repr(path.name))
    return table

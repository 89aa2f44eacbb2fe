"""What people who rate outcomes may see: nothing that depends on the score."""

from __future__ import annotations

import pandas as pd

from stratify.screening.app.refusal import RequestError

OPEN_COLUMNS = ("sample_id", "patient_id", "visit", "quality", "eligible", "model_digest", "schema_version")


def blinded(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out everything that a score could be guessed from.

    Parameters
    ----------
    table : DataFrame
        Results.

    Returns
    -------
    DataFrame
        Columns `OPEN_COLUMNS`.
    """
    return table[list(OPEN_COLUMNS)]


def refuse_blind(blind: bool) -> None:
    """Refuse what would show a call.

    Parameters
    ----------
    blind : bool
        Whether the server hides calls.

    Raises
    ------
    RequestError
        When it does.
    """
    if blind:
        raise RequestError(
            403,
            "a page without calls: this server is blind",
            "a page that shows them",
            "ask those who are not blinded",
        )

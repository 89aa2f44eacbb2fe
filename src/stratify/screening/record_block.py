"""What a report says of its place in the audit log, and of calls that a clinician overruled."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from stratify.screening.page_templates import page_templates

BEGIN, END = "<!-- record -->", "<!-- end of record -->"


def with_record(page: str, heads: Sequence[tuple[str, str]], overrides: pd.DataFrame | None = None) -> str:
    """Fill the place that a report keeps for its record; what was there before goes.

    Parameters
    ----------
    page : str
        A report.
    heads : sequence of (str, str)
        Name of each log, and digest of its last line.
    overrides : DataFrame, optional
        Content of ``overrides.csv``.

    Returns
    -------
    str
    """
    rows = [] if overrides is None else overrides.to_dict("records")
    block = page_templates("templates").get_template("record.html").render(heads=heads, overrides=rows)
    place = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    return place.sub(lambda _: f"{BEGIN}\n{block}\n{END}", page, count=1)

"""All files of a screening, or none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from stratify.errors import ScreeningError

RESULTS, PATIENTS, ELIGIBILITY = "results.csv", "patients.csv", "eligibility.csv"
REPORT, AUDIT, OVERRIDES = "report.html", "audit.jsonl", "overrides.csv"
FILES = (AUDIT, OVERRIDES, RESULTS, PATIENTS, ELIGIBILITY, REPORT)


def refuse_foreign_folder(out: Path) -> None:
    """Refuse a folder that holds something else than an earlier screening.

    Parameters
    ----------
    out : Path
        Where the results are wanted.

    Raises
    ------
    ScreeningError
        When it is a file, a folder with other content, or a screening of which a call was overruled.
    """
    earlier = out.is_dir() and ((out / RESULTS).is_file() or not any(out.iterdir()))
    in_the_way = [name for name in FILES if (out / name).is_dir()]
    if os.path.lexists(out) and (not earlier or in_the_way):
        raise ScreeningError(
            "a new folder, or one that holds an earlier screening",
            f"{out.resolve().name!r} is {'a folder with other files' if out.is_dir() else 'a file'}",
            "name another folder for the results",
        )
    if (out / OVERRIDES).exists():
        raise ScreeningError(
            "a folder in which no call was overruled",
            f"{OVERRIDES} in {out.resolve().name!r}, which speaks of the calls there",
            "name another folder for the results",
        )


@contextmanager
def delivered(out: Path, *, complete: bool = True) -> Iterator[Path]:
    """Collect files in a folder beside `out`, and put them in its place when all are written.

    Parameters
    ----------
    out : Path
        A new folder, or an earlier screening whose files are replaced; other files in it are kept.
    complete : bool, default True
        Whether the files that are not written belong to an earlier screening and go.

    Yields
    ------
    Path
        Where to write; it is gone when the block fails, and `out` is then as it was.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as parent:
        part = Path(parent) / "part"
        part.mkdir()
        yield part
        if not out.exists():
            os.replace(part, out)
            return
        for name in FILES:
            if (part / name).is_file():
                os.replace(part / name, out / name)
            elif complete:
                (out / name).unlink(missing_ok=True)

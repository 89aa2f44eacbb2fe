"""All files of a screening, or none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from stratify.errors import ScreeningError

RESULTS, PATIENTS, ELIGIBILITY = "results.csv", "patients.csv", "eligibility.csv"
REPORT, AUDIT = "report.html", "audit.jsonl"
FILES = (RESULTS, PATIENTS, ELIGIBILITY, REPORT, AUDIT)


def refuse_foreign_folder(out: Path) -> None:
    """Refuse a folder that holds something else than an earlier screening.

    Parameters
    ----------
    out : Path
        Where the results are wanted.

    Raises
    ------
    ScreeningError
        When it is a file, or a folder with other content.
    """
    earlier = out.is_dir() and ((out / RESULTS).is_file() or not any(out.iterdir()))
    in_the_way = [name for name in FILES if (out / name).is_dir()]
    if os.path.lexists(out) and (not earlier or in_the_way):
        raise ScreeningError(
            "a new folder, or one that holds an earlier screening",
            f"{out.resolve().name!r} is {'a folder with other files' if out.is_dir() else 'a file'}",
            "name another folder for the results",
        )


@contextmanager
def delivered(out: Path) -> Iterator[Path]:
    """Collect files in a folder beside `out`, and put them in its place when all are written.

    Parameters
    ----------
    out : Path
        A new folder, or an earlier screening whose files are replaced; other files in it are kept.

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
            else:
                (out / name).unlink(missing_ok=True)

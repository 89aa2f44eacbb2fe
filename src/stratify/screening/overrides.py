"""A clinician overrules a call, with a reason; the model's answer stays where it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from stratify.assays.files.container import digest
from stratify.errors import ScreeningError, listed
from stratify.reporting.manifest import software_version
from stratify.screening.audit import Overruling, appended, head_of, records, user_name
from stratify.screening.audit_file import append_shared, folder_log, locked_where_possible, verify_audit
from stratify.screening.delivery import AUDIT, OVERRIDES, REPORT, RESULTS, delivered
from stratify.screening.record_block import with_record
from stratify.screening.results import neutral, write_texts

COLUMNS = ["time", "user", "sample_id", "model_call", "call", "reason"]
LONGEST_REASON = 1000


def override(
    folder: str | Path,
    sample: str,
    *,
    call: str,
    reason: str,
    audit_log: str | Path | None = None,
    now: datetime | None = None,
) -> pd.DataFrame:
    """Write down that a clinician calls a sample otherwise than the model.

    Parameters
    ----------
    folder : str or Path
        Where `screen` wrote its results.
    sample : str
        Sample id, as in ``results.csv``.
    call : str
        A call that the model could have made.
    reason : str
        Why; it stands in ``overrides.csv`` and in the report, and not in the audit log.
    audit_log : str or Path, optional
        Log that several screenings share; it gets the line too.
    now : datetime, optional
        When; the present if left out.

    Returns
    -------
    DataFrame
        All overrides of the folder, the last one that was added at the end; of several for one sample
        the last one holds.

    Raises
    ------
    ScreeningError
        A folder without a screening, one that is not as its log says, a sample or call that is not known,
        a call that stands already, or no reason.
    """
    folder = Path(folder)
    _refuse_no_screening(folder)
    with locked_where_possible(folder.absolute().parent):
        verify_audit(folder)
        log = folder_log(folder)
        run = [facts for facts in records(log) if facts.get("event") == "screening"][-1]
        made = _made(folder / OVERRIDES)
        model_call = _model_call(folder / RESULTS, sample)
        reason = " ".join(reason.split())
        _refuse(call, reason, calls=list(run["counts"]), standing=_standing(made, sample, model_call))
        moment = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        new = [neutral(cell) for cell in (moment, user_name(), sample, model_call, call, reason)]
        made = pd.concat([made, pd.DataFrame([new], columns=COLUMNS)], ignore_index=True)
        _write(folder, made, log, run, audit_log)
    return made


def _write(
    folder: Path, made: pd.DataFrame, log: str, run: dict[str, Any], audit_log: str | Path | None
) -> None:
    page = (folder / REPORT).read_text(encoding="utf-8")
    with delivered(folder, complete=False) as part:
        write_texts(made, part / OVERRIDES)
        line = Overruling(
            sample=str(made["sample_id"].iloc[-1]),
            model=run["model"],
            model_digest=run["model_digest"],
            overrides=digest(part / OVERRIDES),
            software=software_version(),
        )
        longer = appended(log, line)
        heads = [(AUDIT, head_of(longer))]
        (part / AUDIT).write_text(longer, encoding="utf-8", newline="\n")
        if audit_log is not None:
            heads.append((Path(audit_log).name, append_shared(audit_log, line)))
        (part / REPORT).write_text(with_record(page, heads, made), encoding="utf-8", newline="\n")


def _refuse_no_screening(folder: Path) -> None:
    absent = [name for name in (RESULTS, REPORT, AUDIT) if not (folder / name).is_file()]
    if absent:
        raise ScreeningError(
            "the folder of a screening",
            f"{folder.name!r} without {listed(absent)}",
            "name the folder that `stratify screen` wrote",
        )


def _made(path: Path) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS)
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _model_call(results: Path, sample: str) -> str:
    table = pd.read_csv(results, dtype=str, keep_default_na=False, usecols=["sample_id", "call"])
    found = table.loc[table["sample_id"] == neutral(sample), "call"]
    if found.empty:
        raise ScreeningError(
            f"a sample of {RESULTS}", f"no sample {sample!r}", "write the sample id as it stands there"
        )
    return str(found.iloc[0])


def _standing(made: pd.DataFrame, sample: str, model_call: str) -> str:
    earlier = made.loc[made["sample_id"] == neutral(sample), "call"]
    return model_call if earlier.empty else str(earlier.iloc[-1])


def _refuse(call: str, reason: str, *, calls: list[str], standing: str) -> None:
    if call not in calls:
        raise ScreeningError(f"one of {listed(calls)}", f"{call!r}", "write the call as the results do")
    if call == standing:
        raise ScreeningError("another call than the one that stands", f"{call!r}", "leave it as it is")
    if not reason or len(reason) > LONGEST_REASON:
        raise ScreeningError(
            f"a reason of 1 to {LONGEST_REASON} characters",
            f"{len(reason)} characters",
            "say in a sentence why the model's call does not hold for this patient",
        )

"""From a laboratory file to results, a report and a line in the audit log."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.clinical import Unmatched
from stratify.assays.cohort_reading import read_cohort
from stratify.assays.files.container import digest as file_digest
from stratify.assays.finding import Finding
from stratify.assays.quality import check
from stratify.errors import ScreeningError, listed
from stratify.learning.frozen import FrozenModel
from stratify.learning.scores import score_batch
from stratify.learning.subset import by_pattern
from stratify.reporting.bundle import LoadedModel, load_model
from stratify.reporting.manifest import software_version
from stratify.screening.alignment import align, missing_names, weight_of
from stratify.screening.anchoring import Anchor, batches, read_offset
from stratify.screening.audit import Run, appended, head_of, verify_log
from stratify.screening.audit_file import append_shared, folder_log, locked_where_possible
from stratify.screening.counterfactual import counterfactuals
from stratify.screening.delivery import (
    AUDIT,
    ELIGIBILITY,
    PATIENTS,
    REPORT,
    RESULTS,
    delivered,
    refuse_foreign_folder,
)
from stratify.screening.eligible_patients import with_eligibility
from stratify.screening.outcome import FileFacts, Screening
from stratify.screening.record_block import with_record
from stratify.screening.report import render_report
from stratify.screening.results import describe, one_row_a_patient, write_csv, write_texts
from stratify.screening.widening import half_widths

if TYPE_CHECKING:
    from stratify.screening.recalibration import Recalibration

Paths = str | Path | Sequence[str | Path]
AT_A_TIME = 400
_LOG = logging.getLogger(__name__)


def screen(
    model_folder: str | Path,
    files: Paths,
    *,
    clinical: str | Path | None = None,
    out: str | Path,
    offset: str | Path | None = None,
    recalibration: str | Path | None = None,
    eligibility: str | Path | None = None,
    audit_log: str | Path | None = None,
) -> Screening:
    """Screen the patients of a laboratory file, and write the results.

    Parameters
    ----------
    model_folder : str or Path
        ``models/<name>-<version>``.
    files : path or sequence of paths
        Protein levels, in any format that `read_assays` reads.
    clinical : str or Path, optional
        Clinical table, one row a sample.
    out : str or Path
        Folder for ``results.csv``, ``report.html``, ``audit.jsonl`` and, where patients repeat,
        ``patients.csv``; new, or an earlier screening. Written when all is done, or not at all.
    offset : str or Path, optional
        Offset of this laboratory, measured on bridging samples elsewhere (`read_offset`).
    recalibration : str or Path, optional
        Update of the probabilities that `evaluate` wrote; calls do not change.
    eligibility : str or Path, optional
        Rules of a trial (shipped name or TOML), asked of the clinical table; written to ``eligibility.csv``
        too. The model plays no part in them.
    audit_log : str or Path, optional
        Log that several screenings share; it gets the line of this one too, before anything is delivered.

    Returns
    -------
    Screening

    Raises
    ------
    ModelError
        A model folder that is damaged, changed or too new.
    AssayFileError, ClinicalTableError
        Files that cannot be read or joined.
    ScreeningError
        A file that the model cannot score, or a folder for results that holds something else; eligibility
        without a clinical table.
    ExperimentError
        Eligibility rules that cannot be understood.
    """
    if eligibility is not None and clinical is None:
        raise ScreeningError(
            "a clinical table, of which eligibility is asked", "none", "name it with --clinical"
        )
    loaded, out = load_model(model_folder), Path(out)
    refuse_foreign_folder(out)
    if audit_log is not None and Path(audit_log).is_file():
        _refuse_no_log(Path(audit_log))
    paths = [Path(files)] if isinstance(files, str | Path) else [Path(path) for path in files]
    declared = None if offset is None else read_offset(offset, loaded.model)
    update = _update(recalibration, loaded)
    cohort, unmatched = read_cohort(paths, clinical)
    screening = screen_cohort(loaded, cohort, declared=declared, unmatched=unmatched, recalibration=update)
    if eligibility is not None and clinical is not None:
        screening = with_eligibility(screening, eligibility, clinical)
    beside = (clinical, offset, recalibration, eligibility)
    extra = [Path(path) for path in beside if path is not None and Path(path).is_file()]
    inputs = [(path.name, file_digest(path)) for path in [*paths, *extra]]
    return deliver(screening, out, inputs, audit_log=audit_log)


def _update(recalibration: str | Path | None, loaded: LoadedModel) -> Recalibration | None:
    if recalibration is None:
        return None
    from stratify.screening.recalibration import read_recalibration

    return read_recalibration(recalibration, loaded)


def screen_cohort(
    loaded: LoadedModel,
    cohort: AnnData,
    *,
    declared: Anchor | None = None,
    unmatched: Unmatched | None = None,
    recalibration: Recalibration | None = None,
) -> Screening:
    """Screen patients that are in memory; nothing is written.

    Parameters
    ----------
    loaded : LoadedModel
        A model whose folder was checked.
    cohort : AnnData of shape (samples, assays)
        As from `read_assays`, with control and bridge rows.
    declared : Anchor, optional
        An offset that holds for the whole file.
    unmatched : Unmatched, optional
        Samples without a partner in the clinical table, for the report.
    recalibration : Recalibration, optional
        Update of the probabilities.

    Returns
    -------
    Screening

    Raises
    ------
    ScreeningError
        A cohort that the model cannot score.
    """
    model, findings = loaded.model, check(cohort)
    _refuse_unusable(cohort, findings)
    aligned = align(model, cohort)
    tables, widths, changes, n = [], [], [], cohort.n_obs
    scores, contributions = np.full(n, np.nan), np.full((n, len(model.assays)), np.nan)
    for plate, everybody in batches(model, aligned, declared):
        for place, fitting, batch in by_pattern(model, everybody):
            if recalibration is not None:
                mended = recalibration.update.applied(fitting.calibration)
                fitting = replace(fitting, calibration=mended)
            for piece in _pieces(len(place)):
                part, rows = batch.of(piece), plate[place[piece]]
                found = score_batch(fitting, part)
                obs = aligned.obs.iloc[rows]
                table, contributions[rows] = describe(fitting, part, found, obs, loaded.digest)
                scores[rows] = found.score
                tables.append(table.set_axis(rows, axis=0))
                widths.append(half_widths(fitting, part, found).set_axis(rows, axis=0))
                changes.append(pd.Series(counterfactuals(fitting, part, found), rows))
                _LOG.info("scored %d samples of %d", sum(map(len, tables)), _patients(cohort))
    table = pd.concat(tables).sort_index()
    people = table.index.to_numpy()
    table = table.reset_index(drop=True)
    chosen = one_row_a_patient(table, aligned.obs.iloc[people])
    return Screening(
        model=model,
        digest=loaded.digest,
        table=table,
        patients=chosen if len(chosen) < len(table) else None,
        scores=scores[people],
        contributions=contributions[people],
        widths=pd.concat(widths).sort_index().reset_index(drop=True),
        changes=tuple(pd.concat(changes).sort_index()),
        facts=replace(
            _facts(model, aligned, findings, declared is not None, unmatched or Unmatched((), ())),
            recalibration="" if recalibration is None else recalibration.sentence,
        ),
    )


def _pieces(n: int) -> list[NDArray[np.intp]]:
    """Split places: nobody's answer depends on the others, and memory stays small."""
    return np.array_split(np.arange(n), -(-n // AT_A_TIME))


def _patients(cohort: AnnData) -> int:
    return int((cohort.obs["sample_type"] == "sample").sum())


def _refuse_unusable(cohort: AnnData, findings: Sequence[Finding]) -> None:
    if not _patients(cohort):
        raise ScreeningError(
            "at least one patient's sample", "control rows only", "name the file of patients"
        )
    repeated = [finding for finding in findings if finding.code == "duplicate-sample"]
    if repeated:
        raise ScreeningError("one row a sample", f"repeated: {listed(repeated[0].items)}", repeated[0].remedy)


def _facts(
    model: FrozenModel,
    aligned: AnnData,
    findings: Sequence[Finding],
    declared_offset: bool,
    unmatched: Unmatched,
) -> FileFacts:
    # an assay that no patient has is as good as not in the file
    kinds = aligned.obs["sample_type"]
    present = np.isfinite(np.asarray(aligned.X)[(kinds == "sample").to_numpy()]).any(axis=0)
    provenance = aligned.uns["stratify"]
    return FileFacts(
        files=tuple(provenance.get("sources", {}).get("name", ())),
        samples=int((kinds == "sample").sum()),
        controls=int((kinds == "control").sum()),
        bridges=int((kinds == "bridge").sum()),
        wanted=len(model.assays),
        matched=int(present.sum()),
        weight_covered=weight_of(model, present),
        missing=tuple(missing_names(model, present)),
        scale_stated=provenance.get("scale", "unknown") == model.scale,
        declared_offset=declared_offset,
        findings=tuple(findings),
        unmatched=unmatched,
        tubes=_tubes(aligned.obs[kinds == "sample"]),
    )


def _tubes(people: pd.DataFrame) -> tuple[str, ...]:
    if "matrix" not in people:
        return ("",) * len(people)
    return tuple(people["matrix"].astype(object).fillna("").astype(str))


def _refuse_no_log(path: Path) -> None:
    log = path.read_bytes().decode("utf-8", errors="replace")
    verify_log(log[: log.rfind("\n") + 1])  # a half last line is mended when the line of this run is added


def deliver(
    screening: Screening,
    out: Path,
    inputs: Sequence[tuple[str, str]],
    *,
    audit_log: str | Path | None = None,
    user: str = "",
) -> Screening:
    """Write all files of a screening into a folder, and a line into its audit log; all or nothing.

    Parameters
    ----------
    screening : Screening
        What was found.
    out : Path
        New, or an earlier screening (`refuse_foreign_folder`).
    inputs : sequence of (str, str)
        Name and SHA-256 of each input file.
    audit_log : str or Path, optional
        Log that several screenings share.
    user : str, default ""
        Whom a login named; the account that runs this where nobody was named.

    Returns
    -------
    Screening
        With the digests of the last lines of the logs.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with locked_where_possible(out.parent), delivered(out) as part:
        refuse_foreign_folder(out)
        write_csv(screening.table, part / RESULTS)
        if screening.patients is not None:
            write_csv(screening.patients, part / PATIENTS)
        if screening.eligibility is not None:
            write_texts(screening.eligibility.table(), part / ELIGIBILITY)
        run = _run(screening, inputs, file_digest(part / RESULTS), user)
        log = appended(folder_log(out), run)
        heads = [(AUDIT, head_of(log))]
        (part / AUDIT).write_text(log, encoding="utf-8", newline="\n")
        if audit_log is not None:
            heads.append((Path(audit_log).name, append_shared(audit_log, run)))
        page = with_record(render_report(screening), heads)
        (part / REPORT).write_text(page, encoding="utf-8", newline="\n")
    return replace(screening, heads=tuple(heads))


def _run(screening: Screening, inputs: Sequence[tuple[str, str]], results: str, user: str) -> Run:
    model = screening.model
    return Run(
        f"{model.name}-{model.version}",
        screening.digest,
        tuple(inputs),
        screening.counts,
        software_version(),
        results,
        user,
    )

"""From uploaded files to a screening, in the steps of `stratify screen`."""

from __future__ import annotations

from stratify.assays.clinical import Unmatched, join_clinical, read_clinical
from stratify.assays.files.container import digest
from stratify.assays.files.delivered import Delivered
from stratify.assays.reader import read_assays
from stratify.reporting.bundle import LoadedModel
from stratify.screening.app.packed import refuse_packed
from stratify.screening.app.refusal import RequestError
from stratify.screening.app.sessions import Session
from stratify.screening.app.settings import Settings
from stratify.screening.eligible_patients import with_eligibility
from stratify.screening.score import screen_cohort


def take_in(
    loaded: LoadedModel, settings: Settings, levels: Delivered, clinical: Delivered | None = None
) -> Session:
    """Read what was uploaded, and score it.

    Parameters
    ----------
    loaded : LoadedModel
        The model.
    settings : Settings
        Rules of a trial and bounds.
    levels : Delivered
        Protein levels.
    clinical : Delivered, optional
        Clinical table. Where there are rules and no table, everything is an open question.

    Returns
    -------
    Session

    Raises
    ------
    StratifyError
        Files that can not be read, joined or scored, as in `screen`; more samples or a larger archive than
        the limits allow.
    """
    given = [file for file in (levels, clinical) if file is not None]
    inputs = tuple((file.name, digest(file)) for file in given)
    if len({content for _, content in inputs}) < len(inputs):
        raise RequestError(
            422,
            "a clinical sheet beside the laboratory's file",
            "the same file twice",
            "choose the clinical sheet, or leave its field empty",
        )
    for file in given:
        refuse_packed(file, settings.limits)
    cohort = read_assays(levels)
    if cohort.n_obs > settings.limits.samples:
        raise RequestError(
            413,
            f"at most {settings.limits.samples} samples in a file",
            f"{cohort.n_obs}",
            "send the plates one by one",
        )
    table, unmatched = None, Unmatched((), ())
    if clinical is not None:
        table = read_clinical(clinical)
        cohort, unmatched = join_clinical(cohort, table)
    screening = screen_cohort(loaded, cohort, unmatched=unmatched)
    if settings.rules is not None:
        screening = with_eligibility(screening, settings.rules, table)
    return Session(screening, table, inputs + settings.rules_input)

"""A page that a trial coordinator can read, in one file, without scripts or requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from stratify.assays.finding import Finding
from stratify.assays.finding_titles import title
from stratify.assays.proteins.matching import display_names
from stratify.errors import listed
from stratify.learning.decision import INDETERMINATE, REASONS
from stratify.learning.frozen import FrozenModel
from stratify.screening.eligible_patients import eligible_by_call
from stratify.screening.obstacles import obstacles
from stratify.screening.outcome import Screening
from stratify.screening.page_templates import page_templates
from stratify.screening.pictures import Ruler, Waterfall, waterfall
from stratify.screening.plain_words import score_sentences
from stratify.screening.widening import widening_sentences

MOST_DETAILED = 200
ANCHORED = {
    "bridge": "known from samples that were measured in both batches",
    "controls": "known from the laboratory's controls on the same plate",
    "vendor": "assumed from the vendor's own normalisation of the delivered values",
    "none": "not known",
}
ANCHOR_MEANING = {
    "bridge": "Its error is part of every interval.",
    "controls": "Its error is part of every interval.",
    "vendor": "A typical difference between runs is part of every interval.",
    "none": "A difference between batches looks like disease, so no call is made.",
}
HANDLING = {
    "ok": "no sign of leaking blood cells",
    "suspect": "proteins that leak from blood cells are raised; a call must hold without their effect",
    "unknown": "could not be judged",
}
BIOLOGY = {
    "ok": "like the people whom the model was trained on",
    "unusual": "unlike anybody whom the model was trained on",
    "unknown": "could not be judged",
}
QUALITY = {"ok": "no objection", "warn": "the laboratory warns", "fail": "failed"}


@dataclass(frozen=True)
class Patient:
    """One row of the page.

    Parameters
    ----------
    row : mapping
        Its line of the results.
    tone : str
        ``positive``, ``negative`` or ``open``.
    why : list of str
        Reasons in words.
    proteins, pathways : Waterfall or None
        None where the patient gets no pictures.
    score : list of str
        What moves the score, in sentences.
    change : str
        What single protein would change a flag.
    eligibility : dict or None
        What the rules of a trial say, where they were asked.
    """

    row: dict[str, Any]
    tone: str
    why: list[str]
    proteins: Waterfall | None
    pathways: Waterfall | None
    score: list[str]
    change: str
    eligibility: dict[str, Any] | None


def render_report(screening: Screening) -> str:
    """Write the page of a screening.

    Parameters
    ----------
    screening : Screening
        What was found.

    Returns
    -------
    str
        HTML; the same screening gives the same text.
    """
    model, table = screening.model, screening.table
    detailed = _detailed(screening)
    template = page_templates("templates").get_template("report.html")
    return template.render(
        model=model,
        digest=screening.digest,
        facts=screening.facts,
        counts=screening.counts,
        patients=[patient_view(screening, i, pictured=bool(detailed[i])) for i in range(len(table))],
        all_detailed=bool(detailed.all()),
        most_detailed=MOST_DETAILED,
        anchors=_anchors(table),
        widening=widening_sentences(table["anchored"], screening.widths),
        repeated=None if screening.patients is None else len(screening.patients),
        findings=worded_findings(screening),
        obstacles=obstacles(screening),
        listed=listed,
        scale=magnitude_scale(model),
        **_trial(screening),
        words={"handling": HANDLING, "known_biology": BIOLOGY, "quality": QUALITY, "anchored": ANCHORED},
    )


def _trial(screening: Screening) -> dict[str, Any]:
    found = screening.eligibility
    if found is None:
        return {"flow": None}
    return {
        "flow": found.flow(),
        "rules": found.rules,
        "by_call": eligible_by_call(screening),
        "absent_columns": found.absent_columns,
    }


def worded_findings(screening: Screening) -> list[tuple[str, list[str], Finding]]:
    """Word the findings of the check, with genes in the place of assay ids.

    Parameters
    ----------
    screening : Screening
        What was found.

    Returns
    -------
    list of (str, list of str, Finding)
        Title, samples or proteins, and the finding.
    """
    model = screening.model
    names = dict(zip(model.assays.index, display_names(model.assays), strict=True))
    return [(title(f.code), [names.get(item, item) for item in f.items], f) for f in screening.facts.findings]


def _detailed(screening: Screening) -> np.ndarray:
    """Who gets pictures: everybody, or in a long list those who are flagged."""
    table = screening.table
    scored = (table["top_reasons"] != "").to_numpy()
    if len(table) <= MOST_DETAILED:
        return scored
    return scored & (table["call"] == screening.model.rule.positive_call).to_numpy()


def patient_view(screening: Screening, i: int, *, pictured: bool = True) -> Patient:
    """Collect what a page tells of one sample.

    Parameters
    ----------
    screening : Screening
        What was found.
    i : int
        Row of the results.
    pictured : bool, default True
        Whether the waterfalls are laid out.

    Returns
    -------
    Patient
    """
    row = {str(name): value for name, value in screening.table.iloc[i].items()}
    tone = "positive" if row["call"] == screening.model.rule.positive_call else "negative"
    proteins, pathways = _waterfalls(screening, i) if pictured else (None, None)
    return Patient(
        row,
        "open" if row["call"] == INDETERMINATE else tone,
        [REASONS[code] for code in row["reason_codes"].split(";")],
        proteins,
        pathways,
        _score_sentences(screening, i) if pictured else [],
        screening.changes[i],
        _eligibility(screening, str(row["sample_id"])),
    )


def _score_sentences(screening: Screening, i: int) -> list[str]:
    return score_sentences(
        screening.model,
        screening.contributions[i],
        names=screening.protein_names,
        people=screening.kept_people,
    )


def _eligibility(screening: Screening, sample: str) -> dict[str, Any] | None:
    if screening.eligibility is None:
        return None
    one = screening.eligibility.judgements[sample]
    against = {*one.ids("fail", "hard-stop", "exclusion", "inclusion")}
    flagged = {*one.ids("fail", "soft-flag")}
    return {
        "eligible": one.eligible,
        "against": [rule for rule in one.rules.rules if rule.id in against],
        "flagged": [rule.says for rule in one.rules.rules if rule.id in flagged],
        "questions": one.questions,
    }


def _waterfalls(screening: Screening, i: int) -> tuple[Waterfall, Waterfall]:
    values, score = screening.contributions[i], float(screening.scores[i])
    sums = screening.pathway_contributions
    proteins = list(zip(screening.protein_names, values.tolist(), strict=True))
    pathways = [
        (str(name).replace("_", " "), float(value))
        for name, value in zip(sums.columns, sums.to_numpy()[i], strict=True)
    ]
    return waterfall(proteins, score, "proteins"), waterfall(pathways, score, "pathways")


def _anchors(table: pd.DataFrame) -> list[tuple[str, str, int]]:
    counts = table["anchored"].value_counts()
    return [(ANCHORED[kind], ANCHOR_MEANING[kind], int(counts[kind])) for kind in ANCHORED if kind in counts]


def magnitude_scale(model: FrozenModel) -> dict[str, Any] | None:
    """Where healthy people, the flag's bound and the reference disease lie; None without healthy people.

    Parameters
    ----------
    model : FrozenModel
        The model.

    Returns
    -------
    dict or None
    """
    healthy, rule = model.healthy, model.rule
    if not healthy.known:
        return None
    disease = healthy.in_sds(1.0)
    reach = healthy.reach(0.05)
    return {
        "ruler": Ruler(-max(4.0, 1.5 * reach), max(6.0, 1.3 * disease)),
        "reach": reach,
        "bound": healthy.reach(rule.healthy_tail),
        "disease": disease,
        "smallest": healthy.in_sds(rule.smallest_relevant_size),
        "n": healthy.n,
    }

"""Names that are written to run in a browser: nothing in a report or its pictures does."""

from __future__ import annotations

from dataclasses import replace

from stratify.screening.report import render_report
from stratify.screening.score import screen_cohort


def test_report_and_its_pictures(loaded, arrivals, harmless, hostile):
    model = loaded.model
    names = model.assays.assign(gene=[f"{hostile}{i}" for i in range(len(model.assays))], panel=hostile)
    evil = replace(model, assays=names, positive=hostile, name=hostile, matrix=hostile)
    few = arrivals[:8].copy()
    few.obs_names = [f"{hostile}{i}" for i in range(8)]
    few.var["gene"] = [f"{hostile}{i}" for i in range(few.n_vars)]
    for column in ("patient_id", "visit", "site", "matrix", "group"):
        few.obs[column] = hostile
    few.uns["stratify"]["sources"] = {"name": [hostile], "sha256": ["0" * 64]}
    page = render_report(screen_cohort(replace(loaded, model=evil), few))
    shown = harmless(page)
    assert shown.count(hostile) > 20
    assert page.count("<svg") > 8

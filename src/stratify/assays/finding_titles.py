"""What each finding is called where people read it."""

from __future__ import annotations

TITLES = {
    "duplicate-sample": "Sample ids that occur more than once",
    "all-missing-sample": "Samples without any value",
    "missing-panel": "Samples that were not measured on a panel",
    "qc-fail": "Samples that the laboratory failed",
    "qc-warning": "Samples with a warning of the laboratory",
    "outlier-sample": "Samples whose levels as a whole lie apart",
    "outlier-profile": "Samples with a pattern of proteins unlike the others'",
    "sample-below-lod": "Samples mostly below the detection limit",
    "near-duplicate": "Samples that share one profile under several ids",
    "sex-mismatch": "Samples whose proteins contradict the recorded sex",
    "panel-mismatch": "Samples whose panels seem to be of different people",
    "handling-suspect": "Samples that look as if they were handled differently",
    "control-name": "Samples whose names look like controls",
    "control-rows": "Laboratory controls and bridge samples",
    "repeated-patient": "Samples of patients who occur more than once",
    "no-patient": "Samples without a patient",
    "no-group": "Samples without a group",
    "group-conflict": "Samples without a group, although another column tells one",
    "clinical-conflict": "Samples for which the clinical tables differ",
    "undeclared-matrix": "Samples without a stated tube type",
    "mixed-matrix": "Samples of another tube type than most",
    "all-missing-assay": "Assays without any value",
    "constant-assay": "Assays that never vary",
    "below-lod": "Assays below the detection limit in most samples",
    "above-range": "Assays with values above their range",
    "saturated": "Assays that pile up at their largest value",
    "floor-values": "Assays that pile up at their smallest value",
    "zero-values": "Assays with exact zeros",
    "impossible-level": "Assays with levels that no log scale reaches",
    "linear-levels": "Assays that are not on a log scale",
    "mixed-scale": "Assays on another scale than the others",
    "rescaled-levels": "Assays that were centred or scaled on these samples",
    "storage-drift": "Assays that follow the time since collection",
    "overlapping-assay": "Assays that measure one protein several times",
    "foreign-assay": "Assays that the file marks as no protein of the people",
    "unknown-protein": "Columns whose names are on no known panel",
    "unknown-scale": "Scale of the levels that is not stated",
    "mixed-normalisation": "Normalisations that differ",
    "mixed-lots": "Reagent lots that differ",
    "plate-shift": "Plates that lie apart from the others",
    "spreadsheet-error": "Cells with an error of the spreadsheet",
    "no-logarithm": "Concentrations of zero or less",
    "mangled-name": "Names that a spreadsheet turned into dates",
    "unfinished-line": "Files whose last line has no end",
    "repeated-header": "Headers that are repeated between the samples",
    "renamed-column": "Columns that had to be renamed",
    "remark": "Remarks below the samples",
    "skipped-part": "Sheets and files without protein levels",
    "batch-visible": "Batches that can be told from the levels",
    "covariate-visible": "Facts about people that can be told from the levels",
    "label-confounded": "Groups that lie unevenly over a batch or covariate",
    "label-predictable": "Groups that can be told from batches and covariates alone",
    "handling-differs": "Groups whose samples were handled differently",
}


def title(code: str) -> str:
    """Name a finding for a reader.

    Parameters
    ----------
    code : str
        Code of a finding.

    Returns
    -------
    str
        The code itself where it has no title.

    Examples
    --------
    >>> title("below-lod")
    'Assays below the detection limit in most samples'
    """
    return TITLES.get(code, code)

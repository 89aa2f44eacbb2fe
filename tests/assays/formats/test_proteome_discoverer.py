from __future__ import annotations

from io import BytesIO

import numpy as np

from stratify.assays.files.part import Part
from stratify.assays.formats.proteome_discoverer import FORMAT

NAMES = "Master\tAccession\tGene Symbol\tContaminant\tAbundance: F1: Sample, HC\tAbundance: F2: Sample, MDD"


def part(text):
    return Part("x.txt", "text", lambda: BytesIO(text.encode()))


def test_abundances():
    table = FORMAT.read(part(f"{NAMES}\nx\tP05231\tIL6\tFALSE\t1048576\t\nx\tP02769\t\tTRUE\t9999\t5\n"))
    assert table.obs_names.tolist() == ["F1: Sample, HC", "F2: Sample, MDD"]
    assert table.var["assay_type"].tolist() == ["protein", "contaminant"]
    np.testing.assert_allclose(table.X[:, 0], [20, np.nan])


def test_normalised_abundances_are_preferred():
    text = f"{NAMES}\tAbundances (Normalized): F1: Sample, HC\nx\tP05231\tIL6\tFALSE\t1048576\t\t2097152\n"
    table = FORMAT.read(part(text))
    assert table.X.tolist() == [[21]]
    assert table.uns["stratify"]["normalization"] == "normalized abundance"


def test_ratios_only_are_left():
    assert not FORMAT.recognise(part("Accession\tAbundance Ratio: (MDD) / (HC)\nP05231\t1.5\n"))

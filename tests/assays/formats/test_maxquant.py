from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest

from stratify.assays.files.part import Part
from stratify.assays.formats.maxquant import FORMAT

NAMES = [
    *("Protein IDs", "Majority protein IDs", "Protein names", "Gene names", "Peptides", "Peptides A"),
    *("Intensity", "Intensity A", "Intensity B", "LFQ intensity A", "LFQ intensity B", "iBAQ A"),
    *("Only identified by site", "Reverse", "Potential contaminant", "id"),
]
ROWS = [
    [
        "P05231;P05231-2",
        "P05231",
        "Interleukin-6",
        "IL6",
        5,
        4,
        9e6,
        5e6,
        4e6,
        2**22,
        2**23,
        1,
        "",
        "",
        "",
        0,
    ],
    ["CON__P00761", "CON__P00761", "", "", 5, 4, 9e6, 5e6, 4e6, 2**22, 0, 1, "", "", "+", 1],
    ["REV__P01375", "REV__P01375", "", "", 5, 4, 9e6, 5e6, 4e6, 0, 0, 1, "", "+", "", 2],
    ["Q14213", "Q14213", "", "EBI3", 1, 1, 9e6, 5e6, 4e6, 2**20, 2**21, 1, "+", "", "", 3],
]


def part(names, rows):
    text = "\n".join("\t".join(map(str, row)) for row in [names, *rows]) + "\n"
    return Part("proteinGroups.txt", "text", lambda: BytesIO(text.encode()))


def test_lfq_is_read_and_every_row_is_kept():
    assert FORMAT.recognise(part(NAMES, ROWS))
    table = FORMAT.read(part(NAMES, ROWS))
    np.testing.assert_array_equal(table.X, [[22, 22, np.nan, 20], [23, np.nan, np.nan, 21]])
    assert table.obs_names.tolist() == ["A", "B"]
    assert table.var["assay_type"].tolist() == ["protein", "contaminant", "decoy", "site only"]
    assert table.var["uniprot"].tolist() == ["P05231", "", "", "Q14213"]
    assert table.uns["stratify"]["normalization"] == "LFQ intensity"
    assert table.uns["stratify"]["zero_levels"] == 3


@pytest.mark.parametrize(
    ("renamed", "title", "samples"),
    [
        ("Skip {}", "intensity", ["A", "B"]),
        ("Reporter intensity corrected 1 {}", "reporter intensity corrected", ["1 A", "1 B"]),
    ],
)
def test_other_quantities(renamed, title, samples):
    names = [renamed.format(name[-1]) if name.startswith("LFQ") else name for name in NAMES]
    table = FORMAT.read(part(names, ROWS))
    assert table.uns["stratify"]["normalization"] == title
    assert table.obs_names.tolist() == samples


def test_other_tables_of_maxquant_are_left():
    assert not FORMAT.recognise(part(["Sequence", "Proteins", "Intensity A"], [["AAK", "P05231", 5]]))

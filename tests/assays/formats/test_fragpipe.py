from __future__ import annotations

from io import BytesIO

import pytest

from stratify.assays.files.part import Part
from stratify.assays.formats.fragpipe import FORMAT

START = "Protein\tProtein ID\tEntry Name\tGene\tProtein Probability\tCombined Total Peptides"


def part(names):
    cells = "\t".join(str(2 ** (20 + i)) for i in range(len(names)))
    text = "\t".join([START, *names]) + f"\nsp|P05231|IL6_HUMAN\tP05231\tIL6_HUMAN\tIL6\t1.0\t9\t{cells}\n"
    return Part("combined_protein.tsv", "text", lambda: BytesIO(text.encode()))


@pytest.mark.parametrize(
    ("names", "title", "levels"),
    [
        (
            ["S1 Intensity", "S2 Intensity", "S1 MaxLFQ Intensity", "S2 MaxLFQ Intensity"],
            "MaxLFQ intensity",
            [22, 23],
        ),
        (["S1 Spectral Count", "S1 Intensity", "S2 Intensity"], "intensity", [21, 22]),
        (["S1 Total Intensity", "S1 Unique Intensity", "S1 Razor Intensity"], "razor intensity", [22]),
    ],
)
def test_quantities(names, title, levels):
    assert FORMAT.recognise(part(names))
    table = FORMAT.read(part(names))
    assert table.X[:, 0].tolist() == levels
    assert table.obs_names[0] == "S1"
    assert table.var["uniprot"].tolist() == ["P05231"]
    assert table.uns["stratify"]["normalization"] == title


def test_counts_only_are_left():
    assert not FORMAT.recognise(part(["S1 Spectral Count"]))

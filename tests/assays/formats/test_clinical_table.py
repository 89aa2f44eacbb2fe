from __future__ import annotations

from io import BytesIO

import pytest

from stratify.assays.files.part import Part
from stratify.assays.formats.clinical_table import FORMAT, is_clinical_table, read_clinical_table


def part(text):
    return Part("x.csv", "text", lambda: BytesIO(text.encode()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SampleID,Group,Age\nS1,HC,30\n", True),
        ('"","x"\n"1","ICU"\n"2","nonICU"\n', True),
        ("a,b,c\n1,2,3\n", False),
        ("SampleID\nS1\n", False),
        ("MIT License\n\nPermission is given, free of charge,\nto any person\n", False),
        ("by using one, of our\na licence\ngrants\n", False),
        ("", False),
    ],
)
def test_tables_of_samples_are_recognised(text, expected):
    assert is_clinical_table(part(text)) is expected


def test_columns_get_their_canonical_names():
    table = read_clinical_table(part("Sample ID;Gender;Age;Site\nS1;female;30,5;A\nS1;male;40,5;B\n"))
    assert table.shape == (2, 0)
    assert table.obs_names.tolist() == ["S1", "S1 #2"]
    assert table.obs["sex"].tolist() == ["F", "M"]
    assert table.obs["age"].tolist() == [30.5, 40.5]
    assert not FORMAT.has_levels

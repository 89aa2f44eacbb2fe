from __future__ import annotations

import pytest

from stratify.assays.layouts.mangled_names import mangled_gene


@pytest.mark.parametrize(
    ("name", "gene", "mangled"),
    [
        ("2-Sep", "SEPTIN2", True),
        ("02-Sep", "SEPTIN2", True),
        ("Sep-07", "SEPTIN7", True),
        ("14-Sep", "SEPTIN14", True),
        ("3-Mar", "MARCHF3", True),
        ("1-Mar", "", True),
        ("1-Dec", "", True),
        ("20-Sep", "", True),
        ("SEPTIN2", "", False),
        ("2-Jan", "", False),
        ("IL6", "", False),
    ],
)
def test_dates_are_genes_where_only_one_fits(name, gene, mangled):
    assert mangled_gene(name) == (gene, mangled)

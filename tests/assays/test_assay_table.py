from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from stratify.assays.assay_table import describe_assays, index_rows, provenance, text_in_assay
from stratify.errors import AssayFileError

FILE = Path("plate.csv")


def test_assay_is_named_by_the_best_that_is_known():
    var = pd.DataFrame(
        {
            "assay_id": ["OID00471", "", "", ""],
            "uniprot": ["P10145", "P42785", "P01375", ""],
            "panel": ["Inflammation", "Cardiometabolic", "", ""],
            "assay": ["IL8", "PRCP", "TNF", "novel"],
        }
    )
    described = describe_assays(var, FILE)
    assert described.index.tolist() == ["OID00471", "P42785@Cardiometabolic", "P01375", "novel"]
    assert described["gene"].tolist() == ["CXCL8", "PRCP", "TNF", "novel"]


def test_assay_that_occurs_twice_is_refused():
    with pytest.raises(AssayFileError, match="repeated assays OID1"):
        describe_assays(pd.DataFrame({"assay_id": ["OID1", "OID1"]}), FILE)


def test_rows_are_indexed_by_unique_names():
    obs = pd.DataFrame({"sample_id": ["IPC 1", "IPC 1"], "sample_type": "control"})
    indexed = index_rows(obs, FILE)
    assert indexed.index.tolist() == indexed["sample_id"].tolist() == ["IPC 1", "IPC 1 #2"]


@pytest.mark.parametrize(
    ("assay", "platform"), [("OID00471", "Olink Target 96"), ("OID20471", "Olink Explore")]
)
def test_platform_is_read_from_the_assays(assay, platform):
    assert provenance(pd.DataFrame(index=[assay]), "npx-long", "")["platform"] == platform


def test_refusal_names_column_and_sample():
    text = str(text_in_assay(FILE, "IL6", "S1"))
    assert "'IL6'" in text
    assert "'S1'" in text

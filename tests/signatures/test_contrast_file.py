"""Tables of fold changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError
from stratify.signatures.contrast_file import read_contrast


@pytest.mark.parametrize(
    ("gene", "change", "error"),
    [
        ("gene", "log2_fold_change", "standard_error"),
        ("Symbol", "log2FoldChange", "lfcSE"),
        ("protein", "logFC", "SE"),
        ("MGI.symbol", "avg_log2FC", "stderr"),
    ],
)
def test_usual_spellings_are_read(gene, change, error):
    table, notes = read_contrast(pd.DataFrame({gene: ["Il6"], change: ["1.5"], error: ["0.5"]}), where="m")
    assert table.loc[0, ["gene", "log2_fold_change", "standard_error"]].tolist() == ["Il6", 1.5, 0.5]
    assert notes == []


def test_the_error_comes_from_t_where_it_is_not_given():
    table, _ = read_contrast(
        pd.DataFrame({"gene": ["A", "B"], "logFC": [-1.0, 0.0], "t": [-4.0, 0.0]}), where="m"
    )
    assert table["standard_error"][0] == 0.25
    assert np.isnan(table["standard_error"][1])


def test_rows_of_one_gene_are_joined_and_named_and_empty_ones_counted():
    frame = pd.DataFrame(
        {
            "gene": ["IL6 (P1@A)", "il6", "", "TNF", "CRP"],
            "logFC": [1.0, 3.0, 1.0, None, -1.0],
            "p": [0.1, 0.3, 1, 1, 1],
        }
    )
    table, notes = read_contrast(frame, where="m")
    assert table["gene"].tolist() == ["IL6", "CRP"]
    assert table.loc[0, ["log2_fold_change", "p_value"]].tolist() == [2.0, 0.3]
    assert notes == ["m: 2 rows without symbol or fold change", "m: several rows joined for IL6"]


def test_missing_columns_and_text_are_refused():
    with pytest.raises(CohortError, match="turned into log2"):
        read_contrast(pd.DataFrame({"gene": ["IL6"], "fold_change": [2.0]}), where="m")
    with pytest.raises(CohortError, match="IL6"):
        read_contrast(pd.DataFrame({"gene": ["IL6"], "logFC": ["up"]}), where="m")


def test_several_contrasts_are_not_averaged():
    frame = pd.DataFrame({"contrast": ["AD - HC", "MDD - HC"], "gene": ["IL6", "IL6"], "logFC": [1.0, -1.0]})
    with pytest.raises(CohortError, match="one contrast in the human table"):
        read_contrast(frame, where="the human table")

from __future__ import annotations

import pandas as pd

from stratify.signatures.assay_names import assay_names


def test_names_are_unique_and_nothing_is_invented():
    var = pd.DataFrame({"gene": ["IL6", "IL6", None, "TNF"]}, index=["A1", "A2", "A3", "A4"])
    names = assay_names(var)
    assert names["protein"].tolist() == ["IL6 (A1)", "IL6 (A2)", "A3", "TNF"]
    assert names["uniprot"].tolist() == [""] * 4
    assert assay_names(pd.DataFrame(index=["x"]))["protein"].tolist() == ["x"]

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.signatures.contrast_result import ContrastOptions
from stratify.signatures.differential import contrast


def test_summary_is_json_also_where_nothing_varies():
    levels = np.random.default_rng(0).normal(size=(12, 20))
    levels[:, 3] = np.nan
    people = AnnData(levels, obs=pd.DataFrame({"group": ["a", "b"] * 6}, [str(i) for i in range(12)]))
    answer = contrast(people, case="a", control="b", options=ContrastOptions(fdr=0.1))
    facts = json.loads(json.dumps(answer.summary(), allow_nan=False))
    assert facts["contrast"] == "a - b"
    assert facts["tested"] == 19
    assert facts["samples"] == {"a": 6, "b": 6}
    assert facts["power"]["alpha"] == 0.1 / 19
    assert not answer.found[3]
    assert (answer.standard_error[[0, 1]] > 0).all()

from dataclasses import replace

import numpy as np
import pytest

from stratify.assays.proteins.matching import display_names
from stratify.errors import ScreeningError
from stratify.screening.alignment import (
    align,
    missing_names,
    refuse_other_scale,
    refuse_uncovered,
    weight_of,
)


def test_columns_come_in_the_order_of_the_model(model, arrivals):
    shuffled = arrivals[:, np.random.default_rng(0).permutation(arrivals.n_vars)].copy()
    aligned = align(model, shuffled)
    assert aligned.var_names.tolist() == model.assays.index.tolist()
    np.testing.assert_array_equal(aligned.X, arrivals[:, model.assays.index].X)
    np.testing.assert_array_equal(aligned.layers["lod"], arrivals[:, model.assays.index].layers["lod"])


def test_absent_assay_is_missing_not_shifted(model, arrivals):
    least = model.assays.index[np.argmin(model.scorer.importance())]
    aligned = align(model, arrivals[:, arrivals.var_names != least].copy())
    assert np.isnan(aligned[:, least].X).all()
    assert np.isfinite(aligned.X).sum() == aligned.n_obs * (aligned.n_vars - 1)


def test_file_without_limits_has_unknown_ones(model, arrivals):
    del arrivals.layers["lod"]
    assert np.isnan(align(model, arrivals).layers["lod"]).all()


def test_missing_panels_are_refused_with_share_names_and_tolerance(model, arrivals):
    kept = arrivals[:, arrivals.var["panel"] == "Neurology"].copy()
    share = weight_of(model, (model.assays["panel"] == "Neurology").to_numpy())
    with pytest.raises(ScreeningError) as refusal:
        align(model, kept)
    assert refusal.value.expected == "at least 80% of the score's weight in the file"
    assert refusal.value.found.startswith(f"{share:.0%} (missing {len(model.assays) - kept.n_vars} assays: ")
    assert refusal.value.found.endswith(
        "more; all of panel Cardiovascular II and Cardiovascular III and Inflammation)"
    )
    assert missing_names(model, model.assays.index.isin(kept.var_names))[0] in refusal.value.found


def test_tolerance_is_the_one_of_the_model(model):
    importance = model.scorer.importance()
    present = np.cumsum(importance) < 0.7
    with pytest.raises(ScreeningError):
        refuse_uncovered(model, present)
    refuse_uncovered(replace(model, rule=replace(model.rule, least_weight_covered=0.5)), present)


@pytest.mark.parametrize(("fact", "value"), [("scale", "log2 RFU"), ("platform", "Olink Explore")])
def test_another_scale_or_product_is_refused(model, arrivals, fact, value):
    arrivals.uns["stratify"][fact] = value
    with pytest.raises(ScreeningError, match=f"found: {fact} {value}"):
        refuse_other_scale(model, arrivals)


@pytest.mark.parametrize(("fact", "value"), [("scale", "unknown"), ("platform", "table")])
def test_what_is_not_stated_is_let_through(model, arrivals, fact, value):
    arrivals.uns["stratify"][fact] = value
    refuse_other_scale(model, arrivals)


def test_missing_names_begin_with_the_weightiest(model):
    names = missing_names(model, np.zeros(len(model.assays), dtype=bool))
    assert names[0] == display_names(model.assays)[np.argmax(model.scorer.importance())]
    assert len(names) == len(model.assays)

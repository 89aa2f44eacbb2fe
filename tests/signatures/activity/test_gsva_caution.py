from __future__ import annotations

import numpy as np
import pytest

from stratify.signatures.activity.gsva import fit_gsva, score_gsva
from stratify.signatures.activity.gsva_caution import gsva_caution
from stratify.signatures.activity.method import Members


def test_kernel_saturates_soon_after_two_sd():
    levels = np.random.default_rng(0).normal(size=(32, 200))
    caution = gsva_caution(fit_gsva(levels, Members.equal(np.zeros((1, 200), dtype=bool))), levels)
    assert 0.96 < caution.at_two < 0.999
    assert caution.at_three > 0.998
    assert np.isnan(caution.shift).all()
    assert len(caution.lines()) == 1


def test_shift_is_that_of_scores_without_the_member():
    rng = np.random.default_rng(1)
    levels = rng.normal(size=(25, 40))
    levels[3, 2] = np.nan
    inside = np.zeros((2, 40), dtype=bool)
    inside[0, :6], inside[1, 9] = True, True
    state = fit_gsva(levels, Members.equal(inside))
    full = score_gsva(state, levels)[:, 0]
    moves = []
    for gone in range(6):
        holed = levels.copy()
        holed[:, gone] = np.nan
        moves.append(np.abs(score_gsva(state, holed)[:, 0] - full).mean())
    caution = gsva_caution(state, levels)
    assert caution.shift[0] == pytest.approx(max(moves) / full.std(ddof=1), rel=1e-9)
    assert np.isnan(caution.shift[1])
    assert "re-ranks" in caution.lines()[1]
    assert np.isnan(gsva_caution(state, levels[:1]).shift).all()

import numpy as np
import pandas as pd
import pytest

from stratify.simulation.levels import HIDDEN, PUBLISHED, draw_levels, observe, shift_reading
from stratify.simulation.signature import study_assays


@pytest.fixture(scope="module")
def drawn():
    assays = study_assays()
    return assays, [draw_levels(assays, np.random.default_rng(seed)) for seed in range(10)]


def test_spread_over_assays_follows_the_published_deciles(drawn):
    sd = np.concatenate([levels["sd"] for levels in drawn[1]])
    assert np.quantile(sd, [0.1, 0.5, 0.9]) == pytest.approx([0.31, 0.51, 1.03], rel=0.06)


def test_published_assays_have_their_printed_values(drawn):
    assays, draws = drawn
    for gene, (median, sd) in PUBLISHED.items():
        row = draws[0][(assays["gene"] == gene).to_numpy()]
        assert (row["level"].item(), row["sd"].item(), row["below_lod"].item()) == (median, sd, 0.0)


def test_type_2_cytokines_and_a_tenth_of_inflammation_are_hidden(drawn):
    assays, draws = drawn
    for levels in draws:
        assert (levels["below_lod"][assays["gene"].isin(HIDDEN).to_numpy()] >= 0.84).all()
        hidden = (levels["below_lod"] > 0.5).groupby(assays["panel"]).mean()
        assert 0.10 <= hidden["Inflammation"] <= 0.15
        assert hidden.drop("Inflammation").max() < 0.06


def test_two_assays_of_one_protein_share_their_draw(drawn):
    assays, draws = drawn
    pair = (assays["uniprot"] == "P05231").to_numpy()
    assert pair.sum() == 2
    assert draws[0][pair].nunique().eq(1).all()


def test_the_limit_hides_the_share_that_was_drawn(drawn):
    levels = drawn[1][0].query("below_lod > 0.05")
    rng = np.random.default_rng(5)
    level, sd, lod, noise = (levels[c].to_numpy() for c in ("level", "sd", "lod", "noise"))
    true = level + sd * rng.standard_normal((4000, len(levels)))
    readings = observe(true, lod, noise, rng.standard_normal(true.shape))
    assert (readings < lod).mean(axis=0) == pytest.approx(levels["below_lod"].to_numpy(), abs=0.06)


def test_far_above_the_limit_a_reading_is_the_level_and_far_below_it_is_background():
    draw = np.random.default_rng(1).standard_normal(20_000)
    high = observe(np.full(20_000, 9.0), np.array(0.0), np.array(0.1), draw)
    low = observe(np.full(20_000, -9.0), np.array(0.0), np.array(0.1), draw)
    assert (high.mean(), high.std()) == pytest.approx((9.0, 0.1), abs=0.01)
    assert (low.mean(), low.std()) == pytest.approx((-0.6, 0.2), abs=0.01)
    assert (low < 0).mean() > 0.99


def test_a_shift_of_readings_is_the_shift_of_the_level_behind_them():
    true, lod = np.array([-3.0, 0.0, 1.0, 6.0]), np.zeros(4)
    silent = np.zeros(4)
    before, after = observe(true, lod, silent, silent), observe(true + 0.8, lod, silent, silent)
    assert shift_reading(before, lod, np.full(4, 0.8)) == pytest.approx(after)
    assert (after - before)[0] < 0.2 < 0.75 < (after - before)[3]


def test_unknown_limits_shift_whole_and_missing_readings_stay_missing():
    shifted = shift_reading(np.array([1.0, np.nan]), np.array([np.nan, 0.0]), np.array([0.5, 0.5]))
    assert shifted[0] == pytest.approx(1.5)
    assert np.isnan(shifted[1])


def test_draws_do_not_depend_on_anything_but_the_seed():
    assays = study_assays()
    first, again = (draw_levels(assays, np.random.default_rng(3)) for _ in range(2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)

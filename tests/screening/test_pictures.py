import numpy as np
import pytest

from stratify.screening.pictures import LABELS, NUMBERS, WIDTH, Ruler, waterfall


@pytest.fixture
def steps():
    values = np.random.default_rng(0).normal(size=30)
    return [(f"P{i}", float(value)) for i, value in enumerate(values)]


def test_steps_add_up_from_base_to_score(steps):
    fall = waterfall(steps, 1.5, "proteins")
    assert fall.base + sum(bar.value for bar in fall.bars) == pytest.approx(1.5)
    assert fall.bars[-1].end == pytest.approx(fall.score_x)


def test_ten_largest_are_shown_and_the_rest_is_counted(steps):
    fall = waterfall(steps, 0.0, "proteins")
    sizes = [abs(bar.value) for bar in fall.bars[:-1]]
    assert len(fall.bars) == 11
    assert sizes == sorted((abs(value) for _, value in steps), reverse=True)[:10]
    assert fall.bars[-1].label == "20 other proteins"


def test_every_bar_lies_inside_the_picture(steps):
    fall = waterfall(steps, -3.0, "proteins")
    assert min(bar.x for bar in fall.bars) >= LABELS
    assert max(bar.x + bar.width for bar in fall.bars) <= WIDTH - NUMBERS + 1.0
    assert max(bar.y for bar in fall.bars) < fall.height


def test_steps_of_no_size_can_be_drawn():
    assert waterfall([("IL6", 0.0)], 0.0, "proteins").bars[0].width == 1.0


def test_ruler_is_linear_and_ends():
    ruler = Ruler(-4.0, 6.0)
    assert [ruler.place(value) for value in (-9.0, -4.0, 1.0, 6.0, 9.0)] == [0.0, 0.0, 50.0, 100.0, 100.0]

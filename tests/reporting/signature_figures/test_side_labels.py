from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stratify.reporting.canvas import one_axes
from stratify.reporting.signature_figures.side_labels import label_points, spread_apart


@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0.001, 0.2))
def test_neighbours_keep_their_distance_order_and_room(wanted, gap):
    wanted = np.array(wanted)
    placed = spread_apart(wanted, gap, 0.0, 1.0)
    assert ((placed >= -1e-9) & (placed <= 1 + 1e-9)).all()
    order = np.argsort(wanted, kind="stable")
    least = min(gap, 1 / max(len(wanted) - 1, 1))
    assert (np.diff(placed[order]) >= least - 1e-9).all()


def test_what_is_apart_already_does_not_move():
    wanted = np.array([0.9, 0.1, 0.5])
    np.testing.assert_allclose(spread_apart(wanted, 0.1, 0, 1), wanted)


def test_labels_do_not_collide_where_all_points_lie_in_one_place(labels_of):
    figure, axes = one_axes()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    label_points(axes, np.full(30, 0.5), np.full(30, 0.5), [f"PROTEIN{i}" for i in range(30)])
    boxes = labels_of(figure)
    assert len(boxes) == 30
    assert not any(one.overlaps(other) for one, other in combinations(boxes.values(), 2))


def test_what_does_not_fit_is_left_out_from_the_end(labels_of):
    figure, axes = one_axes(height=2.0)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    label_points(axes, np.linspace(0, 1, 80), np.full(80, 0.5), [f"P{i}" for i in range(80)])
    boxes = labels_of(figure)
    assert 10 < len(boxes) < 60
    assert list(boxes) == sorted(boxes, key=lambda name: (int(name[1:]) >= len(boxes) // 2, int(name[1:])))
    assert not any(one.overlaps(other) for one, other in combinations(boxes.values(), 2))


def test_nothing_to_name_is_fine():
    _, axes = one_axes()
    label_points(axes, np.zeros(0), np.zeros(0), [])
    assert not list(axes.texts)

from __future__ import annotations

import re
from xml.etree import ElementTree

import matplotlib
import numpy as np

from stratify.reporting.canvas import alt_text, one_axes, styled, swarm_offsets, to_svg


def drawn(name: str = "one", alt: str = 'AUC < .9 & "so"') -> str:
    with styled():
        figure, axes = one_axes()
        axes.scatter([0, 1], [1, 0], c=[0, 1])
        axes.set_title("$not mathematics$")
        return to_svg(figure, name, alt)


def test_same_figure_is_the_same_text():
    assert drawn() == drawn()


def test_figure_is_well_formed_and_says_what_it_shows():
    tree = ElementTree.fromstring(drawn())  # noqa: S314 (our own text)
    assert tree.get("role") == "img"
    assert alt_text(drawn()) == 'AUC < .9 & "so"'
    assert "$not mathematics$" in "".join(tree.itertext())


def test_figures_on_one_page_share_no_id():
    ids = [set(re.findall(r'\bid="([^"]+)"', drawn(name))) for name in ("one", "two")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_every_reference_inside_a_figure_is_found():
    text = drawn()
    wanted = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    assert wanted
    assert wanted <= set(re.findall(r'\bid="([^"]+)"', text))


def test_figure_holds_no_time_and_asks_for_nothing():
    assert not re.search(r"<metadata|<dc:date|<script|<image|<!DOCTYPE", drawn())


def test_style_ends_with_the_block():
    before = dict(matplotlib.rcParams)
    drawn()
    assert dict(matplotlib.rcParams) == before


def test_points_that_would_lie_on_each_other_are_spread():
    values = np.zeros(9)
    offsets = swarm_offsets(values)
    assert len(np.unique(offsets)) == 9
    assert np.abs(offsets).max() == 0.5
    assert swarm_offsets(np.zeros(0)).shape == (0,)

"""Tables in the shapes that the verbs write."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation, Text


def _contrast(seed):
    rng = np.random.default_rng(seed)
    t = rng.normal(size=120)
    t[:12] += np.where(np.arange(12) % 3, 6.0, -6.0)
    p = np.minimum(2 * np.exp(-0.5 * t**2), 1.0)
    return pd.DataFrame(
        {
            "protein": [f"PROT{i}" for i in range(120)],
            "assay_id": [f"OID{i:05d}" for i in range(120)],
            "log2_fold_change": 0.2 * t,
            "p_value": p,
            "q_value": np.minimum(p * 20, 1.0),
        }
    )


@pytest.fixture
def contrast():
    return _contrast(0)


@pytest.fixture
def other_contrast():
    return _contrast(1)


@pytest.fixture
def labels_of():
    """Boxes of all labels of the first axes, after layout, in pixels; with their words."""

    def read(figure):
        figure.draw_without_rendering()
        notes = [child for child in figure.axes[0].get_children() if isinstance(child, Annotation)]
        return {note.get_text(): Text.get_window_extent(note) for note in notes}

    return read

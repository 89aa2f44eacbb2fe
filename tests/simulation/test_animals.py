from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ExperimentError
from stratify.simulation.animals import simulate_animals


def test_the_same_seed_gives_the_same_animals():
    pd.testing.assert_frame_equal(simulate_animals(3), simulate_animals(3))
    assert not simulate_animals(3).equals(simulate_animals(4))


def test_planted_effects_are_there():
    table = simulate_animals(1, cohorts=40, stress=-0.6, treatment=0.2, interaction=0.5)
    means = np.log(table["interaction_ratio"]).groupby([table["stress"], table["treatment"]]).mean()
    assert means["defeat", "isotype"] - means["control", "isotype"] == pytest.approx(-0.6, abs=0.1)
    assert means["control", "anti-IL-4R"] - means["control", "isotype"] == pytest.approx(0.2, abs=0.1)
    assert table["time_in_zone"].between(0, 150).all()


@pytest.mark.parametrize("dials", [{"cohorts": 0}, {"seed": -1}, {"spread": (-1.0, 0.0, 1.0)}])
def test_nobody_and_less_is_refused(dials):
    with pytest.raises(ExperimentError):
        simulate_animals(**dials)

from types import SimpleNamespace

import numpy as np
import pytest

from stratify.screening.drift.levels import compare_levels, named_directions

P = 30
NAMES = [f"P{i}" for i in range(P)]
REFERENCE = np.random.default_rng(0).standard_normal((40, P))
LEAK = np.where(np.arange(P) < 6, 1 / 6, 0.0)


def compare(run, *, error=0.0, draws=199, seed=0):
    return compare_levels(
        run,
        REFERENCE,
        error=np.full(P, error),
        directions={"leak": LEAK},
        draws=draws,
        names=NAMES,
        seed=seed,
    )


def people(seed, n=12):
    return np.random.default_rng(seed).standard_normal((n, P))


def test_p_values_are_no_smaller_than_they_should_be_where_nothing_is_wrong():
    rng = np.random.default_rng(1)
    p = {"levels": [], "proteins": [], "spread": [], "leak": []}
    for seed in range(120):
        everybody = rng.standard_normal((30, P))
        found = compare_levels(
            everybody[:10] + 0.2 * rng.standard_normal(P),
            everybody[10:],
            error=np.full(P, 0.2),
            directions={"leak": LEAK},
            draws=99,
            names=NAMES,
            seed=seed,
        )
        for name, values in p.items():
            values.append(found[name].p)
    assert all(0.4 < np.mean(values) < 0.6 for values in p.values()), p
    assert all(np.mean(np.array(values) <= 0.05) <= 0.11 for values in p.values())


def test_an_offset_is_found_unless_the_batch_may_lie_that_far():
    shifted = people(2) + np.random.default_rng(3).standard_normal(P)
    found = compare(shifted)
    assert found["levels"].p == found["proteins"].p == 1 / 200
    assert found["levels"].value == pytest.approx(1.0, abs=0.3)
    assert compare(shifted, error=1.5)["levels"].p > 0.05


def test_the_protein_that_lies_off_is_named():
    shifted = people(2)
    shifted[:, 17] += 3.0
    found = compare(shifted)
    assert found["proteins"].p == 1 / 200
    assert found["proteins"].detail.startswith("furthest off, SDs: P17 +")


def test_a_leak_and_a_wider_spread_are_found():
    leaking = people(4) + 6 * LEAK
    assert compare(leaking)["leak"].p == 1 / 200
    assert compare(leaking)["leak"].value == pytest.approx(1.0, abs=0.4)
    assert compare(people(4) - 6 * LEAK)["leak"].p > 0.5
    assert compare(2 * people(5))["spread"].p == 1 / 200


def test_few_people_show_what_they_can_and_no_more():
    assert compare(people(6, n=2)) == {}
    assert "spread" not in compare(people(6, n=5))
    assert compare(people(6, n=3) + 3.0)["levels"].p == 1 / 200


def test_many_people_are_thinned_and_the_draws_are_fixed():
    many = people(7, n=2000)
    assert compare(many, draws=19) == compare(many, draws=19)


def test_a_projection_of_one_is_one_unit(model):
    found = named_directions(model)
    assert set(found) == {"leak", "tube"}
    one = (model.handling.weights > 0) / model.biology.sd
    assert float(one @ found["leak"]) == pytest.approx(1.0)
    plain = SimpleNamespace(
        handling=SimpleNamespace(weights=np.zeros(3)), biology=SimpleNamespace(sd=np.ones(3)), matrix="EDTA"
    )
    assert named_directions(plain) == {}

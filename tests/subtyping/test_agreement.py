import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, cohen_kappa_score

from stratify.subtyping.agreement import agreement, agreement_table, all_pairs

IDS = np.array([f"S{i:03d}" for i in range(80)])


def draw(seed, n=80, keep=0.8):
    rng = np.random.default_rng(seed)
    one = (rng.random(n) < 0.4).astype(np.int64)
    return one, np.where(rng.random(n) < keep, one, rng.integers(0, 2, n))


def compare(one, two, **more):
    return agreement(one, two, names=("a", "b"), samples=IDS[: len(one)], **more)


@pytest.mark.parametrize("seed", range(5))
def test_measures_equal_those_of_scikit_learn(seed):
    one, two = draw(seed)
    found = compare(one, two)
    assert found.kappa == pytest.approx(cohen_kappa_score(one, two))
    assert found.ari == pytest.approx(adjusted_rand_score(one, two))
    assert found.kappa_low < found.kappa < found.kappa_high
    assert found.ari_low < found.ari < found.ari_high


def test_discordant_people_are_named_those_of_the_first_source_first():
    found = compare(np.array([0, 1, 1, 0, -1]), np.array([1, 1, 0, 0, 1]))
    assert found.discordant == ("S002", "S000")
    assert (found.both, found.only_first, found.only_second, found.neither, found.n) == (1, 1, 1, 1, 4)


def test_perfect_agreement_of_a_few_people_is_no_certainty():
    y = np.array([1] * 5 + [0] * 5)
    found = compare(y, y)
    assert (found.kappa, found.kappa_high, found.ari) == (1.0, 1.0, 1.0)
    assert found.kappa_low < 0.8
    assert found.ari_low < 0.7


@pytest.mark.parametrize("other", [np.ones(80, dtype=int), np.full(80, -1)])
def test_nothing_is_computed_where_a_source_calls_everybody_the_same(other):
    found = compare(draw(0)[0], other)
    assert np.isnan([found.kappa, found.kappa_low, found.ari, found.ari_high]).all()


def test_samples_of_a_patient_count_once():
    one, two = draw(1, n=40)
    twice = agreement(
        np.repeat(one, 2), np.repeat(two, 2), names=("a", "b"), samples=IDS, patients=np.repeat(IDS[:40], 2)
    )
    once = compare(one, two)
    assert (twice.n, twice.kappa, twice.kappa_low) == (40, once.kappa, once.kappa_low)


@pytest.mark.parametrize("keep", [0.0, 0.6, 0.95])
def test_the_intervals_cover_the_truth(keep):
    large = draw(0, n=400_000, keep=keep)
    found = [compare(*draw(seed, n=60, keep=keep)) for seed in range(1, 301)]
    for truth, name in ((cohen_kappa_score(*large), "kappa"), (adjusted_rand_score(*large), "ari")):
        inside = [getattr(x, f"{name}_low") <= truth <= getattr(x, f"{name}_high") for x in found]
        assert 0.91 <= np.mean(inside) <= 0.99


def test_table_has_one_row_a_pair():
    labels = {"a": draw(0)[0], "b": draw(0)[1], "c": draw(1)[0]}
    table = agreement_table(all_pairs(labels, samples=IDS))
    assert table[["first", "second"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert table["n"].tolist() == [80] * 3
    assert table.loc[0, "discordant"].count(";") == table.loc[0, ["only_first", "only_second"]].sum() - 1

import numpy as np

from stratify.subtyping.label_source import Relabelling, patient_means


class AboveTheReferenceMean:
    def fit(self, profiles, reference):
        return Fitted(profiles[reference].mean())


class Fitted:
    def __init__(self, bound):
        self.bound = bound

    def positive(self, profiles):
        return profiles[:, 0] > self.bound


PROFILES = np.array([[0.0], [2.0], [1.5], [0.5], [9.0]])
REFERENCE = np.array([True, True, False, False, False])
LABELLED = np.array([True, True, True, True, False])
RELABELLING = Relabelling(AboveTheReferenceMean(), PROFILES, REFERENCE, LABELLED)


def test_labels_come_from_a_rule_that_saw_the_named_rows_only():
    assert RELABELLING.fitted_to(np.array([0, 1])).tolist() == [0, 1, 1, 0, -1]
    assert RELABELLING.fitted_to(np.array([1, 2])).tolist() == [0, 0, 0, 0, -1]


def test_exchange_moves_what_makes_a_label_and_spares_the_original():
    rows, giver = np.array([0, 2]), np.array([2, 0])
    moved = RELABELLING.exchanged(rows, giver)
    assert moved.profiles.ravel().tolist() == [1.5, 2.0, 0.0, 0.5, 9.0]
    assert moved.reference.tolist() == [False, True, True, False, False]
    assert RELABELLING.profiles.ravel().tolist() == [0.0, 2.0, 1.5, 0.5, 9.0]


def test_samples_of_a_patient_share_the_mean_of_what_was_measured():
    profiles = np.array([[1.0, np.nan], [3.0, 5.0], [7.0, np.nan]])
    means = patient_means(profiles, np.array(["a", "a", "b"]))
    np.testing.assert_array_equal(means, [[2.0, 5.0], [2.0, 5.0], [7.0, np.nan]])

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError
from stratify.subtyping.labels import UNLABELLED, patient_ids, reference_disease

GROUPS = pd.Series(["AD"] * 6 + ["PSO"] * 5 + ["HC"] * 7 + ["MDD"] * 4 + ["other", None])


def label(**changed):
    roles = {"positive": ["AD"], "negative": ["PSO", "HC"], "reference": ["HC"], "target": ["MDD"]}
    return reference_disease(GROUPS, **(roles | changed))


def test_roles_follow_the_diagnosis():
    labels = label()
    assert labels.y.tolist() == [1] * 6 + [0] * 12 + [UNLABELLED] * 6
    np.testing.assert_array_equal(labels.reference, GROUPS == "HC")
    np.testing.assert_array_equal(labels.target, GROUPS == "MDD")


def test_target_and_unnamed_people_are_never_learned_from():
    labels = label()
    np.testing.assert_array_equal(labels.learned, np.arange(24) < 18)


def test_reference_people_without_a_label_take_part():
    labels = label(negative=["PSO"])
    assert labels.y[GROUPS == "HC"].tolist() == [UNLABELLED] * 7
    assert labels.learned[GROUPS == "HC"].all()


def test_unknown_group_is_refused_and_the_known_are_listed():
    with pytest.raises(CohortError) as refusal:
        label(target=["mdd"])
    assert "no sample of mdd" in refusal.value.found
    assert "AD, HC, MDD, PSO, other" in refusal.value.found


@pytest.mark.parametrize(
    "changed",
    [
        {"positive": ["AD", "PSO"]},
        {"positive": ["AD", "MDD"]},
        {"negative": ["PSO", "HC", "MDD"]},
        {"positive": ["AD", "HC"], "negative": ["PSO"]},
    ],
)
def test_group_in_two_roles_is_refused(changed):
    with pytest.raises(CohortError, match="each group in one role"):
        label(**changed)


@pytest.mark.parametrize("changed", [{"positive": []}, {"negative": [], "reference": []}])
def test_fewer_than_two_classes_are_refused(changed):
    with pytest.raises(CohortError, match="0 in an empty class"):
        label(**changed)


def test_small_class_is_refused_by_its_name_and_count():
    with pytest.raises(CohortError, match="5 in PSO"):
        label(negative=["PSO"], smallest=6)
    assert (label(negative=["PSO"], smallest=5).y == 0).sum() == 5


def test_smallest_class_is_counted_in_patients():
    twice = pd.Series(np.arange(len(GROUPS)) // 2).astype(str)  # 3 patients with atopic dermatitis
    with pytest.raises(CohortError, match="3 in AD"):
        label(patients=twice)
    assert (label(patients=twice, smallest=3).y == 1).sum() == 6


def test_sample_without_a_patient_is_one_of_its_own():
    obs = pd.DataFrame({"patient_id": ["P", "", None, "P"]}, index=list("abcd"))
    assert patient_ids(obs).tolist() == ["P", "b", "c", "P"]
    assert patient_ids(obs[[]]).tolist() == list("abcd")


def test_categorical_column_is_read_as_words():
    codes = reference_disease(GROUPS.astype("category"), positive=["AD"], negative=["HC"])
    np.testing.assert_array_equal(codes.y == 1, GROUPS == "AD")

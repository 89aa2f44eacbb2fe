import pytest
from pydantic import ValidationError

from stratify.experiment.label_settings import REFERENCE_DISEASE, LabelsSection


def test_the_diagnosis_is_the_default():
    assert LabelsSection().source == REFERENCE_DISEASE
    assert not LabelsSection().drop_label_proteins


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"source": "outside"}, "name the column"),
        ({"drop_label_proteins": True, "allow_label_proteins": ["Th2"]}, "either drop_label_proteins"),
        ({"source": "guess"}, "reference-disease"),
        ({"clusters": 1}, "greater than or equal to 2"),
        ({"cutoff": float("nan")}, "finite"),
        ({"colunm": "IgE"}, "colunm"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, words):
    with pytest.raises(ValidationError, match=words):
        LabelsSection.model_validate(settings)


def test_settings_of_other_sources_may_stand_beside():
    assert LabelsSection(source="axis-rule", column="IgE", cutoff=150.0).column == "IgE"

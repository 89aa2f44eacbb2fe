from stratify.subtyping.definition import OwnAxis, read_definition
from stratify.subtyping.definition_difference import Difference, definition_differences

TH2 = read_definition("th2-v1")


def test_a_definition_does_not_differ_from_itself():
    assert definition_differences(TH2, read_definition("th2-v1")) == []


def test_keys_that_differ_are_listed_with_both_values():
    other = TH2.model_copy(update={"alpha": 0.05, "version": 2})
    assert definition_differences(TH2, other) == [Difference("version", 1, 2), Difference("alpha", 0.1, 0.05)]


def test_proteins_are_compared_one_by_one():
    own = OwnAxis(name="Th2", weights={"CCL17": 2.0, "NEW": 1.0})
    found = {
        x.what: (x.first, x.second)
        for x in definition_differences(TH2, TH2.model_copy(update={"axis": (own,)}))
    }
    assert found["Th2: CCL17"] == (1.0, 2.0)
    assert found["Th2: NEW"] == ("absent", 1.0)
    assert found["Th2: IL13"] == (1.0, "absent")
    assert len(found) == 27


def test_sources_are_compared():
    other = TH2.model_copy(update={"sources": {**TH2.sources, "alpha": "a committee"}})
    assert [x.what for x in definition_differences(TH2, other)] == ["source of alpha"]

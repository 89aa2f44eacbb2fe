import pytest

from stratify.errors import ExperimentError
from stratify.subtyping.definition import Definition, read_definition
from stratify.subtyping.definition_page import axis_proteins, definition_facts, definition_page

OWN = Definition.model_validate(
    {
        "name": "own",
        "version": 2,
        "meaning": "Own proteins lead.",
        "axes": ["Mine", "Th1"],
        "lead": "Mine",
        "axis": [{"name": "Mine", "weights": {"CCL17": 2.0, "Q99616": 0.5}}],
        "sources": {"axis": "a paper | with a bar"},
    }
)


def test_page_says_what_the_word_means_and_names_every_protein():
    page = definition_page(read_definition("th2-v1"))
    assert page.startswith("# Th2-skewed (v1)\n\n**Th2-skewed (v1) means:** The serum profile resembles")
    assert "## Th2: leads, 26 proteins (shipped)" in page
    assert "## Th17: compared, 24 proteins (shipped)" in page
    assert page.count("| 1 |") == 26 + 12 + 24
    assert "not stated" not in page


@pytest.mark.parametrize("name", ["th2-v1", "th2-v2", "resemblance-v1"])
def test_every_line_of_a_shipped_definition_has_a_source(name):
    assert definition_facts(read_definition(name))["unsourced"] == []


def test_own_numbers_are_said_to_be_own():
    sources = read_definition("th2-v1").sources
    own = ("alpha", "healthy_tail", "smallest_relevant_size", "least_weight_covered", "axis_percentile")
    assert all("own choice" in sources[key] for key in own)


def test_own_proteins_stand_with_their_weights_and_source():
    table = axis_proteins(OWN, "Mine")
    assert table[["gene", "weight"]].to_numpy().tolist() == [["CCL17", 2.0], ["Q99616", 0.5]]
    page = definition_page(OWN)
    assert "## Mine: leads, 2 proteins (own)" in page
    assert "| CCL17 |  | 2 | a paper \\| with a bar | not stated |" in page
    assert "Mine has the largest score of Mine, Th1" in page


def test_facts_hold_proteins_and_what_has_no_source():
    facts = definition_facts(OWN)
    assert [row["gene"] for row in facts["axis_proteins"]["Mine"]] == ["CCL17", "Q99616"]
    assert "alpha" in facts["unsourced"]
    assert "axis" not in facts["unsourced"]


def test_without_axes_none_are_compared():
    page = definition_page(read_definition("resemblance-v1"))
    assert "No axes are compared." in page
    assert "Axis rule" not in page


def test_an_axis_without_proteins_is_refused():
    with pytest.raises(ExperimentError, match="Th3"):
        definition_page(Definition(name="x", version=1, meaning="x", axes=("Th3",)))

import pytest
from pydantic import ValidationError

from stratify.errors import ExperimentError
from stratify.signatures.pathways import pathway_names
from stratify.signatures.protein_set import ProteinSet
from stratify.subtyping.definition import DECIDING, Definition, read_definition

MINIMAL = 'name = "resemblance"\nversion = 1\nmeaning = "..."\n'


def write(folder, text):
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["th2-v1", "th2-v2", "resemblance-v1"])
def test_shipped_definitions_name_known_pathways(name):
    found = read_definition(name)
    assert {*found.axes, *found.prior} <= set(pathway_names())
    assert not found.lead or found.lead in found.axes
    assert found.meaning.endswith(".")


def test_file_gets_the_defaults_of_what_it_leaves_out(tmp_path):
    found = read_definition(write(tmp_path, MINIMAL))
    assert found == Definition(name="resemblance", version=1, meaning="...")
    assert (found.alpha, found.healthy_tail, found.smallest_relevant_size) == (0.10, 0.05, 0.3)


def test_unknown_key_is_refused_and_the_nearest_is_named(tmp_path):
    with pytest.raises(ExperimentError) as refusal:
        read_definition(write(tmp_path, MINIMAL + "healthy_tial = 0.01\n"))
    assert "'healthy_tial'" in refusal.value.found
    assert refusal.value.do == "did you mean 'healthy_tail'?"


@pytest.mark.parametrize(
    ("line", "key"),
    [("alpha = 0.0", "alpha"), ("alpha = 1.0", "alpha"), ("axes = 3", "axes"), ("lead = 2", "lead")],
)
def test_wrong_value_is_refused_by_the_name_of_its_key(tmp_path, line, key):
    with pytest.raises(ExperimentError, match=f"{key}: "):
        read_definition(write(tmp_path, MINIMAL + line))


def test_missing_key_and_old_version_are_refused(tmp_path):
    with pytest.raises(ExperimentError, match="meaning: "):
        read_definition(write(tmp_path, 'name = "a"\nversion = 1\n'))
    with pytest.raises(ExperimentError, match="version: "):
        read_definition(write(tmp_path, MINIMAL.replace("version = 1", "version = 0")))


@pytest.mark.parametrize("content", [b"name = ", b"name = '\xff\xfe'"])
def test_damaged_file_is_refused_with_what_is_wrong(tmp_path, content):
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(ExperimentError, match=r"own\.toml"):
        read_definition(path)


def test_unknown_name_lists_what_ships(tmp_path):
    with pytest.raises(ExperimentError, match="shipped: resemblance-v1, th2-v1, th2-v2"):
        read_definition("th3-v1")
    with pytest.raises(ExperimentError):
        read_definition(tmp_path)


@pytest.mark.parametrize(
    ("name", "call"), [("Th2-skewed", "Th2-skewed"), ("TAK-like", "TAK-like"), ("resemblance", "LVV-like")]
)
def test_word_of_a_positive_call(name, call):
    assert Definition(name=name, version=1, meaning="...").positive_call("LVV") == call


def test_definition_is_frozen():
    with pytest.raises(ValidationError):
        read_definition("th2-v1").alpha = 0.5


OWN = MINIMAL + 'axes = ["Th2", "Mine"]\n'


def test_a_definition_may_state_its_own_proteins(tmp_path):
    text = OWN + '[[axis]]\nname = "Mine"\nweights = { CCL17 = 2.0, Q99616 = 0.5 }\n'
    found = read_definition(write(tmp_path, text))
    assert found.axis_sets == ("Th2", ProteinSet("Mine", (("CCL17", 2.0), ("Q99616", 0.5))))
    assert found.deciding()["axis"] == [{"name": "Mine", "weights": {"CCL17": 2.0, "Q99616": 0.5}}]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('[[axis]]\nname = "Other"\nweights = { CCL17 = 1.0 }\n', "'Other' must stand once"),
        ('[[axis]]\nname = "Mine"\nweights = { CCL17 = 1.0 }\n' * 2, "'Mine' must stand once"),
        ('[[axis]]\nname = "Mine"\nweights = { CCL17 = 0.0 }\n', "greater than 0"),
        ('[[axis]]\nname = "Mine"\nweights = { CCL17 = inf }\n', "finite number"),
        ('[[axis]]\nname = "Mine"\nweights = {}\n', "at least 1 item"),
        ('[sources]\nalhpa = "x"\n', "did you mean 'alpha'"),
    ],
)
def test_own_proteins_and_sources_must_belong(tmp_path, more, words):
    with pytest.raises(ExperimentError) as refusal:
        read_definition(write(tmp_path, OWN + more))
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "more"), [("th2-v1", []), ("th2-v2", ["lead_tail"]), ("resemblance-v1", [])]
)
def test_a_model_keeps_what_decides_and_no_words(name, more):
    assert sorted(read_definition(name).deciding()) == sorted([*DECIDING, *more])
    assert not {"sources", "direction_rule", "reference"} & set(DECIDING)

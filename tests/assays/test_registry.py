from stratify.assays import formats
from stratify.assays.registry import known_formats


def test_every_module_of_the_folder_is_a_format():
    names = {path.stem for path in __import__("pathlib").Path(formats.__path__[0]).glob("[a-z]*.py")}
    assert {layout.read.__module__.rpartition(".")[2] for layout in known_formats()} == names


def test_formats_are_asked_in_order_and_have_names_of_their_own():
    ranks = [layout.rank for layout in known_formats()]
    assert ranks == sorted(ranks)
    assert len({layout.name for layout in known_formats()}) == len(ranks)

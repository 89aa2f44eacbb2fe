from stratify.assays.refusal import refuse


def test_refusal_has_three_sentences_and_names_the_table():
    lines = str(refuse("plate.xlsx, sheet INF", "an empty sheet", "fill it")).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["expected", "found", "do"]
    assert lines[1:] == ["found: plate.xlsx, sheet INF: an empty sheet", "do: fill it"]

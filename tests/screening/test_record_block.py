import pandas as pd

from stratify.screening.record_block import BEGIN, END, with_record


def page_of(*parts):
    return with_record(f"<p>kept</p>{BEGIN}{END}<p>end</p>", *parts)


def test_digest_and_overruled_calls_take_their_place_and_make_room_for_later_ones():
    first = page_of([("audit.jsonl", "a" * 64)])
    assert "a" * 64 in first
    assert "overruled" not in first
    row = {"time": "t", "user": "u", "sample_id": "S1", "model_call": "m", "call": "c", "reason": r"\1 why"}
    second = with_record(first, [("audit.jsonl", "b" * 64)], pd.DataFrame([row]))
    assert "a" * 64 not in second
    assert all(word in second for word in ("b" * 64, "S1", r"\1 why", "<p>kept</p>", "<p>end</p>"))
    assert second.count(BEGIN) == second.count(END) == 1


def test_no_text_of_a_reason_becomes_markup_or_ends_the_record():
    row = dict.fromkeys(("time", "user", "sample_id", "model_call", "call"), "x")
    page = page_of([], pd.DataFrame([row | {"reason": f"<script>{END}"}]))
    assert "<script>" not in page
    assert page.count(END) == 1

from __future__ import annotations

import re


def test_from_a_file_to_a_patient(screened):
    findings = screened.get("/findings").text
    assert "candidates.csv" in findings
    assert "<dd>12</dd>" in findings
    results = screened.get("/results").text
    assert "12 of 12 samples" in results
    page = screened.get("/patients/1").text
    assert "What moves the score" in page
    assert "Eligibility to clarify" in page
    sheet = screened.get("/patients/1/sheet").text
    assert "Seen by" in sheet
    assert "<svg" in sheet


def test_heads_of_columns_sort_and_say_so(screened):
    page = screened.get("/results?sort=probability&order=desc").text
    shown = [
        float(value.strip("&gt;<")) for value in re.findall(r'"Probability" class="number">(\S+) <span', page)
    ]
    assert 'aria-sort="descending"' in page
    assert len(shown) == 12
    assert shown == sorted(shown, reverse=True)


def test_a_filter_leaves_one_call(screened):
    page = screened.get("/results?call=indeterminate").text
    rows = re.findall(r'class="call \w+">([^<]+)<', page)
    assert set(rows) == {"indeterminate"}
    assert f"{len(rows)} of 12 samples" in page


def test_without_a_file_there_are_no_results(client):
    for path in ("/findings", "/results", "/patients/1", "/download/results.csv"):
        answer = client.get(path)
        assert answer.status == 404
        assert "drop the file" in answer.refusal["do"]

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


def test_findings_name_a_panel_that_is_missing_and_a_tube_that_differs(new_client, candidates, clinical):
    client = new_client()
    client.get("/")
    kept = [line for line in candidates.splitlines() if b"Cardiovascular II;" not in line]
    levels = b"\n".join([*kept, b""])
    head, *rows = clinical.decode().splitlines()
    sheet = "\n".join([head + ",matrix", *(row + ",EDTA plasma" for row in rows)]).encode()
    page = client.form("/screen", files={"levels": ("x.csv", levels), "clinical": ("y.csv", sheet)}).text
    assert "<strong>Cardiovascular II</strong>. Calls are made without it" in page
    assert "12 of 12 samples" in page
    assert "To settle it: draw the blood again in serum." in page
    assert "<dt>Tube</dt><dd>EDTA (12 samples); the model knows serum</dd>" in page
    assert "y.csv, with 12 of the 12 samples" in page
    assert client.get("/results").text.count(">not to be relied on<") == 12
    for path in ("/patients/1", "/patients/1/sheet"):
        one = client.get(path).text
        assert "ot to be relied on" in one
        assert re.search("nothing of Cardiovascular II[<;]", one)
        assert "EDTA; the model knows serum" in one


def test_what_may_be_called_is_not_disowned_and_a_sheet_that_is_absent_is_said(new_client, candidates):
    client = new_client()
    client.get("/")
    page = client.form("/screen", files={"levels": ("x.csv", candidates)}).text
    assert "<dt>Clinical sheet</dt><dd>none was given</dd>" in page
    assert "not stated (12 samples); the model knows serum" in page
    assert "Panels that are not in it" not in page
    assert "not to be relied on" not in client.get("/results").text
    assert re.search(r"above (all|\d+% of) 32 healthy people", client.get("/patients/1").text)


def test_heads_of_columns_sort_and_say_so(screened):
    page = screened.get("/results?sort=probability&order=desc").text
    cells = re.findall(r'"Probability" class="number">(?:&[lg]t;)?(\S+) <span', page)
    shown = [float(cell) for cell in cells]
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


def test_addresses_of_nobody_are_refused(screened):
    for number in ("0", "13", "-1", "x", "9" * 30, "%C2%B2", "..%2f..%2fetc%2fpasswd"):
        assert screened.get(f"/patients/{number}").status == 404, number


def test_answers_judge_again_and_what_is_not_understood_is_asked_again(new_client, candidates, clinical):
    client = new_client()
    client.get("/")
    files = {"levels": ("c.csv", candidates), "clinical": ("k.csv", clinical)}
    client.form("/screen", files=files)
    before = client.get("/results").text
    page = client.form("/patients/2", {"answer.pregnant": "yes"}).text
    assert "Not eligible" in page
    assert client.get("/results").text.count(">not eligible<") == before.count(">not eligible<") + 1
    wrong = client.form("/patients/3", {"answer.qids_c": "<b>many</b>"})
    assert wrong.status == 422
    assert "1 answer was not understood" in wrong.text
    assert "<b>many" not in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    assert "answered on the page:" in client.get("/patients/2/sheet").text.lower()
    taken_back = client.form("/patients/2", {"answer.pregnant": ""}).text
    assert "Eligibility to clarify" in taken_back


def test_a_refused_file_is_told_in_three_lines_and_leaves_nothing(client):
    client.get("/")
    answer = client.form("/screen", files={"levels": ("notes.txt", b"hello there")})
    assert answer.status == 422
    assert set(answer.refusal) == {"expected", "found", "do"}
    assert client.get("/results").status == 404
    assert client.form("/screen").refusal["found"] == "no file was chosen"


def test_words_of_a_file_never_become_part_of_the_page(new_client, candidates, clinical):
    attack = "<script>alert(1)</script>"
    client = new_client()
    client.get("/")
    levels = candidates.replace(b"N00001", attack.encode())
    table = clinical.replace(b"N00001", attack.encode()).replace(b"P00", b"<img src=x onerror=alert(2)>")
    named = ("'><script>alert(3)</script>.csv", levels)
    client.form("/screen", files={"levels": named, "clinical": ("k.csv", table)})
    pages = ["/", "/findings", "/results", "/patients/1", "/patients/1/sheet", "/download/report.html"]
    texts = [client.get(path).text for path in pages]
    assert "&lt;script&gt;alert(1)" in texts[2]
    assert "&lt;img src=x" in texts[2]
    assert [text for text in texts if "<script>alert" in text or "<img" in text] == []


def test_formulas_in_ids_are_neutral_in_every_table(new_client, candidates, clinical):
    attack = b"=HYPERLINK(1)"
    client = new_client()
    client.get("/")
    files = {
        "levels": ("c.csv", candidates.replace(b"N00001", attack)),
        "clinical": ("k.csv", clinical.replace(b"N00001", attack)),
    }
    client.form("/screen", files=files)
    for name in ("results.csv", "eligibility.csv"):
        lines = client.get(f"/download/{name}").text.splitlines()
        assert lines[1].startswith("'=HYPERLINK(1)"), name


def test_a_session_ends_when_it_is_told_to(new_client, candidates):
    client = new_client()
    client.get("/")
    client.form("/screen", files={"levels": ("c.csv", candidates)})
    assert "data-unsaved" in client.get("/results").text
    client.get("/download/results.csv")
    assert "<body data-unsaved" not in client.get("/results").text
    client.form("/close")
    assert client.get("/results").status == 404


def test_another_browser_sees_nothing(client, screened):
    client.get("/")
    assert client.get("/results").status == 404


def test_a_form_of_another_site_or_session_is_refused(new_client, screened):
    stranger = new_client()
    stranger.get("/")
    token = stranger.form_token
    for form_token in ("", "0" * 64, token):
        answer = screened.form("/close", {"form_token": form_token})
        assert answer.status == 403, form_token
    assert screened.get("/results").status == 200

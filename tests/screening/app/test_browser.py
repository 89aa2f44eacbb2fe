"""The whole job of a coordinator, in a real browser; one server and one browser for all."""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-headless-shell", "google-chrome"))), None
)
PHONE, DESK = {"width": 375, "height": 740}, {"width": 1200, "height": 800}


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium, driven by playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium is installed: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def window(browser, server):
    """A window of somebody new; whatever its console says or it asks of others is a fault."""
    context = browser.new_context(viewport=DESK, base_url=f"http://127.0.0.1:{server[0]}")
    page, said = context.new_page(), []
    page.set_default_timeout(15_000)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if "127.0.0.1" not in request.url else None)
    page.said = said
    yield page
    context.close()


def upload(window, levels, clinical=None):
    window.goto("/")
    window.set_input_files("#levels", str(levels))
    if clinical:
        window.set_input_files("#clinical", str(clinical))
    window.get_by_role("button", name="Check and screen").click()


def serious_faults(window):
    axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe is not installed")
    found = axe.Axe().run(window)["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] != "minor"]


def test_a_coordinator_screens_reads_answers_prints_and_takes_along(window, laboratory, screened):
    upload(window, laboratory / "candidates.csv", laboratory / "clinical.csv")
    window.wait_for_url("**/findings")
    assert window.get_by_role("heading", level=1).inner_text() == "What is in the file"
    window.get_by_role("link", name="See the results").click()
    window.get_by_role("link", name="Probability").click()
    window.wait_for_url("**sort=probability**")  # once the script runs, a choice is a request
    assert window.locator("th[aria-sort=ascending]").inner_text().startswith("Probability")
    window.locator("#call").focus()
    for _ in range(3):  # positive, negative, indeterminate: no step of the keys leaves the page
        window.keyboard.press("ArrowDown")
    assert window.evaluate("document.activeElement.value") == "indeterminate"
    window.get_by_role("button", name="Show").press("Enter")
    window.wait_for_url("**call=indeterminate**")
    assert {*window.locator("td[data-name=Call]").all_inner_texts()} == {"indeterminate"}
    with window.expect_download() as download:
        window.get_by_role("link", name="results.csv").click()
    assert download.value.path().read_bytes() == screened.get("/download/results.csv").body
    window.locator("tbody th a").first.click()
    window.get_by_label("Is the person pregnant?").select_option("yes")
    window.get_by_role("button", name="Judge again").click()
    window.wait_for_url("**answered=1**")
    assert window.evaluate("document.activeElement.innerText") == "Not eligible"
    window.get_by_role("link", name="Sheet to print").click()
    sheet = window.pdf(prefer_css_page_size=True)
    assert sheet.count(b"/Type /Page\n") == 1
    assert window.said == []


def test_the_fullest_sheet_is_one_page_of_paper(window, laboratory):
    """Every question answered so that every rule speaks against the person."""
    upload(window, laboratory / "candidates.csv", laboratory / "clinical.csv")
    window.wait_for_url("**/findings")
    window.goto("/patients/1")
    window.evaluate(
        """() => document.querySelectorAll(".question").forEach((one) => {
            const [field, says] = [one.querySelector("select, input"), one.innerText];
            const wanted = /depressive episode|contraception/.test(says) ? "no" : "yes";
            field.value = field.tagName === "SELECT" ? wanted : /a number/.test(says) ? "0" : "2026-03-31";
        })"""
    )
    window.get_by_role("button", name="Judge again").click()
    window.wait_for_url("**answered=1**")
    assert window.get_by_role("status").inner_text() == "No question is open."
    window.goto("/patients/1/sheet")
    assert window.locator(".sheet li").count() > 40
    assert window.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1


def test_unsaved_work_is_asked_for_before_it_is_lost(window, laboratory):
    upload(window, laboratory / "candidates.csv")
    window.wait_for_url("**/findings")
    window.get_by_role("button", name="End this screening").click()
    dialog = window.get_by_role("dialog")
    assert dialog.is_visible()
    window.keyboard.press("Escape")
    assert window.url.endswith("/findings")
    asked = []
    window.on("dialog", lambda box: (asked.append(box.type), box.accept()))
    window.reload()
    assert asked == ["beforeunload"]
    window.get_by_role("link", name="Results", exact=True).click()  # a page of the server loses nothing
    window.wait_for_url("**/results")
    assert asked == ["beforeunload"]
    window.get_by_role("button", name="End this screening").click()
    dialog.get_by_role("button", name="End it all the same").click()
    window.wait_for_url(lambda url: url.endswith("/"))
    assert window.goto("/results").status == 404


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gisby_serum/serum_npx_level.csv", "all of panel Neurology"),
        ("lvv_cohort1/Cohort1_INF&CDM_Raw.xlsx", "of the score's weight in the file"),
    ],
)
def test_a_real_file_without_the_panels_is_refused_in_plain_words(window, data_dir, name, words):
    if not (data_dir / name).is_file():
        pytest.skip(f"{name} is absent from STRATIFY_DATA_DIR")
    upload(window, data_dir / name)
    alert = window.get_by_role("alert")
    assert words in alert.inner_text()
    window.wait_for_function("document.activeElement.id == 'refusal'")  # the script runs after the page


def test_nothing_hinders_a_screen_reader_in_light_and_dark_at_any_width(window, screened):
    name, value = next(iter(screened.cookies.items()))
    window.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    faults = []
    paths = ("/", "/findings", "/results?sort=call", "/patients/1", "/patients/1/sheet", "/about", "/nothing")
    for number, path in enumerate(paths):
        scheme, size = (("light", DESK), ("dark", PHONE))[number % 2]
        window.emulate_media(color_scheme=scheme)
        window.set_viewport_size(size)
        window.goto(path)
        faults += [(path, *fault) for fault in serious_faults(window)]
        window.set_viewport_size(PHONE)
        assert window.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    assert faults == []


def test_the_keyboard_alone_reaches_a_patient(window, screened):
    name, value = next(iter(screened.cookies.items()))
    window.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    window.goto("/results")
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.className") == "skip"
    for _ in range(40):
        window.keyboard.press("Tab")
        if window.evaluate("document.activeElement.getAttribute('href')") == "/patients/1":
            break
    window.keyboard.press("Enter")
    window.wait_for_url("**/patients/1")


def test_a_phone_sorts_both_ways(window, screened):
    name, value = next(iter(screened.cookies.items()))
    window.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    window.set_viewport_size(PHONE)
    window.goto("/results?call=&sort=magnitude_z")
    window.get_by_label("Order").select_option("largest first")
    window.get_by_role("button", name="Show").click()
    window.wait_for_url("**order=desc**")
    assert "by magnitude, descending" in window.get_by_role("status").inner_text()

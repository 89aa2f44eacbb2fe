"""The pages that people read, judged by axe in a real Chromium; skipped where one of the two is absent."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[1] / "models" / "demo-1"
SERIOUS = {"serious", "critical"}
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
# axe may not change the page that it judges; what it found is written after that
JUDGE = """
axe.run(document, {resultTypes: ["violations"]}).then(found => {
  const told = found.violations.map(one => ({
    id: one.id, impact: one.impact, help: one.help,
    nodes: one.nodes.slice(0, 3).map(node => node.html.slice(0, 160))
  }));
  document.body.innerHTML = "<pre id=found></pre>";
  document.getElementById("found").textContent = JSON.stringify(told);
});
"""


@pytest.fixture(scope="module")
def axe() -> str:
    pytest.importorskip("axe_core_python", reason="axe-core-python is absent: install the development lock")
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser is installed: one of {', '.join(BROWSERS)}")
    return found


@pytest.fixture
def judged(axe, browser, tmp_path):
    """Serious and critical findings of axe in a page."""

    def judge(page: str) -> list[dict[str, object]]:
        opened = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page)
        opened = opened.replace("<details", "<details open")
        copy = tmp_path / "page.html"
        copy.write_text(opened.replace("</body>", f"<script>{axe}</script><script>{JUDGE}</script></body>"))
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'own'}",
        ]
        command += ["--virtual-time-budget=60000", "--dump-dom", copy.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        told = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, flags=re.DOTALL)
        assert told, done.stderr[-2000:]
        return [one for one in json.loads(html.unescape(told[1])) if one["impact"] in SERIOUS]

    return judge


def test_a_page_that_shuts_people_out_is_seen(judged):
    bad = '<html lang="en"><head><title>x</title></head><body><img src="data:,">'
    bad += '<p style="color:#ccc">pale</p></body>'
    assert {"image-alt", "color-contrast"} <= {one["id"] for one in judged(bad)}


def test_the_card_shuts_nobody_out(judged):
    page = (MODEL / "card.html").read_text(encoding="utf-8")
    # thousands of dots take axe a minute and have no text of their own: of a picture its title stays
    light = re.sub(r"(<svg [^>]*>\s*<title[^>]*>[^<]*</title>).*?</svg>", r"\1</svg>", page, flags=re.DOTALL)
    assert len(light) < len(page) / 3
    assert judged(light) == []


def test_a_report_shuts_nobody_out(judged, screened):
    assert judged((screened / "report.html").read_text(encoding="utf-8")) == []


@pytest.fixture(scope="module")
def screened(tmp_path_factory) -> Path:
    from stratify.screening.score import screen
    from stratify.simulation.cohort import fresh_mdd, simulate_study
    from stratify.simulation.design import design_preset
    from stratify.simulation.export import write_npx_long

    folder = tmp_path_factory.mktemp("screened")
    world = simulate_study(design_preset("study"), seed=1).world
    people = fresh_mdd(world, 8, seed=3, controls=True, prevalence=0.5, relative_size=0.9)[0]
    write_npx_long(people, folder / "new.csv")
    screen(MODEL, folder / "new.csv", out=folder / "out")
    return folder / "out"


def test_in_print_each_patient_of_a_report_has_one_sheet(browser, screened, tmp_path):
    paper = tmp_path / "report.pdf"
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'own'}"]
    command += [f"--print-to-pdf={paper}", (screened / "report.html").as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
    assert pages == 8 + 1  # eight patients and the overview

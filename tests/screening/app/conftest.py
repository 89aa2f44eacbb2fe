"""A server on loopback with the committed demo model, and a client that speaks to it as a browser does."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from stratify.assays.files.delivered import Delivered
from stratify.reporting.bundle import load_model
from stratify.screening.app.intake import take_in
from stratify.screening.app.server import listening, make_server
from stratify.screening.app.settings import Settings, allowed_hosts
from stratify.screening.eligibility.rules import read_rules
from stratify.simulation.cohort import fresh_mdd, simulate_study
from stratify.simulation.design import design_preset
from stratify.simulation.export import write_npx_long

ROOT = Path(__file__).parents[3]


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def refusal(self):
        """The three lines, from a page or from JSON."""
        if self.headers["content-type"].startswith("application/json"):
            return self.json
        found = re.findall(r"<dd>(.*?)</dd>", self.text[self.text.index('id="refusal"') :], re.DOTALL)
        return dict(zip(("expected", "found", "do"), found, strict=False))


def multipart(fields=(), files=()):
    """Body and content type of a form."""
    mark = secrets.token_hex(8)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in dict(fields).items()
    ]
    for name, (filename, data) in dict(files).items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


@dataclass
class Client:
    """Keeps cookies, and copies the token of the last page into its forms."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    form_token: str = ""

    def ask(self, method, path, body=b"", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Host": f"127.0.0.1:{self.port}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        if self.cookies and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with contextlib.closing(connection):
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            answer = Answer(
                response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
            )
        if "set-cookie" in answer.headers:
            name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
            self.cookies[name] = value
        if found := re.search(rb'name="form_token" value="([0-9a-f]+)"', answer.body):
            self.form_token = found[1].decode()
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def form(self, path, fields=None, files=None, **headers):
        """Send a form of the page, and follow where it leads."""
        body, kind = multipart({"form_token": self.form_token} | dict(fields or {}), files or {})
        answer = self.ask("POST", path, body, **({"Content_Type": kind} | headers))
        return self.get(answer.headers["location"]) if answer.status == 303 else answer

    def post_json(self, path, content, **headers):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.ask("POST", path, body, Content_Type="application/json", **headers)


@contextlib.contextmanager
def running(loaded, **settings):
    """A server in a thread, until the block ends."""
    found = listening("127.0.0.1", 0)
    port = found.getsockname()[1]
    server = make_server(loaded, Settings(allowed_hosts("127.0.0.1", port), **settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [found]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield port, server.config.app.state.service
    finally:
        server.should_exit = True
        thread.join()
        found.close()


@pytest.fixture(scope="session")
def demo():
    return load_model(ROOT / "models" / "demo-1")


@pytest.fixture(scope="session")
def rules():
    return read_rules("dupilumab-mdd")


@pytest.fixture(scope="session")
def _folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    study = simulate_study(design_preset("study"), seed=1)
    people = fresh_mdd(study.world, 12, seed=5, controls=True, prevalence=0.5, relative_size=0.9)[0]
    write_npx_long(people, folder / "candidates.csv")
    samples = people.obs_names[people.obs["sample_type"] == "sample"]
    lines = [f"{s},P{i:02d},{20 + i},F" for i, s in enumerate(samples)]
    table = "sample_id,patient_id,age,sex\n" + "\n".join(lines) + "\n"
    (folder / "clinical.csv").write_text(table, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def candidates(_folder):
    """Twelve simulated candidates of the demo model's world, with control and bridge rows."""
    return (_folder / "candidates.csv").read_bytes()


@pytest.fixture(scope="session")
def clinical(_folder):
    return (_folder / "clinical.csv").read_bytes()


@pytest.fixture(scope="session")
def laboratory(_folder):
    return _folder


@pytest.fixture(scope="session")
def server(demo, rules):
    """One server with rules of a trial for all tests that need no other."""
    with running(demo, rules=rules) as (port, service):
        yield port, service


@pytest.fixture
def new_client(server):
    """Opens a browser that the server does not know yet."""
    return lambda: Client(server[0])


@pytest.fixture
def client(new_client):
    return new_client()


@pytest.fixture
def serve(demo):
    """Run a server with settings of its own, and give a client of it and its memory."""
    with contextlib.ExitStack() as stack:

        def start(**settings):
            port, service = stack.enter_context(running(demo, **settings))
            return Client(port), service

        yield start


@pytest.fixture(scope="session")
def _screened(server, candidates, clinical):
    client = Client(server[0])
    client.get("/")
    files = {"levels": ("candidates.csv", candidates), "clinical": ("clinical.csv", clinical)}
    assert client.form("/screen", files=files).status == 200
    return client


@pytest.fixture
def screened(_screened):
    """A session in which the candidates were screened; tests leave it as it is."""
    return _screened


@pytest.fixture(name="multipart")
def _multipart():
    return multipart


@pytest.fixture(scope="session")
def delivered(candidates, clinical):
    """Levels and clinical table in memory."""
    return Delivered("candidates.csv", candidates), Delivered("clinical.csv", clinical)


@pytest.fixture(scope="session")
def _taken_in(demo, rules, delivered):
    return take_in(demo, Settings((), rules=rules), *delivered)


@pytest.fixture
def taken_in(_taken_in):
    """Make a session in which the candidates were screened; each is its own."""
    return lambda: replace(_taken_in, answers={})

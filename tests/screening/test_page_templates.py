import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.bccache import Bucket

from stratify.screening import page_templates as room
from stratify.screening.page_templates import BesideByteCode, page_templates
from stratify.screening.record_block import BEGIN, END, with_record


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder for byte code, and templates that nobody compiled."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "bytecode"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    page_templates.cache_clear()
    yield tmp_path / "bytecode"
    page_templates.cache_clear()


def record_page():
    page_templates.cache_clear()
    return with_record(f"{BEGIN}{END}", [("audit.jsonl", "a" * 64)])


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def compiled(monkeypatch):
    """Names of the templates that are compiled from now on."""
    names, compile_template = [], Environment.compile

    def noted(environment, source, name=None, *rest, **options):
        names.append(name)
        return compile_template(environment, source, name, *rest, **options)

    monkeypatch.setattr(Environment, "compile", noted)
    return names


def test_a_template_is_compiled_once_for_all_runs(folder, monkeypatch):
    names = compiled(monkeypatch)
    first = record_page()
    assert names == ["record.html"]
    assert record_page() == first
    assert names == ["record.html"]
    (file,) = kept(folder)
    assert file.name == f"record.html.{sys.implementation.cache_tag}.jinja"


def test_code_lies_in_the_folder_of_byte_code_that_is_never_committed():
    key = BesideByteCode().get_cache_key("page.html", "/rooms/templates/page.html")
    if sys.pycache_prefix is None:
        assert Path(key).parent == Path("/rooms/templates/__pycache__")
    assert key.endswith(".jinja")


def cut(content):
    return content[: len(content) // 2]


def flipped(content):
    return content[:-9] + bytes([content[-9] ^ 255]) + content[-8:]


@pytest.mark.parametrize(
    "damage", [cut, flipped, lambda content: b"", lambda content: content[:32] + b"x" * 200]
)
def test_damaged_code_is_compiled_anew_and_replaced(folder, monkeypatch, damage):
    first = record_page()
    (file,) = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    names = compiled(monkeypatch)
    assert record_page() == first
    assert names == ["record.html"]
    assert file.read_bytes() == whole


def test_code_of_another_syntax_is_not_taken(folder, monkeypatch):
    record_page()
    monkeypatch.setattr(room, "_SYNTAX", {"trim_blocks": False})
    names = compiled(monkeypatch)
    record_page()
    assert names == ["record.html"]


def test_code_of_another_text_is_not_taken(folder):
    cache = BesideByteCode()
    assert cache.get_source_checksum("a") != cache.get_source_checksum("b")


def test_where_python_writes_no_byte_code_there_is_none(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    record_page()
    assert kept(folder) == []


def test_a_folder_that_cannot_be_written_is_silent(folder):
    folder.write_text("no folder", encoding="utf-8")
    assert "a" * 64 in record_page()
    assert folder.read_text(encoding="utf-8") == "no folder"


def test_many_writers_at_once_leave_whole_code(folder):
    cache = BesideByteCode()
    bucket = Bucket(page_templates("templates"), cache.get_cache_key("page.html"), "c" * 64)
    bucket.code = compile(f"text = {'x' * 2_000_000!r}", "page", "exec")
    cache.dump_bytecode(bucket)
    (file,) = kept(folder)
    whole = file.read_bytes()
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(cache.dump_bytecode, bucket) for _ in range(20)]
        seen = [file.read_bytes() == whole for _ in range(50)]
    assert all(seen)
    assert [writer.result() for writer in writers] == [None] * 20
    assert kept(folder) == [file]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0.00"), (0.001, "<0.01"), (0.5, "0.50"), (0.999, ">0.99"), (1.0, "1.00")]
)
def test_rounding_never_claims_certainty(value, text):
    assert room._two(value) == text

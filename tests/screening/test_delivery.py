import pytest

from stratify.errors import ScreeningError
from stratify.screening.delivery import delivered, refuse_foreign_folder


def write(out, *names, text="new"):
    with delivered(out) as part:
        for name in names:
            (part / name).write_text(text)


def write_half(out):
    with delivered(out) as part:
        (part / "results.csv").write_text("half")
        raise ZeroDivisionError


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_folder_appears_with_all_its_files(tmp_path):
    write(tmp_path / "deep" / "out", "results.csv", "report.html")
    assert names(tmp_path / "deep" / "out") == ["report.html", "results.csv"]
    assert names(tmp_path / "deep") == ["out"]


def test_failure_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError):
        write_half(tmp_path / "out")
    assert names(tmp_path) == []


def test_failure_leaves_an_earlier_screening_as_it_was(tmp_path):
    out = tmp_path / "out"
    write(out, "results.csv", text="old")
    with pytest.raises(ZeroDivisionError):
        write_half(out)
    assert (out / "results.csv").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_earlier_screening_is_replaced_and_other_files_are_kept(tmp_path):
    out = tmp_path / "out"
    write(out, "results.csv", "patients.csv", text="old")
    (out / "notes.txt").write_text("mine")
    write(out, "results.csv", "report.html")
    assert names(out) == ["notes.txt", "report.html", "results.csv"]
    assert (out / "results.csv").read_text() == "new"


def test_folder_with_other_content_is_refused(tmp_path):
    refuse_foreign_folder(tmp_path / "absent")
    refuse_foreign_folder(tmp_path)
    (tmp_path / "thesis.docx").write_text("")
    with pytest.raises(ScreeningError, match="folder with other files"):
        refuse_foreign_folder(tmp_path)
    with pytest.raises(ScreeningError, match="is a file"):
        refuse_foreign_folder(tmp_path / "thesis.docx")
    (tmp_path / "results.csv").write_text("")
    refuse_foreign_folder(tmp_path)


def test_what_would_stop_the_delivery_half_way_is_refused_before(tmp_path):
    out = tmp_path / "out"
    write(out, "results.csv")
    (out / "report.html").mkdir()
    with pytest.raises(ScreeningError, match="other files"):
        refuse_foreign_folder(out)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ScreeningError):
        refuse_foreign_folder(tmp_path / "link")

import shutil

import pandas as pd
import pytest

from stratify.errors import ScreeningError
from stratify.screening.audit import records
from stratify.screening.audit_file import folder_log, verify_audit
from stratify.screening.overrides import override
from stratify.screening.score import screen


@pytest.fixture(scope="session")
def screened(model_folder, _arrivals, tmp_path_factory):
    from stratify.simulation.export import write_npx_long

    folder = tmp_path_factory.mktemp("screened")
    write_npx_long(_arrivals, folder / "new.csv")
    screen(model_folder, folder / "new.csv", out=folder / "out")
    return folder


@pytest.fixture
def out(screened, tmp_path):
    shutil.copytree(screened / "out", tmp_path / "out")
    return tmp_path / "out"


def calls(out):
    return pd.read_csv(out / "results.csv", index_col="sample_id")["call"]


def test_the_models_answer_stays_and_the_clinicians_stands_beside_it(out, tmp_path):
    before = (out / "results.csv").read_bytes()
    sample = calls(out).eq("indeterminate").idxmax()
    override(
        out, sample, call="Th2-skewed", reason="eczema\nsince childhood", audit_log=tmp_path / "all.jsonl"
    )
    again = override(out, sample, call="not Th2-skewed", reason="it was psoriasis")
    assert (out / "results.csv").read_bytes() == before
    written = pd.read_csv(out / "overrides.csv")
    pd.testing.assert_frame_equal(written, again)
    assert written["model_call"].tolist() == ["indeterminate"] * 2
    assert written["reason"].tolist() == ["eczema since childhood", "it was psoriasis"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("eczema since childhood") == page.count("it was psoriasis") == 1
    lines, head = verify_audit(out)
    assert lines == 3
    assert head in page
    assert verify_audit(tmp_path / "all.jsonl")[0] == 1


def test_the_log_names_the_sample_and_binds_the_rest_by_digest(out):
    sample = calls(out).index[0]
    other = "Th2-skewed" if calls(out)[sample] != "Th2-skewed" else "indeterminate"
    override(out, sample, call=other, reason="a secret of the patient")
    log = folder_log(out)
    assert "secret" not in log
    assert records(log)[-1]["sample_id"] == sample
    (out / "overrides.csv").write_text((out / "overrides.csv").read_text().replace("secret", "matter"))
    with pytest.raises(ScreeningError, match=r"overrides\.csv as the log says"):
        verify_audit(out)


def test_a_screening_of_which_a_call_was_overruled_is_not_replaced(out, screened, model_folder):
    override(out, calls(out).eq("indeterminate").idxmax(), call="Th2-skewed", reason="why")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(ScreeningError, match="no call was overruled"):
        screen(model_folder, screened / "new.csv", out=out)
    assert before == {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.mark.parametrize(
    ("sample", "call", "reason", "message"),
    [
        ("nobody", "Th2-skewed", "why", "no sample 'nobody'"),
        (None, "perhaps", "why", "'perhaps'"),
        (None, "indeterminate", "why", "another call"),
        (None, "Th2-skewed", " \n", "0 characters"),
        (None, "Th2-skewed", "x" * 1001, "1001 characters"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_is_written(out, sample, call, reason, message):
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    chosen = sample or calls(out).eq("indeterminate").idxmax()
    with pytest.raises(ScreeningError, match=message):
        override(out, chosen, call=call, reason=reason)
    assert before == {path.name: path.read_bytes() for path in out.iterdir()}


def test_a_folder_that_is_no_screening_or_was_changed_is_refused(out, tmp_path):
    with pytest.raises(ScreeningError, match=r"without results\.csv"):
        override(tmp_path, "S1", call="Th2-skewed", reason="why")
    (out / "results.csv").write_text((out / "results.csv").read_text().replace("indeterminate", "Th2-skewed"))
    with pytest.raises(ScreeningError, match=r"results\.csv as the log says"):
        override(out, calls(out).index[0], call="indeterminate", reason="why")

from __future__ import annotations

from stratify.errors import ScreeningError
from stratify.screening.app.refusal import RequestError, no_screening, status_of


def test_refusals_have_the_status_of_their_kind():
    assert status_of(RequestError(413, "less", "more", "send less")) == 413
    assert status_of(ScreeningError("a", "b", "c")) == 422
    assert status_of(no_screening()) == 404
    assert "drop the file" in no_screening().do

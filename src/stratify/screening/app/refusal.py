"""Refusals of a request, each with the status of its answer."""

from __future__ import annotations

from stratify.errors import StratifyError


class RequestError(StratifyError):
    """A request that is not answered.

    Parameters
    ----------
    status : int
        Of the answer.
    expected, found, do : str
        As in every refusal.
    """

    def __init__(self, status: int, expected: str, found: str, do: str) -> None:
        super().__init__(expected, found, do)
        self.status = status


def status_of(error: StratifyError) -> int:
    """Status of the answer to a refused request.

    Parameters
    ----------
    error : StratifyError
        Why it is refused.

    Returns
    -------
    int
        That of a `RequestError`, else 422: what was sent was understood and can not be scored.
    """
    return error.status if isinstance(error, RequestError) else 422


def no_screening() -> RequestError:
    """Refuse a page of results where there are none."""
    return RequestError(
        404,
        "a file that was screened in this session",
        "none: none was given yet, or the session ended",
        "drop the file on the first page",
    )

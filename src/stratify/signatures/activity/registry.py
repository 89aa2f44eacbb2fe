"""All methods of pathway activity by name."""

from __future__ import annotations

from stratify.errors import ExperimentError, nearest
from stratify.signatures.activity import gsva, mean_z, plage, rank_score, ssgsea
from stratify.signatures.activity.method import Method

METHODS: dict[str, Method] = {
    module.METHOD.name: module.METHOD for module in (mean_z, gsva, ssgsea, plage, rank_score)
}


def method_named(name: str) -> Method:
    """Look a method up.

    Parameters
    ----------
    name : str
        ``z``, ``gsva``, ``ssgsea``, ``plage`` or ``rank``.

    Returns
    -------
    Method

    Raises
    ------
    ExperimentError
        When there is none of that name.

    Examples
    --------
    >>> method_named("gsva").doi
    '10.1186/1471-2105-14-7'
    """
    if name not in METHODS:
        raise ExperimentError(
            "a method of pathway activity", f"{name!r}", f"name another; {nearest(name, list(METHODS))}"
        )
    return METHODS[name]

"""Assays that control the measurement itself: incubation, extension, amplification, detection."""

from __future__ import annotations

import re

_BY_NAME = re.compile(
    r"^(inc(ubation)?|det(ection)?|ext(ension)?|amp(lification)?)[ _]?(ctrl|control)\b", re.IGNORECASE
)
_BY_TYPE = re.compile(r"ctrl|control", re.IGNORECASE)
_EXTENSION = re.compile(r"^ext", re.IGNORECASE)


def is_internal_control(name: str, kind: str = "") -> bool:
    """Say whether an assay measures no protein but one of the vendor's internal controls.

    Parameters
    ----------
    name : str
        The vendor's name of the assay.
    kind : str, default ""
        The vendor's type of the assay, which wins where the file states it.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_internal_control("Inc Ctrl 1"), is_internal_control("Control 3", "ext_ctrl")
    (True, True)
    >>> is_internal_control("EXT1"), is_internal_control("IL6", "assay")
    (False, False)
    """
    return bool(_BY_TYPE.search(kind)) if kind else bool(_BY_NAME.match(name))


def is_extension_control(name: str, kind: str = "") -> bool:
    """Say whether an assay is the extension control, by which counts are normalised.

    Parameters
    ----------
    name, kind : str
        As for `is_internal_control`.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_extension_control("Extension control 1"), is_extension_control("Amp Ctrl")
    (True, False)
    """
    return is_internal_control(name, kind) and bool(_EXTENSION.match(kind or name))

from __future__ import annotations

import pytest

from stratify.assays.layouts.internal_controls import is_extension_control, is_internal_control
from stratify.assays.proteins.panels import target96


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Inc Ctrl 1", ""),
        ("Det Ctrl", ""),
        ("Extension control 3", ""),
        ("Incubation control 1", "inc_ctrl"),
        ("any", "amp_ctrl"),
    ],
)
def test_internal_controls(name, kind):
    assert is_internal_control(name, kind)
    assert is_extension_control(name, kind) == (name.startswith("Ext"))


def test_no_protein_is_one():
    assert not any(map(is_internal_control, target96()["assay"]))
    assert not is_internal_control("Extension control", "assay")

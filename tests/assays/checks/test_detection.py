from __future__ import annotations

import pytest

from stratify.assays.checks.detection import hidden_assays, hidden_samples
from stratify.assays.checks.patients import Patients


def test_an_assay_below_its_limit_in_most_samples(make):
    table = make(20)
    table.layers["lod"][:11, 3] = 99
    table.layers["lod"][:10, 4] = 99
    (finding,) = hidden_assays(Patients(table))
    assert (finding.code, finding.severity, finding.axis) == ("below-lod", "info", "assay")
    assert finding.items == ("A3",)


def test_the_vendor_s_share_speaks_where_there_are_no_limits(make):
    table = make(20)
    del table.layers["lod"]
    table.var["missing_frequency"] = [0.9, 0.2] + [0.0] * 78
    assert hidden_assays(Patients(table))[0].items == ("A0",)
    assert hidden_samples(Patients(table)) == []


def test_a_sample_below_limits_that_others_exceed(make):
    table = make(20)
    table.layers["lod"][4] = 99
    table.layers["lod"][5, :30] = 99
    (finding,) = hidden_samples(Patients(table))
    assert (finding.code, finding.severity, finding.items) == ("sample-below-lod", "warning", ("S4",))


def test_assays_that_nobody_shows_make_no_sample_suspect(make):
    table = make(20)
    table.layers["lod"][:, :60] = 99
    assert hidden_samples(Patients(table))[0].items == ()


@pytest.mark.parametrize("look", [hidden_assays, hidden_samples])
def test_one_sample_alone_does_not_tell(make, look):
    table = make(1)
    table.layers["lod"][:] = 99
    assert look(Patients(table)) == []

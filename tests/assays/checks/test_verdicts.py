from __future__ import annotations

from stratify.assays.checks.patients import Patients
from stratify.assays.checks.verdicts import laboratory_verdicts


def test_failed_and_warned_samples_of_people_only(make):
    table = make(4)
    table.obs["sample_type"] = ["sample"] * 3 + ["control"]
    table.obs["qc"] = ["pass", "warn", "fail", "fail"]
    fail, warn = laboratory_verdicts(Patients(table))
    assert (fail.code, fail.severity, fail.items) == ("qc-fail", "error", ("S2",))
    assert (warn.code, warn.severity, warn.items) == ("qc-warning", "warning", ("S1",))


def test_a_file_without_verdicts_condemns_nobody(make):
    assert [finding.items for finding in laboratory_verdicts(Patients(make(4)))] == [(), ()]

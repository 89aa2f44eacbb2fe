from stratify.assays.finding import Finding


def test_a_finding_counts_all_items_and_shows_the_first_few():
    finding = Finding("qc-fail", "error", tuple(f"S{i}" for i in range(9)), "measure them again")
    assert finding.count == 9
    assert finding.examples == ("S0", "S1", "S2", "S3", "S4")


def test_a_finding_is_written_with_the_declared_keys_only():
    facts = Finding("below-lod", "info", ("IL4",), "kept", "assay").as_dict()
    assert facts == {
        "code": "below-lod",
        "severity": "info",
        "count": 1,
        "examples": ["IL4"],
        "remedy": "kept",
    }

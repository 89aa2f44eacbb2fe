from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.learning.label_spread import Meeting, PairSpread, Spread
from stratify.learning.predictability import Predictability
from stratify.learning.probe_facts import Alone, Probe
from stratify.learning.probe_findings import holm, probe_findings, still_learned, unbalanced

SEEN = Predictability("AUC", 0.9, 0.8, 1.0, 0.002, 499, 100)
UNSEEN = Predictability("AUC", 0.5, 0.4, 0.6, 0.8, 12, 100)
FAINT = Predictability("AUC", 0.57, 0.52, 0.62, 0.002, 499, 600)


def pair(strength, p, *meetings, first="case", second="control"):
    return PairSpread(first, second, 20, 20, strength, p, tuple(Meeting(*m) for m in meetings))


def spread(*pairs, column="site", role="batch", measure="Cramér's V"):
    return Spread(column, role, measure, pairs[0].strength, pd.DataFrame(), pairs)


APART = pair(1.0, 0.0005)
UNEVEN = pair(0.5, 0.0005, ("Kiel", 6, 9))
EVEN = pair(0.05, 0.6, ("Kiel", 10, 10))


def findings(probes=(), spreads=(), alone=(), label="group"):
    columns = [one.column for one in spreads]
    return {finding.code: finding for finding in probe_findings(label, columns, probes, spreads, alone)}


def test_a_label_that_shares_no_batch_is_an_error():
    found = findings(spreads=[spread(APART)])["label-confounded"]
    assert found.severity == "error"
    assert found.items == ("site",)
    assert "share no site" in found.remedy
    assert "samples of both groups" in found.remedy


def test_an_uneven_batch_is_a_warning_that_names_where_both_are():
    found = findings(spreads=[spread(UNEVEN)])["label-confounded"]
    assert found.severity == "warning"
    assert "case and control meet in Kiel (6 and 9)" in found.remedy
    assert "adjust for site" in found.remedy


@pytest.mark.parametrize("met", [(1, 9), (9, 4)])
def test_a_handful_of_people_at_one_place_does_not_separate_groups(met):
    found = findings(spreads=[spread(pair(0.98, 0.0005, ("Kiel", *met)))])["label-confounded"]
    assert found.severity == "error"
    assert "samples of both groups from one place are needed" in found.remedy


def test_a_batch_that_shows_only_between_the_groups_may_be_the_groups():
    seen = Probe("site", "batch", SEEN, within=UNSEEN)
    tied = findings([seen], [spread(UNEVEN)])["batch-visible"]
    assert tied.severity == "info"
    assert "the groups themselves" in tied.remedy
    assert findings([seen], [spread(EVEN)])["batch-visible"].severity == "warning"


def test_a_covariate_that_separates_is_a_warning():
    found = findings(spreads=[spread(APART, column="age", role="covariate", measure="eta squared")])
    assert found["label-confounded"].severity == "warning"


def test_an_even_spread_is_no_finding():
    assert findings(spreads=[spread(EVEN)]) == {}


@pytest.mark.parametrize("strange", [pair(0.2, 0.0005, ("Kiel", 5, 9)), pair(0.5, 0.2, ("Kiel", 5, 9))])
def test_small_or_uncertain_imbalance_is_no_finding(strange):
    assert findings(spreads=[spread(strange)]) == {}


def test_p_values_are_corrected_over_all_pairs_and_columns():
    many = [spread(EVEN, column=f"c{i}") for i in range(30)]
    edge = pair(0.5, 0.01, ("Kiel", 3, 9))
    assert "label-confounded" in findings(spreads=[spread(edge)])
    assert findings(spreads=[spread(edge), *many]) == {}


def test_pairs_that_are_comparable_are_named():
    comparable = pair(0.02, 0.9, ("Kiel", 9, 9), second="other")
    one = spread(UNEVEN, comparable)
    told = still_learned(one, unbalanced([one])["site"])
    assert told == "case and control meet in Kiel (6 and 9); no imbalance was found for case vs other"


def test_batches_are_warned_of_and_covariates_mentioned():
    probes = [Probe("plate", "batch", SEEN, UNSEEN), Probe("sex", "covariate", SEEN)]
    found = findings(probes=probes)
    assert found["batch-visible"].severity == "warning"
    assert "AUC 0.90 (0.80 to 1.00, p < 0.005), within groups 0.50" in found["batch-visible"].remedy
    assert found["covariate-visible"].severity == "info"


def test_a_covariate_that_is_seen_and_tied_to_the_label_is_warned_of():
    tied = spread(
        pair(0.4, 0.0005, ("50 to 60", 4, 4)), column="age", role="covariate", measure="eta squared"
    )
    found = findings(probes=[Probe("age", "covariate", SEEN)], spreads=[tied])
    assert found["covariate-visible"].severity == "warning"
    assert "adjust for age" in found["covariate-visible"].remedy


@pytest.mark.parametrize("quiet", [UNSEEN, FAINT])
def test_what_is_not_seen_or_hardly_is_no_finding(quiet):
    assert findings(probes=[Probe("plate", "batch", quiet)]) == {}


def test_columns_that_separate_only_together_are_told_once():
    alone = [Alone("case", "control", SEEN)]
    assert findings(spreads=[spread(EVEN)], alone=alone)["label-predictable"].items == ("site",)
    assert "label-predictable" not in findings(spreads=[spread(UNEVEN)], alone=alone)


def test_errors_come_first():
    codes = list(findings(probes=[Probe("plate", "batch", SEEN)], spreads=[spread(APART)]))
    assert codes == ["label-confounded", "batch-visible"]


def test_correction_of_holm_by_hand():
    assert holm([0.04, 0.01, 0.03, 0.5]) == pytest.approx([0.09, 0.04, 0.09, 0.5])
    assert holm([]).shape == (0,)
    assert np.all(holm([0.9, 0.8]) <= 1)

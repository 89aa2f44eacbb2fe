from stratify.assays.finding_titles import TITLES, title
from stratify.assays.policy import default_policy


def test_every_finding_that_a_policy_can_name_has_a_title_of_its_own():
    assert set(TITLES) == set(default_policy().actions)
    assert len(set(TITLES.values())) == len(TITLES)


def test_an_unknown_code_speaks_for_itself():
    assert title("something-new") == "something-new"

from __future__ import annotations

import json

from stratify.datasets import dataset_names


def test_fetch_without_a_name_lists_all_data_sets(stratify):
    code, out, _ = stratify("fetch")
    assert code == 0
    assert [line.partition(":")[0] for line in out.splitlines()] == dataset_names()
    known = json.loads(stratify("fetch", "--json")[1])
    assert all({"name", "licence", "citation", "files"} <= set(entry) for entry in known)

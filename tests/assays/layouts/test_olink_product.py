from __future__ import annotations

import pytest

from stratify.assays.layouts.olink_product import olink_product
from stratify.errors import AssayFileError


@pytest.mark.parametrize(
    ("ids", "panels", "metadata", "product"),
    [
        (["OID00471", ""], ["Olink Target 96 Inflammation(v.3022)"], {}, "Olink Target 96"),
        (["OID01213"], ["Target 48 Cytokine"], {}, "Olink Target 48"),
        (["OID20471", "OID31500"], ["Inflammation", "Inflammation_II"], {}, "Olink Explore"),
        ([""], ["Explore 384 Oncology"], {}, "Olink Explore"),
        (["OID40001"], [""], {}, "Olink Explore HT"),
        (["OID40001"], ["Explore_HT"], {}, "Olink Explore HT"),
        (["OID40001"], ["Reveal"], {}, "Olink Reveal"),
        (["OID40001"], ["Panel"], {"Product": "Reveal"}, "Olink Reveal"),
        (["OID20001"], ["Panel"], {"ProductType": "Explore 3072"}, "Olink Explore"),
        (["OID20001"], ["ABCD-EFGH"], {"Product": "NA"}, "Olink Flex"),
        ([], [], {}, "Olink Target 96"),
    ],
)
def test_product(ids, panels, metadata, product):
    assert olink_product(ids, panels, metadata, "x.csv") == product


@pytest.mark.parametrize(
    ("ids", "panels"),
    [(["OID00471", "OID20471"], ["Inflammation"]), ([], ["Explore HT", "Target 96 CVD II"])],
)
def test_two_products_in_one_table_are_refused(ids, panels):
    with pytest.raises(AssayFileError, match=r"Olink Explore.* and Olink Target 96"):
        olink_product(ids, panels, {}, "x.csv")

from stratify.signatures.protein_set import ProteinSet, set_name


def test_a_set_has_its_name_and_its_proteins():
    own = ProteinSet("Th2", (("CCL17", 2.0), ("Q99616", 1.0)))
    assert (set_name(own), set_name("Th1")) == ("Th2", "Th1")
    assert own.proteins == ("CCL17", "Q99616")
    assert hash(own) == hash(ProteinSet("Th2", (("CCL17", 2.0), ("Q99616", 1.0))))

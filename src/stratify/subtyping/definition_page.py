"""A definition as one readable page, and as plain facts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from stratify.signatures.pathways import pathway_rows
from stratify.signatures.protein_set import ProteinSet
from stratify.subtyping.definition import Definition

UNSOURCED = "not stated"
WORDS = {
    "reference": "Reference group",
    "direction_rule": "Direction",
    "lead_tail": "Bound on a rival's lead",
    "alpha": "Rarity",
    "healthy_tail": "Healthy bound",
    "smallest_relevant_size": "Smallest relevant size",
    "least_weight_covered": "Measured",
    "axis_percentile": "Axis rule",
    "prior": "Trusted sooner",
}


def axis_proteins(definition: Definition, axis: str) -> pd.DataFrame:
    """Proteins of an axis with their weights.

    Parameters
    ----------
    definition : Definition
        Names the axis, and may bring its own proteins.
    axis : str
        One of its axes, or of its prior.

    Returns
    -------
    DataFrame
        Columns ``gene, uniprot, weight, source, confidence``, one row a protein.

    Raises
    ------
    ExperimentError
        An axis that is no shipped pathway and has no proteins in the definition.

    Examples
    --------
    >>> from stratify.subtyping.definition import read_definition
    >>> axis_proteins(read_definition("th2-v1"), "Th1")["gene"].head(2).tolist()
    ['IFNG', 'CXCL9']
    """
    pathway = definition.pathway(axis)
    if isinstance(pathway, ProteinSet):
        rows = [
            (name, "", weight, definition.sources.get("axis", ""), "") for name, weight in pathway.weights
        ]
        return pd.DataFrame(rows, columns=["gene", "uniprot", "weight", "source", "confidence"])
    table = pathway_rows(pathway)[["gene", "uniprot", "source", "confidence"]].reset_index(drop=True)
    table.insert(2, "weight", 1.0)
    return table


def definition_facts(definition: Definition) -> dict[str, Any]:
    """Everything that the page says, for machines.

    Parameters
    ----------
    definition : Definition
        Any.

    Returns
    -------
    dict
        The keys of the definition, ``axis_proteins`` by axis, and ``unsourced``: keys without a source.
    """
    named = dict.fromkeys([*definition.axes, *definition.prior])
    stated = definition.model_dump(mode="json", exclude={"axis"})
    return stated | {
        "direction_rule": definition.direction_in_words(),
        "axis_proteins": {axis: axis_proteins(definition, axis).to_dict("records") for axis in named},
        "unsourced": [key for key in _sourced(definition) if not _source(definition, key)],
    }


def definition_page(definition: Definition) -> str:
    """Write a definition as one page of Markdown.

    Parameters
    ----------
    definition : Definition
        Any.

    Returns
    -------
    str

    Examples
    --------
    >>> from stratify.subtyping.definition import read_definition
    >>> definition_page(read_definition("th2-v1")).splitlines()[2][:61]
    '**Th2-skewed (v1) means:** The serum profile resembles atopic'
    """
    lines = [f"# {definition.title}", "", f"**{definition.title} means:** {definition.meaning}", ""]
    lines += [f"Source of this meaning: {_source(definition, 'meaning') or UNSOURCED}.", ""]
    lines += ["| What | Rule | Source |", "|---|---|---|"]
    for key, sentence in _rules(definition).items():
        lines.append(_row(WORDS[key], sentence, _source(definition, key) or UNSOURCED))
    for axis in dict.fromkeys([*definition.axes, *definition.prior]):
        lines += ["", *_axis_lines(definition, axis)]
    if not definition.axes:
        lines += ["", "No axes are compared."]
    return "\n".join(lines) + "\n"


def _rules(definition: Definition) -> dict[str, str]:
    d = definition
    rules = {
        "reference": d.reference,
        "direction_rule": d.direction_in_words(),
        "alpha": f"conformal p of at most {d.alpha:g} against the people without the reference disease",
        "healthy_tail": f"beyond the t-predictive bound (tail {d.healthy_tail:g}) of the reference people's "
        "out-of-fold scores",
        "smallest_relevant_size": f"{d.smallest_relevant_size:g}; 1 is the mean difference between the "
        "reference disease and the reference group. Below it a patient is called not skewed",
        "least_weight_covered": f"at least {100 * d.least_weight_covered:g}% of the score's weight",
    }
    if d.lead_tail:
        rules["lead_tail"] = f"t-predictive, tail {d.lead_tail:g} shared among {len(d.axes) - 1} rival axes"
    if d.lead:
        rules["axis_percentile"] = (
            f"where this definition itself labels people: {d.lead} above {100 * d.axis_percentile:g}% of the "
            "reference people and above every other axis"
        )
    return rules | {"prior": ", ".join(d.prior) or "no protein"}


def _axis_lines(definition: Definition, axis: str) -> list[str]:
    table = axis_proteins(definition, axis)
    part = "leads" if axis == definition.lead else "compared" if axis in definition.axes else "prior only"
    own = "own" if any(one.name == axis for one in definition.axis) else "shipped"
    lines = [f"## {axis}: {part}, {len(table)} proteins ({own})", ""]
    lines += ["| Protein | UniProt | Weight | Source | Confidence |", "|---|---|---:|---|---|"]
    for row in table.itertuples():
        source = row.source or UNSOURCED
        lines.append(_row(row.gene, row.uniprot, f"{row.weight:g}", source, row.confidence or UNSOURCED))
    return lines


def _sourced(definition: Definition) -> list[str]:
    return [
        key for key in Definition.model_fields if key != "sources" and getattr(definition, key) is not None
    ]


def _source(definition: Definition, key: str) -> str:
    return definition.sources.get(key, "").rstrip(".")


def _row(*cells: Any) -> str:
    return "| " + " | ".join(" ".join(str(cell).split()).replace("|", "\\|") for cell in cells) + " |"

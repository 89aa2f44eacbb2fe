"""What a subtype is: a versioned definition in TOML."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from stratify.errors import ExperimentError, listed, nearest
from stratify.signatures.protein_set import Pathway, ProteinSet
from stratify.subtyping.refusals import explain_validation

Share = Annotated[float, Field(gt=0, lt=1)]
Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]

DECIDING = (
    *("name", "version", "meaning", "axes", "lead", "prior"),
    *("alpha", "healthy_tail", "smallest_relevant_size", "least_weight_covered"),
)


class OwnAxis(BaseModel):
    """Proteins of an axis that a definition states itself, in place of the shipped pathway of that name.

    Parameters
    ----------
    name : str
        As ``axes`` or ``prior`` names it.
    weights : dict of str to float
        Gene symbol or UniProt accession to a positive weight.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    weights: dict[str, Weight] = Field(min_length=1)


class Definition(BaseModel):
    """A subtype's definition; every call can be traced to one.

    Parameters
    ----------
    name : str
        The positive call is written ``name`` where it ends in "-skewed" or "-like", else ``<positive>-like``.
    version : int
        Raised whenever a call could change.
    meaning : str
        What a positive call says, in one sentence.
    axes, prior : tuple of str
        Pathways; ``axes`` are compared, ``prior`` proteins are trusted sooner.
    lead : str
        The axis that must lead for a flag; empty when none is asked for.
    lead_tail : float, optional
        Where given, the axis need not lead: no rival may lie further ahead of it than the healthy people's
        t-predictive bound with this tail, shared among the rivals.
    alpha : float
        Bound of the conformal p-value against the negative class.
    healthy_tail : float
        Tail of the healthy people's t-predictive bound.
    smallest_relevant_size : float
        Relative size below which a skew would not matter.
    least_weight_covered : float
        Share of the score's weight that must be measured.
    axis : tuple of OwnAxis
        Axes whose proteins the definition states itself; all others are shipped pathways.
    axis_percentile : float
        Share of the reference people whom the lead axis must exceed where the definition itself labels people
        (the axis rule); it decides no call.
    reference : str
        Who standardises and gives the magnitude, in words.
    direction_rule : str
        What is asked of the axes, in words; written from ``lead`` when empty.
    sources : dict of str to str
        Where a line comes from, by its key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: int = Field(ge=1)
    meaning: str
    axes: tuple[str, ...] = ()
    lead: str = ""
    lead_tail: Share | None = None
    prior: tuple[str, ...] = ()
    alpha: Share = 0.10
    healthy_tail: Share = 0.05
    smallest_relevant_size: Share = 0.3
    least_weight_covered: Share = 0.8
    axis: tuple[OwnAxis, ...] = ()
    axis_percentile: Share = 0.95
    reference: str = "healthy people of the same study"
    direction_rule: str = ""
    sources: dict[str, str] = {}

    @model_validator(mode="after")
    def _own_axes_and_sources_belong(self) -> Definition:
        own = [axis.name for axis in self.axis]
        if stray := sorted(set(own) - {*self.axes, *self.prior}) or [x for x in own if own.count(x) > 1]:
            raise ValueError(f"the axis {stray[0]!r} must stand once, and in axes or prior")
        if unknown := sorted(set(self.sources) - set(Definition.model_fields)):
            raise ValueError(f"a source for {unknown[0]!r}, which is no key; {nearest(unknown[0], DECIDING)}")
        return self

    @property
    def title(self) -> str:
        """Name and version, for example ``Th2-skewed (v1)``."""
        return f"{self.name} (v{self.version})"

    @property
    def axis_sets(self) -> tuple[Pathway, ...]:
        """The axes: names of shipped pathways, or the definition's own proteins."""
        return tuple(map(self.pathway, self.axes))

    @property
    def prior_sets(self) -> tuple[Pathway, ...]:
        """The prior: names of shipped pathways, or the definition's own proteins."""
        return tuple(map(self.pathway, self.prior))

    def pathway(self, name: str) -> Pathway:
        """Proteins of a pathway that the definition names: its own where it states them."""
        own = {axis.name: axis for axis in self.axis}
        return ProteinSet(name, tuple(own[name].weights.items())) if name in own else name

    def deciding(self) -> dict[str, Any]:
        """Say what decides calls, as a model keeps it: no sources, no words, no axis but its own."""
        optional = {"axis": self.axis, "lead_tail": self.lead_tail}
        stated = {*DECIDING, *(key for key, value in optional.items() if value)}
        return self.model_dump(mode="json", include=stated)

    def direction_in_words(self) -> str:
        """Say what is asked of the axes."""
        if self.direction_rule:
            return self.direction_rule
        if not self.lead:
            return "No axis has to lead."
        if self.lead_tail:
            return (
                f"No other axis of {', '.join(self.axes)} lies further ahead of {self.lead} than it does in "
                f"healthy people (t-predictive bound, tail {self.lead_tail:g} shared among the rivals)."
            )
        return (
            f"{self.lead} has the largest score of {', '.join(self.axes)}, and lies above the reference mean."
        )

    def positive_call(self, positive: str) -> str:
        """Word of a positive call, for example ``Th2-skewed`` or ``LVV-like``.

        Parameters
        ----------
        positive : str
            Name of the reference disease.

        Returns
        -------
        str

        Examples
        --------
        >>> Definition(name="resemblance", version=1, meaning="...").positive_call("TAK")
        'TAK-like'
        """
        return self.name if self.name.endswith(("-skewed", "-like")) else f"{positive}-like"


def read_definition(source: str | Path) -> Definition:
    """Read a definition that ships with the package (``th2-v1``) or a TOML file.

    Parameters
    ----------
    source : str or Path
        Name of a shipped definition, or path of a file.

    Returns
    -------
    Definition

    Raises
    ------
    ExperimentError
        When there is no such definition, or it has an unknown or wrong key.

    Examples
    --------
    >>> read_definition("th2-v1").lead
    'Th2'
    """
    folder = resources.files("stratify.data").joinpath("definitions")
    shipped = {entry.name.removesuffix(".toml"): entry for entry in folder.iterdir()}
    entry = shipped.get(str(source))
    if entry is None and not Path(source).is_file():
        raise ExperimentError(
            "the name of a shipped definition or a TOML file",
            f"{source}",
            f"{nearest(str(source), list(shipped))} (shipped: {listed(sorted(shipped))})",
        )
    content = entry.read_bytes() if entry else Path(source).read_bytes()
    try:
        return Definition.model_validate(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(f"a TOML file in {source}", str(error), "mend that line") from None
    except ValidationError as error:
        raise explain_validation(error, Definition, str(source)) from None

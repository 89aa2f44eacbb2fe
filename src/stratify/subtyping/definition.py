"""What a subtype is: a versioned definition in TOML."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stratify.errors import ExperimentError, listed, nearest
from stratify.subtyping.refusals import explain_validation

Share = Annotated[float, Field(gt=0, lt=1)]


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
    alpha : float
        Bound of the conformal p-value against the negative class.
    healthy_tail : float
        Tail of the healthy people's t-predictive bound.
    smallest_relevant_size : float
        Relative size below which a skew would not matter.
    least_weight_covered : float
        Share of the score's weight that must be measured.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: int = Field(ge=1)
    meaning: str
    axes: tuple[str, ...] = ()
    lead: str = ""
    prior: tuple[str, ...] = ()
    alpha: Share = 0.10
    healthy_tail: Share = 0.05
    smallest_relevant_size: Share = 0.3
    least_weight_covered: Share = 0.8

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

"""What a probe found: a column predicted from the levels, or the label predicted without them."""

from __future__ import annotations

from dataclasses import dataclass

from stratify.learning.predictability import Predictability


@dataclass(frozen=True)
class Probe:
    """One column, predicted from the levels.

    Parameters
    ----------
    column : str
        Name of the column.
    role : {"batch", "covariate"}
        How a sample was handled, or who the person is.
    found : Predictability
        Of the column.
    within : Predictability or None
        The same among samples of one group; None without a label, or where nothing was found.
    """

    column: str
    role: str
    found: Predictability
    within: Predictability | None = None

    @property
    def levelled(self) -> bool:
        """Whether it is predicted worse than by chance, as batches are that were centred on these rows."""
        return self.found.high < self.found.chance


@dataclass(frozen=True)
class Alone:
    """Two groups of the label, predicted from batches and covariates without any level.

    Parameters
    ----------
    first, second : str
        The groups.
    found : Predictability
        Of the group.
    """

    first: str
    second: str
    found: Predictability

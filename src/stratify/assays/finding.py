"""One thing that a check found about a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Parameters
    ----------
    code : str
        Short name of the check.
    severity : {"error", "warning", "info"}
        An error must be removed (`clean`) before learning or scoring.
    items : tuple of str
        All row names (`axis` "sample"), assay ids (`axis` "assay"), or plates, lots, sheets and words
        (`axis` "table") concerned.
    remedy : str
        What to do, in one sentence.
    axis : {"sample", "assay", "table"}
        What the items are; those of a table as a whole can be told, but not be removed.
    """

    code: str
    severity: Severity
    items: tuple[str, ...]
    remedy: str
    axis: Literal["sample", "assay", "table"] = "sample"

    @property
    def count(self) -> int:
        """How many samples or assays are concerned."""
        return len(self.items)

    @property
    def examples(self) -> tuple[str, ...]:
        """The first few of them."""
        return self.items[:_SHOWN]

    def as_dict(self) -> dict[str, Any]:
        """Write the finding for ``check --json``.

        Returns
        -------
        dict
            Keys ``code``, ``severity``, ``count``, ``examples``, ``remedy``.
        """
        return {
            "code": self.code,
            "severity": self.severity,
            "count": self.count,
            "examples": list(self.examples),
            "remedy": self.remedy,
        }

"""Rules of a trial in TOML: typed columns, criteria of four kinds, and examples."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from stratify.errors import ExperimentError, listed, nearest
from stratify.subtyping.refusals import explain_validation

Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, Field(allow_inf_nan=False)]
YES_NO, NUMBER, DATE, CHOICE = "yes-no", "number", "date", "choice"
INCLUSION, EXCLUSION, HARD_STOP, SOFT_FLAG = "inclusion", "exclusion", "hard-stop", "soft-flag"
_TESTS = {
    "is_": (YES_NO,),
    "one_of": (CHOICE,),
    "at_least": (NUMBER,),
    "at_most": (NUMBER,),
    "above": (NUMBER,),
    "below": (NUMBER,),
    "within_days": (DATE,),
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Column(_Part):
    """A column of the clinical table.

    Parameters
    ----------
    type : {"yes-no", "number", "date", "choice"}
        How its cells are read; what cannot be read is asked for again, never guessed.
    question : str
        What to ask where the cell is empty.
    unit : str
        Of a number.
    plausible : tuple of float, optional
        Least and largest number that is believed; others are asked for again, since the unit may be wrong.
    values : tuple of str
        Words of a choice.
    also : tuple of str
        Other names under which the table may have the column.
    """

    type: Literal["yes-no", "number", "date", "choice"]
    question: Text
    unit: str = ""
    plausible: tuple[Number, Number] | None = None
    values: tuple[Text, ...] = ()
    also: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _fits_its_type(self) -> Column:
        if bool(self.values) != (self.type == CHOICE):
            raise ValueError("a choice names its values, and nothing else does")
        if self.plausible and (self.type != NUMBER or self.plausible[0] >= self.plausible[1]):
            raise ValueError("plausible is a smaller and a larger number, of a number")
        if self.type == NUMBER and not self.unit:
            raise ValueError("a number has a unit (write 'points' or 'count' where there is none)")
        return self


class Condition(_Part):
    """One test of one column; all tests that are named must hold.

    Parameters
    ----------
    column : str
        Its name.
    is_ : bool, optional
        Of a yes-no column; written ``is`` in the file.
    one_of : tuple of str
        Of a choice.
    at_least, at_most, above, below : float, optional
        Of a number.
    within_days : int, optional
        Of a date: no more days before the reference date than this.
    """

    column: Text
    is_: bool | None = Field(None, alias="is", strict=True)
    one_of: tuple[Text, ...] = ()
    at_least: Number | None = None
    at_most: Number | None = None
    above: Number | None = None
    below: Number | None = None
    within_days: int | None = Field(None, ge=0, strict=True)

    @property
    def tests(self) -> list[str]:
        """Names of the tests that the condition makes."""
        return [name for name in _TESTS if getattr(self, name) not in (None, ())]

    @model_validator(mode="after")
    def _asks_something(self) -> Condition:
        if not self.tests:
            raise ValueError(f"{self.column!r} needs a test: {', '.join(_TESTS).replace('is_', 'is')}")
        return self


class Example(_Part):
    """A person, and what the rule says of them.

    Parameters
    ----------
    person : dict of str to str, number or bool
        Cells as the clinical table would have them; what is left out is missing.
    answer : {"pass", "fail", "to clarify"}
        For a soft flag ``fail`` is a person who is flagged.
    """

    person: dict[str, str | bool | int | float]
    answer: Literal["pass", "fail", "to clarify"]


class Rule(_Part):
    """One criterion.

    Parameters
    ----------
    id : str
        Short name, written in tables.
    kind : {"inclusion", "exclusion", "hard-stop", "soft-flag"}
        An inclusion must hold; the others must not. A soft flag decides nothing.
    says : str
        The criterion in words.
    any_of : tuple of Condition
        It holds where any of them does.
    only_if : Condition, optional
        Whom the criterion is about; others pass.
    source : str
        Where the criterion comes from.
    examples : tuple of Example
        Run by ``stratify eligibility``.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    kind: Literal["inclusion", "exclusion", "hard-stop", "soft-flag"]
    says: Text
    any_of: tuple[Condition, ...] = Field(min_length=1)
    only_if: Condition | None = None
    source: Text
    examples: tuple[Example, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions, that of ``only_if`` included."""
        return (*self.any_of, *([self.only_if] if self.only_if else []))


class Rules(_Part):
    """Criteria of a trial.

    Parameters
    ----------
    name : str
        Of the set of rules.
    version : int
        Raised whenever an answer could change.
    title, source : str
        What they are for, and where they come from.
    reference_date : str
        Date column from which days are counted back; needed where a rule has ``within_days``.
    columns : dict of str to Column
        What the rules look at.
    rules : tuple of Rule
        In the order in which they are shown.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1, strict=True)
    title: Text
    source: Text
    reference_date: str = ""
    columns: dict[str, Column]
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _belongs_together(self) -> Rules:
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) < len(ids):
            raise ValueError(f"two rules with the id {next(i for i in ids if ids.count(i) > 1)!r}")
        for rule in self.rules:
            for condition in rule.conditions:
                self._fits(rule, condition)
            stray = {name for example in rule.examples for name in example.person} - set(self.columns)
            if stray:
                raise ValueError(f"an example of {rule.id!r} names {min(stray)!r}, which is no column")
        date = self.columns.get(self.reference_date)
        counted = any(c.within_days is not None for rule in self.rules for c in rule.conditions)
        if (counted or self.reference_date) and (date is None or date.type != DATE):
            raise ValueError("reference_date must name a column of type date, from which days are counted")
        return self

    def _fits(self, rule: Rule, condition: Condition) -> None:
        column = self.columns.get(condition.column)
        if column is None:
            raise ValueError(
                f"{rule.id!r} asks for {condition.column!r}, which is no column; "
                f"{nearest(condition.column, list(self.columns))}"
            )
        wrong = [name for name in condition.tests if column.type not in _TESTS[name]]
        if wrong:
            raise ValueError(
                f"{rule.id!r} tests {condition.column!r} by {wrong[0]!r}, but it is a {column.type}"
            )
        if unknown := set(condition.one_of) - set(column.values):
            raise ValueError(f"{rule.id!r} asks for {min(unknown)!r}, which {condition.column!r} cannot be")

    @property
    def heading(self) -> str:
        """Name and version, for example ``dupilumab-mdd (v1)``."""
        return f"{self.name} (v{self.version})"


def read_rules(source: str | Path) -> Rules:
    """Read rules that ship with the package (``dupilumab-mdd``) or a TOML file.

    Parameters
    ----------
    source : str or Path
        Name of shipped rules, or path of a file.

    Returns
    -------
    Rules

    Raises
    ------
    ExperimentError
        No such rules, or a key that is unknown or wrong.

    Examples
    --------
    >>> read_rules("dupilumab-mdd").heading
    'dupilumab-mdd (v1)'
    """
    folder = resources.files("stratify.data").joinpath("eligibility")
    shipped = {entry.name.removesuffix(".toml"): entry for entry in folder.iterdir()}
    entry: Any = shipped.get(str(source))
    if entry is None and not Path(source).is_file():
        raise ExperimentError(
            "the name of shipped eligibility rules or a TOML file",
            f"{source}",
            f"{nearest(str(source), list(shipped))} (shipped: {listed(sorted(shipped))})",
        )
    content = (entry or Path(source)).read_bytes()
    try:
        return Rules.model_validate(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExperimentError(f"a TOML file in {source}", str(error), "mend that line") from None
    except ValidationError as error:
        raise explain_validation(error, Rules, str(source)) from None

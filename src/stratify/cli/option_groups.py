"""Options that belong together, declared once as a frozen dataclass."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints


def with_options(name: str, group: type) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let the command line see the fields of a dataclass as options of a verb.

    Parameters
    ----------
    name : str
        Argument of the verb that receives the filled dataclass.
    group : type
        Frozen dataclass; each field is annotated as typer wants an option, and has a default.

    Returns
    -------
    decorator

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Tone:
    ...     loud: bool = False
    >>> @with_options("tone", Tone)
    ... def greet(who: str, tone: Tone) -> None:
    ...     print(who.upper() if tone.loud else who)
    >>> greet(who="ann", loud=True)
    ANN
    >>> list(inspect.signature(greet).parameters)
    ['who', 'loud']
    """
    fields = inspect.signature(group).parameters
    kinds = get_type_hints(group, include_extras=True)

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        """Exchange the argument for the fields."""
        own, hints = inspect.signature(verb).parameters, get_type_hints(verb, include_extras=True)
        shown = [part.replace(annotation=hints[key]) for key, part in own.items() if key != name]
        added = [
            part.replace(annotation=kinds[key], kind=inspect.Parameter.KEYWORD_ONLY)
            for key, part in fields.items()
        ]
        shown = [part.replace(kind=inspect.Parameter.KEYWORD_ONLY) for part in shown]

        @wraps(verb)
        def run(**given: Any) -> None:
            """Fill the dataclass."""
            chosen = {key: given.pop(key) for key in fields if key in given}
            verb(**given, **{name: group(**chosen)})

        del run.__wrapped__
        run.__signature__ = inspect.Signature([*shown, *added])  # type: ignore[attr-defined]
        run.__annotations__ = {part.name: part.annotation for part in (*shown, *added)} | {"return": None}
        return run

    return decorate

"""Turn a failed validation of a settings file into three lines that a user can act on."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from stratify.errors import ExperimentError, nearest


def explain_validation(error: ValidationError, model: type[BaseModel], source: str) -> ExperimentError:
    """Say which key is wrong, and name the nearest known one where it is unknown.

    Parameters
    ----------
    error : ValidationError
        What pydantic found wrong; only the first finding is explained.
    model : type of BaseModel
        The model that was validated; its fields give the known keys.
    source : str
        Name of the file.

    Returns
    -------
    ExperimentError
    """
    first = min(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = list(_section(model, first["loc"][:-1]).model_fields)
        return ExperimentError(
            f"known keys in {source}", f"the unknown key {place!r}", nearest(str(first["loc"][-1]), known)
        )
    message = first["msg"].removeprefix("Value error, ").replace("tuple", "list").replace("Tuple", "List")
    if not place:  # the parts are valid, but do not go together
        return ExperimentError(f"a valid {source}", message, "correct one of them")
    return ExperimentError(f"a valid {source}", f"{place}: {message}", f"correct {place!r}")


def _section(model: type[BaseModel], path: tuple[Any, ...]) -> type[BaseModel]:
    for part in path:
        field = model.model_fields.get(str(part))
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return model
        model = inner
    return model

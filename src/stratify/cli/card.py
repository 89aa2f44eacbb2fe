"""The card of a model: shown, checked, compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json

MOST_NAMED = 5
ENDINGS = {".md": "card.md", ".html": "card.html", ".json": "card.json"}


def card(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Derive every number again from the facts that the folder keeps, write the card again, and "
            "exit with 1 where anything differs.",
        ),
    ] = False,
    against: Annotated[
        Path | None, typer.Option(help="Another model folder: say what changed from it to this one.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the card to a file that ends in .md, .html or .json."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the card of a model, check it against its facts, or compare it with another's."""
    if sum([verify, against is not None, output is not None]) > 1:
        raise typer.BadParameter("--verify, --against and --output are asked for one at a time")
    if output is not None and output.suffix not in ENDINGS:
        raise typer.BadParameter("a card's file ends in .md, .html or .json", param_hint="--output")
    if verify:
        _verify(model, as_json)
    elif against is not None:
        _compare(against, model, as_json)
    else:
        _show(model, output, as_json)


def _show(folder: Path, output: Path | None, as_json: bool) -> None:
    from stratify.cli.output import require_outputs
    from stratify.reporting.stored_card import read_stored_card, write_whole

    require_outputs(output)
    files = read_stored_card(folder).files()
    if output is not None:
        write_whole(files[ENDINGS[output.suffix]], output)
        print(f"card: {output}")
        return
    print(files["card.json" if as_json else "card.md"], end="")


def _verify(folder: Path, as_json: bool) -> None:
    from stratify.errors import ModelError
    from stratify.reporting.stored_card import read_stored_card
    from stratify.reporting.verification import verify_card

    found = verify_card(read_stored_card(folder))
    if found.differences:
        named = [str(one) for one in found.differences[:MOST_NAMED]]
        rest = len(found.differences) - len(named)
        raise ModelError(
            "a card that says what follows from its facts",
            "; ".join([*named, *([f"and {rest} more"] if rest else [])]),
            "use the model folder as it was delivered, or train the model again",
        )
    if as_json:
        print_json(
            {"model": str(folder), "derived": found.derived, "stated": found.stated, "differences": []}
        )
        return
    print(f"{found.derived} numbers derived again, the card written again: no difference")
    print(f"{found.stated} numbers only training again can tell (flow, settings, permutations, calls)")


def _compare(before: Path, after: Path, as_json: bool) -> None:
    from stratify.reporting.card_difference import card_changes
    from stratify.reporting.stored_card import read_stored_card

    changes = card_changes(read_stored_card(before).facts(), read_stored_card(after).facts())
    if as_json:
        rows: list[dict[str, Any]] = [vars(change) for change in changes]
        print_json({"before": str(before), "after": str(after), "changes": rows})
        return
    for change in changes:
        print(change)
    print(f"{len(changes)} facts differ")

"""Few proteins that a laboratory could run, and a card to add up by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stratify.cli.options import AsJson
from stratify.cli.output import print_json, require_outputs, tell


def panel(
    experiment: Annotated[Path, typer.Argument(help="Experiment file (TOML), such as experiments/lvv.toml.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Score card to write: .md, with an .html beside it.")
    ],
    size: Annotated[int, typer.Option(help="Proteins on the card, 3 to 10.")] = 5,
    costs: Annotated[
        Path | None,
        typer.Option(help="Table with columns protein and cost; only proteins in it can be had."),
    ] = None,
    detectable: Annotated[
        float, typer.Option(help="Least share of samples above the detection limit.", min=0, max=1)
    ] = 0.75,
    as_json: AsJson = False,
) -> None:
    """Choose 3 to 10 proteins inside each fold, say what is lost, and write a score card for hand use."""
    from stratify.experiment.panel import make_panel
    from stratify.reporting.score_card import require_markdown, write_score_card
    from stratify.signatures.provenance import write_table

    require_markdown(output)
    tables = [output.with_name(f"{output.stem}-{name}.csv") for name in ("auc", "proteins")]
    require_outputs(*tables)
    made = make_panel(experiment, size=size, costs=costs, detectable=detectable, tell=tell)
    facts = {
        "verb": "panel",
        "experiment": experiment.name,
        "size": size,
        "costs": None if costs is None else costs.name,
    }
    for table, path in zip((made.table, made.proteins), tables, strict=True):
        write_table(table, path, provenance=facts)
    write_score_card(made.card, output)
    if as_json:
        chosen = made.proteins.query("in_panel == 'yes'")["protein"].tolist()
        rows = made.table.set_index("score").drop(columns="size").to_dict("index")
        print_json(facts | {"card": str(output), "proteins": chosen, "auc": rows})
        return
    for row in made.table.itertuples():
        limits = f"{row.difference_low:+.3f} to {row.difference_high:+.3f}"
        lost = "" if row.size != row.size else f"; less full model {row.difference:+.3f} ({limits})"
        print(f"{row.score}: AUC {row.auc:.3f} ({row.auc_low:.3f} to {row.auc_high:.3f}){lost}")
    print(f"card: {output}")

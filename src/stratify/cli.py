"""Command line: each verb reads its arguments, makes one library call and prints."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from stratify.errors import StratifyError

app = typer.Typer(
    name="stratify",
    help="Find depressed patients whose serum proteins resemble atopic dermatitis. Research software: "
    "no output is a medical decision, and resembling atopic dermatitis is not response to a drug.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print machine-readable results on standard output.")]
Clinical = Annotated[Path | None, typer.Option(help="Clinical table, joined by sample id.")]


def main() -> None:
    """Run a verb; a refusal is three lines on standard error and exit code 1."""
    try:
        app()
    except StratifyError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _print_json(content: Any) -> None:
    print(json.dumps(content, indent=2, sort_keys=True))


@app.command()
def fetch(name: str) -> None:
    """Bring a public data set into the cache."""
    from stratify.datasets import fetch as fetch_dataset

    print(fetch_dataset(name))


@app.command()
def simulate(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Long Olink table to write (.csv) or .h5ad.")
    ],
    preset: Annotated[str, typer.Option(help="Preset of the simulator.")] = "study",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    n: Annotated[int | None, typer.Option(help="People in all groups together.")] = None,
    candidates: Annotated[
        Path | None, typer.Option(help="Also write new MDD patients of the same world.")
    ] = None,
    n_candidates: Annotated[int, typer.Option(help="How many of them.")] = 30,
    spike: Annotated[
        Path | None, typer.Option(help="Plant a signature in the real profiles of this file.")
    ] = None,
    size: Annotated[float, typer.Option(help="Relative size of the planted signature.")] = 0.5,
) -> None:
    """Simulate a study with known truth, or plant a signature in real profiles."""
    from stratify.simulation.files import simulate_files, spike_file

    if spike is not None:
        written = spike_file(spike, output, size=size, seed=seed)
    else:
        written = simulate_files(
            output, preset=preset, seed=seed, n=n, candidates=candidates, n_candidates=n_candidates
        )
    for path in written:
        print(path)


@app.command()
def check(files: list[Path], clinical: Clinical = None, as_json: AsJson = False) -> None:
    """Say what an assay file holds and what is wrong with it; exit 1 when something is."""
    from stratify.assays.clinical import join_clinical
    from stratify.assays.quality import check as find
    from stratify.assays.quality import summary
    from stratify.assays.reader import read_assays
    from stratify.errors import listed

    table = read_assays(*files)
    if clinical is not None:
        table, unmatched = join_clinical(table, clinical)
        for where, ids in (("clinical table", unmatched.only_assay), ("assay file", unmatched.only_clinical)):
            if ids:
                _tell(f"not in the {where}: {listed(ids, len(ids))}")
    findings = find(table)
    facts = summary(table, findings)
    if as_json:
        _print_json(facts)
    else:
        print(", ".join(f"{key}: {facts[key]}" for key in list(facts)[:-1]))
        for finding in findings:
            named = f"{finding.count}: {listed(finding.examples)}"
            print(f"{finding.severity}: {finding.code} ({named}). {finding.remedy}")
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


@app.command()
def train(
    experiment: Path,
    models: Annotated[Path, typer.Option(help="Folder that receives the model folder.")] = Path("models"),
    as_json: AsJson = False,
) -> None:
    """Run an experiment: nested cross-validation, final model, card, MLflow run."""
    from stratify.experiment.run import run_experiment

    result = run_experiment(experiment, models=models, tell=_tell).summary()
    if as_json:
        _print_json(result)
        return
    low, high = result["auc_low"], result["auc_high"]
    print(f"{result['family']}: AUC {result['auc']:.3f} (95% interval {low:.3f} to {high:.3f})")
    word = "shown" if result["shown"] else "not shown"
    print(f"permutation p {result['permutation_p']:.3f}: {word}")
    print(f"model: {result['model']}")
    print(f"card: {Path(result['model']) / 'card.html'}")


@app.command()
def screen(
    model: Path,
    files: list[Path],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the results and the report.")],
    clinical: Clinical = None,
    offset: Annotated[
        Path | None, typer.Option(help="Offsets an assay, measured on bridging samples elsewhere (CSV).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score candidate patients with a kept model; writes results.csv and report.html."""
    from stratify.screening.score import screen as screen_files

    result = screen_files(model, files, clinical=clinical, out=output, offset=offset)
    report = (output / "report.html").resolve()
    if as_json:
        _print_json({"calls": result.counts, "model_digest": result.digest, "report": str(report)})
        return
    for call, count in result.counts.items():
        print(f"{call}: {count}")
    print(f"results: {output / 'results.csv'}")
    print(f"report: {report}")

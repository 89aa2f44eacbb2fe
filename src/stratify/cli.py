"""Command line: each verb reads its arguments, makes one library call and prints."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

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
Clinical = Annotated[
    Path | None,
    typer.Option(
        help="Table of the people, one row a sample with the sample ids of the assay file (CSV, xlsx)."
    ),
]
AssayFiles = Annotated[
    list[Path],
    typer.Argument(
        help="What the laboratory sent, as it came: Olink, SomaScan, Luminex, MSD, mass spectrometry, a "
        "plain table, or h5ad. Several files are joined."
    ),
]


def main() -> None:
    """Run a verb; a refusal is three lines on standard error and exit code 1."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no half folder is left behind
    try:
        app()
    except StratifyError as error:
        _refuse(error)
    except OSError as error:
        name = Path(error.filename).name if isinstance(error.filename, str) else "a file"
        _refuse(
            StratifyError(
                "files and folders that can be read and written",
                f"{name}: {error.strerror or 'the system refuses'}",
                "check the path, its permissions and the space on the disk",
            )
        )


def _refuse(error: StratifyError) -> NoReturn:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(1) from None


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _print_json(content: Any) -> None:
    print(json.dumps(content, indent=2, sort_keys=True))


@app.command()
def fetch(
    name: Annotated[
        str | None, typer.Argument(help="Name of a data set; all are listed without one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Download a public data set, check every byte, and print its folder; without a name, list them all."""
    from dataclasses import asdict

    from stratify.datasets import dataset_names, describe
    from stratify.datasets import fetch as fetch_dataset

    if name is not None:
        folder = fetch_dataset(name)
        if as_json:
            _print_json(asdict(describe(name)) | {"folder": str(folder)})
        else:
            print(folder)
        return
    known = [describe(word) for word in dataset_names()]
    if as_json:
        _print_json([asdict(dataset) for dataset in known])
        return
    for dataset in known:
        print(f"{dataset.name}: {dataset.title} [{dataset.licence}; {dataset.citation}]")


@app.command()
def simulate(
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="Long Olink table (.csv) or .h5ad to write; the truth goes to a file beside it.",
        ),
    ],
    preset: Annotated[str, typer.Option(help="study, strong-right or strong-none.")] = "study",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    n: Annotated[
        int | None, typer.Option(help="People in all groups together; those of the preset if left out.")
    ] = None,
    candidates: Annotated[
        Path | None, typer.Option(help="Also write new MDD patients of the same world to this file.")
    ] = None,
    n_candidates: Annotated[int, typer.Option(help="How many of them.")] = 30,
    spike: Annotated[
        Path | None,
        typer.Option(help="Simulate nobody: plant a signature in the real profiles of this file."),
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
def check(
    files: AssayFiles,
    clinical: Clinical = None,
    label: Annotated[
        str | None, typer.Option(help="Column of the groups; `group` (or diagnosis) if left out.")
    ] = None,
    probe: Annotated[
        list[str] | None,
        typer.Option(help="Another column to probe, beside plate, site, date, storage, tube, sex and age."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Folder for the quality page (quality.html, quality.json).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a laboratory's file holds and what is wrong with it; exit code 1 when an error is found."""
    from stratify.reporting.quality import examine_files

    quality = examine_files(files, clinical, label=label, columns=probe or ())
    for line in quality.unmatched.lines():
        _tell(line)
    if report is not None:
        from stratify.reporting.quality_page import write_quality_page

        _tell(f"report: {write_quality_page(quality, report)}")
    if as_json:
        _print_json(quality.as_dict())
    else:
        for line in quality.lines():
            print(line)
    if quality.has_error:
        raise typer.Exit(1)


@app.command("import")
def import_files(
    files: AssayFiles,
    output: Annotated[Path, typer.Option("-o", "--output", help="Cohort file to write (.h5ad).")],
    clinical: Clinical = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            help="What to do about each finding and about values below the limit of detection (TOML); "
            "errors and the laboratory's own rows are dropped if left out."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read, check and clean a laboratory's files, and write them as one cohort file."""
    from stratify.assays.importing import import_cohort

    result = import_cohort(files, output, clinical=clinical, policy=policy)
    for line in result.unmatched.lines():
        _tell(line)
    facts = result.summary()
    if as_json:
        _print_json(facts)
        return
    for line in facts["removed"]:
        print(f"removed {line}")
    print(f"{output}: {facts['samples']} samples, {facts['controls']} controls, {facts['proteins']} assays")


@app.command()
def train(
    experiment: Annotated[Path, typer.Argument(help="Experiment file (TOML), such as experiments/lvv.toml.")],
    models: Annotated[
        Path, typer.Option(help="Folder in which the model folder <name>-<version> is made.")
    ] = Path("models"),
    as_json: AsJson = False,
) -> None:
    """Run an experiment: nested cross-validation, final model, card; the run is kept in mlruns."""
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
    model: Annotated[Path, typer.Argument(help="Model folder, such as models/demo-1.")],
    files: AssayFiles,
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="New folder for results.csv and report.html, or that of an earlier screening.",
        ),
    ],
    clinical: Clinical = None,
    offset: Annotated[
        Path | None,
        typer.Option(
            help="Table of this laboratory's offset, one row an assay (columns assay_id or gene, offset, "
            "error), where the file has no bridge or control samples that the model knows."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say of each candidate whether the profile resembles the model's disease, and how sure that is."""
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

"""Time and memory of reading large files, against the tools that are used otherwise.

    python benchmarks/reading.py [--samples 100000] [--csv-samples 10000]

A long parquet file (samples x 368, the columns of an Olink export) and a long text are made once, from
random numbers, in runs/reading. Each reader runs in a process of its own, one after the other in several
turns; printed are medians of seconds and peak memory, and their ratios to the first reader.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

from stratify.assays.proteins.panels import target96

FOLDER = Path(__file__).parents[1] / "runs" / "reading"
WELLS = 88  # patients' samples a plate
ROWS = 1 << 20
SMALL = 50_000_000  # bytes of a file that is read five times, for a median
TURNS = 3
Reader = Callable[[Path], object]


def long_rows(samples: int, start: int, assays: dict[str, list[str]]) -> pa.Table:
    """Rows of some samples, all assays of one after the other."""
    rng = np.random.default_rng(start)
    n, p = samples, len(assays["OlinkID"])
    ids = np.repeat(np.arange(start, start + n), p)
    plates = (ids // WELLS).astype(str)
    flat = np.tile(np.arange(p), n)
    lod = (flat % 40) / 10 - 1 + (ids // WELLS % 7) / 50
    words = {name: pa.array(np.array(column)[flat]) for name, column in assays.items()}
    return pa.table(
        {
            "SampleID": pa.array([f"S{i:06d}" for i in range(start, start + n)]).take(pa.array(ids - start)),
            **words,
            "PlateID": pa.array([f"Plate {plate}" for plate in plates]),
            "QC_Warning": pa.array(np.where(rng.random(n) < 0.02, "WARN", "PASS")[ids - start]),
            "LOD": lod,
            "NPX": np.round(lod + 2 + 1.5 * rng.standard_normal(n * p), 5),
        }
    )


def make(samples: int, kind: str) -> Path:
    """Write the file, unless it is there."""
    path = FOLDER / f"{samples}.{kind}"
    if path.is_file():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    panels = target96()
    assays = {
        "OlinkID": [f"OID{1000 + i:05d}" for i in range(len(panels))],
        "UniProt": panels["uniprot"].tolist(),
        "Assay": panels["assay"].tolist(),
        "Panel": [f"Olink Target 96 {name}" for name in panels["panel"]],
    }
    at_once = ROWS // len(panels)
    parts = (long_rows(min(at_once, samples - start), start, assays) for start in range(0, samples, at_once))
    first = next(parts)
    half_written = path.with_suffix(".half")
    writer = (
        parquet.ParquetWriter(half_written, first.schema)
        if kind == "parquet"
        else csv.CSVWriter(half_written, first.schema)
    )
    with writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)
    return half_written.rename(path)


def ours() -> Reader:
    """Reader of stratify."""
    from stratify.assays.reader import read_assays

    return read_assays


def ours_and_check() -> Reader:
    """Read and check with stratify."""
    from stratify.assays.quality import check
    from stratify.assays.reader import read_assays

    return lambda path: check(read_assays(path))


def with_pandas() -> Reader:
    """Read with pandas and pivot levels and limits; nothing is checked."""
    import pandas as pd

    def read(path: Path) -> object:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
        return frame.pivot(index="SampleID", columns="OlinkID", values=["NPX", "LOD"])

    return read


def with_somadata() -> Reader:
    """Reader of the vendor of SomaScan."""
    import somadata

    return lambda path: somadata.read_adat(str(path))


READERS = {reader.__name__: reader for reader in (ours, ours_and_check, with_pandas, with_somadata)}


def measure(reader: str, path: Path) -> np.ndarray:
    """Seconds, processor seconds and peak memory (GiB) of one reader in a process of its own."""
    command = [sys.executable, __file__, "--one", reader, "--file", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return np.array(answer.split()[-3:], dtype=float)


def run_one(reader: str, path: Path) -> None:
    """Read a file, a small one five times; the libraries are imported before the clock starts."""
    read, taken = READERS[reader](), []
    for _ in range(5 if path.stat().st_size < SMALL else 1):
        wall, cpu = time.perf_counter(), time.process_time()
        read(path)
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    seconds = np.median(taken, axis=0)
    sys.stdout.write(f"{seconds[0]} {seconds[1]} {peak()}\n")


def peak() -> float:
    """Largest memory of this process, in GiB; `getrusage` hands down that of the process it came from."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return float(status.split("VmHWM:")[1].split()[0]) / 2**20


def compare(title: str, path: Path, readers: tuple[str, ...]) -> None:
    """Print one block of the table: medians of several turns; ratios are to the first reader."""
    turns = [[measure(reader, path) for reader in readers] for _ in range(TURNS)]
    medians = np.median(turns, axis=0)
    against = medians[0]
    for reader, figures in zip(readers, medians, strict=True):
        cells = [
            *(f"{x:.2g}" if x < 1 else f"{x:.1f}" for x in figures[:2]),
            f"{figures[2]:.2f}",
            *(f"{x:.2f}" for x in figures / against),
        ]
        sys.stdout.write(f"| {title} | {reader} | {' | '.join(cells)} |\n")
        sys.stdout.flush()


def main() -> None:
    """Make the files and print the table, or run one reader."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--csv-samples", type=int, default=10_000)
    parser.add_argument("--one", choices=READERS)
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    if chosen.one:
        run_one(chosen.one, chosen.file)
        return
    sys.stdout.write(
        "| file | reader | s | CPU s | peak GiB | ratio of s | of CPU s | of peak |\n" + "|---" * 8 + "|\n"
    )
    for samples, kind in ((chosen.csv_samples, "csv"), (chosen.samples, "parquet")):
        readers = ("with_pandas", "ours", "ours_and_check")
        compare(f"{samples:,} x 368 long {kind}", make(samples, kind), readers)
    if spec := importlib.util.find_spec("somadata"):
        shipped = Path(str(spec.origin)).parent / "data" / "example_data.adat"
        compare("192 x 5,284 ADAT", shipped, ("with_somadata", "ours"))


if __name__ == "__main__":
    main()

"""Compare the processor time of `import stratify` and `import numpy`: interleaved runs, medians."""

from __future__ import annotations

import resource
import subprocess
import sys
from statistics import median

RUNS = 15
STATEMENTS = {"nothing": "pass", "stratify": "import stratify", "numpy": "import numpy"}


def seconds(statement: str) -> float:
    """Measure the processor time of one fresh interpreter that runs the statement."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Print milliseconds above a bare interpreter, and the ratio."""
    times: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for _ in range(RUNS + 1):
        for name, statement in STATEMENTS.items():
            times[name].append(seconds(statement))
    cost = {name: median(values[1:]) for name, values in times.items()}
    above = {name: 1e3 * (cost[name] - cost["nothing"]) for name in ("stratify", "numpy")}
    print(f"above a bare interpreter, median of {RUNS} runs, processor time")
    print(f"import stratify {above['stratify']:6.1f} ms")
    print(f"import numpy    {above['numpy']:6.1f} ms")
    print(f"ratio           {above['stratify'] / above['numpy']:6.2f}  (aim: at most 1.20)")


if __name__ == "__main__":
    main()

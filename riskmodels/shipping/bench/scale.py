"""How the stream of :mod:`riskmodels.scoring` grows with the cohort: time and memory, each run in a process of its own.

``python -m riskmodels.shipping.bench.scale --rows 10000 100000 1000000 2000000`` prints the table of docs/scaling.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from riskmodels import ROOT
from riskmodels.cohorts.nhanes import read_demo
from riskmodels.shipping.say import to_stdout
from riskmodels.vocabulary import VOCABULARY

#: the twenty columns of the measurement: an id and nineteen variables
COLUMNS = (
    "age sex bmi waist systolic_bp diastolic_bp bp_medication total_cholesterol hdl_cholesterol triglycerides glucose "
    "diabetes egfr uric_acid albumin smoking cholesterol_medication hypertension family_history_diabetes"
).split()
ROWS = (10_000, 100_000, 1_000_000, 2_000_000)
_BLOCK = 100_000


@dataclass(frozen=True)
class Measured:
    """One run.

    Args:
        rows: of the cohort.
        source, target: ``csv`` or ``parquet``.
        reasons: whether with reasons.
        read: seconds of merely reading the file with pyarrow.
        read_cpu: the same in seconds of CPU, which other programs on the machine do not lengthen much.
        seconds: of scoring, from the file's name to the named result, models loaded on the way.
        cpu: the same in seconds of CPU.
        whole: seconds of the process, with Python's start and the loading of the models.
        memory: largest resident memory of the process, MB.
    """

    rows: int
    source: str
    target: str
    reasons: bool
    read: float
    read_cpu: float
    seconds: float
    cpu: float
    whole: float
    memory: float


def write_cohort(path: Path, rows: int) -> None:
    """A cohort of 20 columns: people of the demo cohort drawn with replacement, their numbers moved by up to 1 %.

    Args:
        path: ``….csv`` or ``….parquet``.
        rows: how many people.
    """
    demo, rng = read_demo()[COLUMNS], np.random.default_rng(0)
    writer: pa.csv.CSVWriter | pa.parquet.ParquetWriter | None = None
    for first in range(0, rows, _BLOCK):
        table = _people(demo, first, min(_BLOCK, rows - first), rng)
        if writer is None:
            kind = pa.csv.CSVWriter if path.suffix == ".csv" else pa.parquet.ParquetWriter
            writer = kind(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _people(demo: pd.DataFrame, first: int, count: int, rng: np.random.Generator) -> pa.Table:
    people = demo.sample(count, replace=True, random_state=rng).reset_index(drop=True)
    for name in COLUMNS:
        variable = VOCABULARY[name]
        if variable.choices:
            people[name] = people[name].map({c.code: c.word for c in variable.choices})
        elif name != "age":
            decimals = variable.units[0].decimals
            people[name] = (people[name] * rng.uniform(0.99, 1.01, count)).round(decimals)
    people.insert(0, "patient", [f"P{i:07d}" for i in range(first, first + count)])
    return pa.Table.from_pandas(people, preserve_index=False)


def read_seconds(path: Path) -> tuple[float, float]:
    """Seconds, and seconds of CPU, that pyarrow takes to read the file, streaming, the second time."""
    for _ in range(2):
        start, cpu = time.perf_counter(), time.process_time()
        if path.suffix == ".csv":
            with pa.csv.open_csv(path) as reader:
                for _batch in reader:
                    pass
        else:
            for _batch in pa.parquet.ParquetFile(path).iter_batches():
                pass
        seconds = (time.perf_counter() - start, time.process_time() - cpu)
    return seconds


def measure_scale(rows: Sequence[int], say: Callable[[str], None], workers: int = 0) -> str:
    """Score cohorts of several sizes, each in a process of its own.

    Args:
        rows: sizes.
        say: told each line.
        workers: threads; all CPUs when 0.

    Returns:
        A Markdown table.
    """
    head = (
        "| rows | from | to | reasons | read: time, CPU | score: time, CPU | rows a second | score ÷ read: time, CPU "
        "| process | largest memory |\n|---:|---|---|---|---:|---:|---:|---:|---:|---:|"
    )
    say(head)
    lines = [head]
    for count in rows:
        with tempfile.TemporaryDirectory() as folder:
            for source, target, reasons in (
                ("csv", "parquet", False),
                ("csv", "parquet", True),
                ("parquet", "parquet", True),
                ("csv", "csv", True),
            ):
                lines.append(_line(run_apart(Path(folder), count, source, target, reasons, workers)))
                say(lines[-1])
    return "\n".join(lines) + "\n"


def _line(m: Measured) -> str:
    reasons = "three" if m.reasons else "none"
    return (
        f"| {m.rows:,} | {m.source} | {m.target} | {reasons} | {m.read:.2f}, {m.read_cpu:.2f} s "
        f"| {m.seconds:.1f}, {m.cpu:.1f} s | {m.rows / m.seconds:,.0f} "
        f"| × {m.seconds / m.read:.0f}, × {m.cpu / m.read_cpu:.0f} | {m.whole:.1f} s | {m.memory:,.0f} MB |"
    )


def run_apart(folder: Path, rows: int, source: str, target: str, reasons: bool, workers: int = 0) -> Measured:
    """Score one cohort in a process of its own and measure it.

    Args:
        folder: for the files; a cohort that is there already is used again.
        rows: of the cohort.
        source, target: ``csv`` or ``parquet``.
        reasons: whether with reasons.
        workers: threads; all CPUs when 0.
    """
    path = folder / f"{rows}.{source}"
    if not path.exists():
        write_cohort(path, rows)
    words = [path, folder / f"out.{target}", "--workers", str(workers), "--reasons", "3" if reasons else "0"]
    command = [sys.executable, "-m", "riskmodels.shipping.bench.scale", "--run", *map(str, words)]
    root = str(ROOT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))}
    start = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603
    whole = time.perf_counter() - start
    told = json.loads(done.stdout.splitlines()[-1])
    read, read_cpu = read_seconds(path)
    return Measured(rows, source, target, reasons, read, read_cpu, told["seconds"], told["cpu"], whole, told["memory"])


def _run(arguments: Sequence[str]) -> None:
    """The child: score as the command does, and tell seconds and the largest resident memory."""
    from riskmodels.scoring.command import add_arguments, score_command

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = parser.parse_args(arguments)
    import riskmodels.tabular.model  # noqa: F401 - its import is not what is measured

    start, cpu = time.perf_counter(), time.process_time()
    score_command(options, lambda line: None)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    sys.stdout.write(json.dumps({"seconds": seconds, "cpu": cpu, "memory": _largest_memory()}) + "\n")


def _largest_memory() -> float:
    """Largest resident memory of this process, MB.

    On Linux ru_maxrss begins with that of the process that started this one, so the kernel's own mark is read.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = [line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1.024 / 1e3
    import resource

    highest = float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return highest / (1e6 if sys.platform == "darwin" else 1e3)


def main(arguments: Sequence[str]) -> None:
    """Print the table for the sizes after ``--rows``."""
    if arguments[:1] == ["--run"]:
        _run(arguments[1:])
        return
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.bench.scale")
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args(arguments)
    measure_scale(options.rows, to_stdout, options.workers)


if __name__ == "__main__":
    main(sys.argv[1:])

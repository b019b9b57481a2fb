"""``python -m riskmodels score IN OUT``: the command's arguments and what it does."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.errors import FileError, InputError
from riskmodels.interop.columns.command import add_format_arguments, opened
from riskmodels.outcomes import OUTCOME
from riskmodels.runtime.arguments import Say
from riskmodels.scoring.stream import Plan, StreamCounts

if TYPE_CHECKING:
    from riskmodels.scoring.mapped import MappedCohort
    from riskmodels.scoring.sources import CohortFile

#: seconds between two lines of progress
_EVERY = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("source", metavar="IN", help="cohort: CSV of any kind, Excel, Parquet, a Parquet folder")
    parser.add_argument("target", metavar="OUT", help="result: .parquet or .csv; a new folder with --engine ray")
    parser.add_argument("--outcome", action="append", choices=list(OUTCOME), help="estimate this one; may be repeated")
    parser.add_argument("--reasons", type=int, default=3, choices=range(11), metavar="N", help="reasons a row (3)")
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="threads, or actors; all CPUs when left out"
    )
    parser.add_argument("--engine", choices=["stream", "ray"], default="stream", help="this machine, or a Ray cluster")
    parser.add_argument("--address", default="", help="of the Ray cluster; a local one is started when left out")
    parser.add_argument("--models", default="", help="folder of the models; the shipped ones when left out")
    parser.add_argument(
        "--mapping", type=Path, metavar="JSON", help="what the columns mean, as “columns --out” or the page writes it"
    )
    add_format_arguments(parser)


def score_command(options: argparse.Namespace, say: Say) -> int:
    """Score a cohort file.

    Args:
        options: as :func:`add_arguments` names them.
        say: told progress and the counts, line by line.

    Returns:
        0.

    Raises:
        CareRiskError: what was wrong, in words.
    """
    if options.address and options.engine != "ray":
        raise InputError("--address is for --engine ray.", hint="Add --engine ray.")
    if options.workers < 0:
        raise InputError("--workers is below 0.", hint="Give a number of threads or actors.")
    start = time.monotonic()
    outcomes = tuple(dict.fromkeys(options.outcome)) if options.outcome else None
    plan = Plan(outcomes=outcomes, reasons=options.reasons, progress=_progress(say))
    counts = _on_ray(options, plan) if options.engine == "ray" else _here(options, plan, say)
    for line in summary(counts, time.monotonic() - start):
        say(line)
    say(f"Written: {options.target}")
    return 0


def _here(options: argparse.Namespace, plan: Plan, say: Say) -> StreamCounts:
    from dataclasses import replace

    import torch

    from riskmodels.scoring.sinks import open_sink
    from riskmodels.scoring.stream import score_stream
    from riskmodels.tabular.model import SHIPPED, load_shipped

    source = _own(options) or _mapped(options, say)
    sink = open_sink(Path(options.target), source.delimiter or ",")
    torch.set_num_threads(1)  # the chunks run beside each other instead
    full = replace(
        plan,
        inputs=source.inputs,
        units=source.units,
        total=source.rows,
        workers=options.workers or min(os.cpu_count() or 1, 8),
    )
    return score_stream(
        source.unchecked(), sink, load_shipped(Path(options.models) if options.models else SHIPPED), full
    )


def _own(options: argparse.Namespace) -> CohortFile | None:
    """A file in the app's own columns that leaves nothing open; None for any other."""
    from riskmodels.scoring.own_columns import in_own_words
    from riskmodels.scoring.sources import open_cohort

    path = Path(options.source)
    if options.mapping or options.sheet or options.encoding or options.header_row is not None:
        return None
    if not path.exists():
        raise FileError(f"There is no file {path}.", hint="Check its name.")
    try:
        return in_own_words(open_cohort(path))
    except FileError:
        return None  # other names, another encoding, a workbook: a mapping says what it is


def _mapped(options: argparse.Namespace, say: Say) -> MappedCohort:
    """A file by its mapping, or by the one that is proposed where that leaves nothing open; it is said what is read."""
    from riskmodels.interop.columns.reading import look_at, questions_told, refuse_open, told
    from riskmodels.scoring.mapped import map_cohort

    reading = look_at(opened(options, Path(options.source)), options.mapping)
    for line in [*told(reading), *questions_told(reading.mapping)]:
        say(line)
    refuse_open(reading, options.mapping)
    cohort = map_cohort(reading.source, reading.mapping, reading.sample.rows)
    if cohort.earlier is not None:
        say(f"{len(cohort.earlier):,} rows left out: their patients have a later visit.")
    return cohort


def _on_ray(options: argparse.Namespace, plan: Plan) -> StreamCounts:
    from riskmodels.interop.columns.reading import read_saved
    from riskmodels.scoring.ray_engine import Cluster, score_on_ray

    cluster = Cluster(options.address, options.workers, options.models)
    layout = read_saved(options.mapping) if options.mapping else None
    return score_on_ray(options.source, options.target, plan, cluster, layout)


def _progress(say: Say) -> Callable[[int, int], None]:
    """Tell how far it is, every other second."""
    told = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            say(f"{done:,} rows" + (f" of {total:,}" if total else ""))

    return progress


def summary(counts: StreamCounts, seconds: float) -> list[str]:
    """The counts in words.

    Args:
        counts: of the run.
        seconds: it took.
    """
    lines = [
        f"{counts.read:,} rows read in {seconds:.1f} s: {counts.scored:,} scored, {counts.measured:,} measured, "
        f"{counts.not_scored:,} refused; "
        f"{counts.with_problems:,} with problems, {counts.cautions:,} with a caution, "
        f"{counts.held:,} with a value held at the edge of the training data"
    ]
    for name, n in counts.by_outcome.items():
        measured = counts.by_measurement.get(name, 0)
        lines.append(f"{OUTCOME[name].label}: {n:,} scored{f', {measured:,} measured' if measured else ''}")
    return lines

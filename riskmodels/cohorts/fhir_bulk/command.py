"""``python -m riskmodels data fhir``: the command's arguments and what it does."""

from __future__ import annotations

import argparse
import datetime
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.runtime.arguments import Say, above_zero

if TYPE_CHECKING:
    import pandas as pd

    from riskmodels.cohorts.fhir_bulk.counts import Counts

#: unknown codes that are named in the report
_MOST_CODES = 200
#: kinds of medicine that are said
_MOST_SAID = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("source", type=Path, metavar="IN", help="folder of the export or of Bundles, or one file")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--at", type=_date, metavar="DATE", help="YYYY-MM-DD: a row a patient at this day (today)")
    when.add_argument("--each-visit", action="store_true", help="a row a patient and day of an encounter")
    parser.add_argument(
        "--look-back", type=above_zero, default=730, metavar="DAYS", help="how old a measurement may be (730)"
    )
    parser.add_argument(
        "--server",
        default="",
        metavar="URL",
        help="the export's own server, where absolute and relative references mix",
    )
    parser.add_argument("--processes", type=above_zero, default=_processors(), metavar="N", help="all CPUs if left out")
    parser.add_argument("--dates", action="store_true", help="add a column with the date of each value")
    parser.add_argument("--out", type=Path, required=True, help="file to write: .parquet")


def fhir_command(options: argparse.Namespace, say: Say) -> int:
    """Build a cohort, say what became of every line, and write the same beside it.

    ``<out>.report.json`` has the counts, ``<out>.problems.csv`` the place of each refused line and resource.

    Args:
        options: as :func:`add_arguments` names them.
        say: told progress and counts, line by line.

    Returns:
        0.

    Raises:
        CareRiskError: what was wrong, in words.
    """
    from riskmodels.cohorts.fhir_bulk.cohort import Design, Source, build_cohort
    from riskmodels.cohorts.fhir_bulk.files import find_files
    from riskmodels.interop.table.safe_csv import to_csv

    today = datetime.datetime.now().astimezone().date()
    at = None if options.each_visit else options.at or today
    design = Design(today, at, datetime.timedelta(days=options.look_back))
    source = Source(options.source, options.server)
    counts = build_cohort(source, design, options.out, dates=options.dates, processes=options.processes, tell=say)
    report, problems = (options.out.with_name(f"{options.out.name}.{name}") for name in ("report.json", "problems.csv"))
    _write(report, json.dumps(_report(counts, options, at), indent=1, ensure_ascii=False).encode())
    _write(problems, to_csv(_problems(counts, find_files(options.source)[0])))
    for line in summary(counts):
        say(line)
    say(f"Written: {options.out}, {report.name} and {problems.name}")
    return 0


def summary(counts: Counts) -> list[str]:
    """The counts in words."""
    return list(_summary(counts))


def _summary(counts: Counts) -> Iterator[str]:
    yield f"{counts.files:,} files read, {counts.others:,} others beside them"
    yield f"{counts.lines.total():>12,} lines: {_parts(counts.lines)}"
    if counts.entries:
        yield f"{counts.entries.total():>12,} entries of Bundles: {_parts(counts.entries)}"
    for kind, number, fates in counts.by_kind():
        yield f"{number:>12,} {kind}: {_parts(fates)}"
    yield f"{counts.patients.total():>12,} patients: {_parts(counts.patients)}"
    if counts.visits:
        yield f"{counts.visits.total():>12,} encounters of patients in the cohort: {_parts(counts.visits)}"
    yield f"{counts.rows:>12,} rows; values that were not used, by variable:"
    unused: dict[str, int] = {}
    for (name, _), number in counts.not_used.items():
        unused[name or "of no variable"] = unused.get(name or "of no variable", 0) + number
    for name, number in sorted(unused.items(), key=lambda item: -item[1]):
        yield f"{number:>12,} {name}"
    if counts.by_name:
        kinds = ", ".join(
            f"{number:,} {name} ({atc})" for (name, atc), number in counts.by_name.most_common(_MOST_SAID)
        )
        rest = f" and {len(counts.by_name) - _MOST_SAID} more kinds" if len(counts.by_name) > _MOST_SAID else ""
        yield f"{counts.by_name.total():>12,} answers by the name of a medicine, not by a code: {kinds}{rest}"
    if counts.unmatched:
        yield f"{counts.unmatched:>12,} medicines that no variable is read from"
    if counts.unknown:
        yield f"{counts.unknown.total():>12,} entries under {len(counts.unknown):,} codes that nothing is read from"


def _parts(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in numbers.items())


def _report(counts: Counts, options: argparse.Namespace, at: datetime.date | None) -> dict[str, object]:
    return {
        "index": "each visit" if at is None else at.isoformat(),
        "look_back_days": options.look_back,
        "files": counts.files,
        "files_not_read": counts.others,
        "lines": dict(counts.lines),
        "entries": dict(counts.entries),
        "resources": {kind: fates for kind, _, fates in counts.by_kind()},
        "patients": dict(counts.patients),
        "visits": dict(counts.visits),
        "rows": counts.rows,
        "known": dict(sorted(counts.known.items())),
        "not_used": [
            {"variable": name, "reason": reason, "values": n} for (name, reason), n in counts.not_used.most_common()
        ],
        "medicine_by_name": [
            {"variable": name, "atc": atc, "rows": n} for (name, atc), n in counts.by_name.most_common()
        ],
        "medicines_not_matched": counts.unmatched,
        "codes_unknown": [
            {"system": system, "code": code, "times": n}
            for (system, code), n in counts.unknown.most_common(_MOST_CODES)
        ],
        "refused": counts.refused,
        "refused_listed": len(counts.listed),
    }


def _problems(counts: Counts, files: list[Path]) -> pd.DataFrame:
    """A row each: the names of files may tell who the patient is, so they stand here and are not printed."""
    import pandas as pd

    rows = [(str(files[r.place.file - 1]), r.place.line, r.place.entry, r.kind, r.reason) for r in counts.listed]
    return pd.DataFrame(rows, columns=["file", "line", "entry", "kind", "reason"])


def _write(path: Path, data: bytes) -> None:
    """A file that only its owner can read."""
    with open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(data)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date as 2026-01-31") from None

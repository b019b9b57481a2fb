"""``python -m riskmodels data omop``: the command's arguments and what it does."""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.runtime.arguments import Say

if TYPE_CHECKING:
    from riskmodels.cohorts.omop.cohort import Cohort


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--url", default="", help="database: postgresql://… or sqlite:////…; else CARERISK_OMOP_URL")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--cohort", type=int, metavar="ID", help="cohort_definition_id; its start is the index date")
    who.add_argument("--index-date", type=_date, metavar="DATE", help="YYYY-MM-DD, the same for everybody")
    parser.add_argument("--look-back", type=_days, default=365, metavar="DAYS", help="how old a value may be (365)")
    parser.add_argument(
        "--prior-observation", type=_days, default=0, metavar="DAYS", help="observation required before the date (0)"
    )
    parser.add_argument("--schema", default="", metavar="NAME", help="schema of the clinical tables")
    parser.add_argument("--vocabulary-schema", default="", metavar="NAME", help="of the concept tables, if another")
    parser.add_argument("--cohort-schema", default="", metavar="NAME", help="of the cohort table, if another")
    parser.add_argument("--dates", action="store_true", help="add a column with the date of each value")
    parser.add_argument("--out", type=Path, required=True, help="file to write: .parquet or .csv")


def omop_command(options: argparse.Namespace, say: Say) -> int:
    """Build a cohort, say who was left out and why, and write the same beside it as ``<out>.report.json``.

    Args:
        options: as :func:`add_arguments` names them.
        say: told progress and counts, line by line.

    Returns:
        0.

    Raises:
        CareRiskError: what was wrong, in words.
    """
    from riskmodels.cohorts.omop.cohort import Design, Schemas, build_cohort

    design = Design(options.cohort, options.index_date, options.look_back, options.prior_observation)
    made = build_cohort(
        options.url,
        design,
        options.out,
        schemas=Schemas(options.schema, options.vocabulary_schema, options.cohort_schema),
        dates=options.dates,
        progress=_progress(say),
    )
    report = options.out.with_name(f"{options.out.name}.report.json")
    report.write_text(json.dumps(_report(made, options), indent=1, ensure_ascii=False), encoding="utf-8")
    for line in summary(made):
        say(line)
    say(f"Written: {made.path} and {report.name}")
    return 0


def summary(made: Cohort) -> list[str]:
    """The attrition table and the counts in words."""
    lines = [f"{s.rows:>12,} rows of {s.persons:,} people {s.step}" for s in made.attrition.itertuples()]
    if len(made.not_used):
        lines.append("Values to look at, by variable, reason and unit:")
        rows = made.not_used.itertuples(index=False, name=None)
        lines += [f"{n:>12,} {name}: {reason}{f' ({unit})' if unit else ''}" for name, reason, unit, n in rows]
    lines += [f"Note: {gap}" for gap in made.gaps]
    if made.absent:
        lines.append("Not in the database's vocabulary: " + ", ".join(" ".join(code) for code in made.absent))
    return [*lines, f"{made.rows:,} rows"]


def _report(made: Cohort, options: argparse.Namespace) -> dict[str, object]:
    """What made the file, without the database's address: it may hold a password."""
    return {
        "index": f"cohort {options.cohort}" if options.index_date is None else options.index_date.isoformat(),
        "look_back_days": options.look_back,
        "prior_observation_days": options.prior_observation,
        "rows": made.rows,
        "attrition": made.attrition.to_dict("records"),
        "values_read": made.read,
        "known": made.known,
        "not_used": made.not_used.to_dict("records"),
        "gaps": list(made.gaps),
        "codes_absent": [" ".join(code) for code in made.absent],
    }


def _progress(say: Say) -> Callable[[int], None]:
    def progress(done: int) -> None:
        if done % 100_000 == 0:
            say(f"{done:,} people")

    return progress


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date as 2026-01-31") from None


def _days(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of days")
    return int(text)

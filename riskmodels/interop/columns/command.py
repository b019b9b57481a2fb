"""``python -m riskmodels columns FILE``: what the columns of a file are read as, and what must be answered."""

from __future__ import annotations

import argparse
from pathlib import Path

from riskmodels.interop.columns.open_table import open_told
from riskmodels.interop.columns.reading import look_at, questions_told, save, told
from riskmodels.interop.table.source import Source
from riskmodels.runtime.arguments import Say


def add_format_arguments(parser: argparse.ArgumentParser) -> None:
    """How a file is written, where its content does not tell."""
    how = parser.add_argument_group("how the file is written, where its content does not tell")
    how.add_argument("--sheet", default="", help="sheet of a workbook; the first with a table when left out")
    how.add_argument("--header-row", type=int, metavar="N", help="row of the column names, 1 the first; 0: none")
    how.add_argument(
        "--by", choices=["patient", "day"], default="patient", help="row made of a long table's observations"
    )
    how.add_argument("--date-format", default="", help="of a long table's dates, such as %%d/%%m/%%Y")
    how.add_argument("--encoding", default="", help="of a text, such as cp1252, gb18030 or cp932")


def opened(options: argparse.Namespace, path: Path) -> Source:
    """Open a file as :func:`add_format_arguments` says."""
    return open_told(
        path,
        sheet=options.sheet,
        header_row=options.header_row,
        encoding=options.encoding,
        date_format=options.date_format,
        by=options.by,
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV of any kind, Excel or Parquet")
    parser.add_argument("--out", type=Path, metavar="JSON", help="write the mapping here; it is the page's template")
    parser.add_argument("--mapping", type=Path, metavar="JSON", help="look at this mapping instead of proposing one")
    add_format_arguments(parser)


def columns_command(options: argparse.Namespace, say: Say) -> int:
    """Say what each column is read as and list the open questions.

    Args:
        options: as :func:`add_arguments` names them.
        say: told line by line.

    Returns:
        0; 1 while questions are open.

    Raises:
        CareRiskError: what was wrong, in words.
    """
    reading = look_at(opened(options, options.file), options.mapping)
    for line in told(reading):
        say(line)
    questions = reading.mapping.questions()
    for line in questions_told(reading.mapping):
        say(line)
    if options.out:
        save(options.out, options.file.stem[:60], reading.mapping)
        say(f"Written: {options.out}")
    if questions:
        count = f"{len(questions)} question{'s' if len(questions) > 1 else ''}"
        say(f"{count} open. Answer in {options.out or options.mapping or 'the mapping that --out writes'}.")
    return 1 if questions else 0

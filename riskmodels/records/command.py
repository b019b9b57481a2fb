"""``python -m riskmodels db upgrade | backup | restore``: the commands' arguments and what they do."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.runtime.arguments import Say

if TYPE_CHECKING:
    from riskmodels.records.engine import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands; which one was chosen stands in ``options.action``."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    made = actions.add_parser("upgrade", help="make the database, or bring it up to date; the app does so at its start")
    made.add_argument(
        "--new", action="store_true", help="begin an empty one where the SQLite file that was here is gone"
    )
    saved = actions.add_parser("backup", help="copy the SQLite database, also while the app runs")
    saved.add_argument("file", type=Path, help="file to write")
    restored = actions.add_parser("restore", help="put a backup in the place of the SQLite database")
    restored.add_argument("file", type=Path, help="what db backup wrote")


def db_command(options: argparse.Namespace, say: Say) -> int:
    """Run one of them on the database of ``DATABASE_URL``, or of the data folder.

    Args:
        options: as :func:`add_arguments` names them.
        say: told what was done, line by line.

    Returns:
        0.

    Raises:
        RecordsError: what was wrong, in words.
    """
    from riskmodels.records.engine import connect

    database = connect(anew=options.action == "restore" or getattr(options, "new", False))
    try:
        {"upgrade": _upgrade, "backup": _backup, "restore": _restore}[options.action](database, options, say)
    finally:
        database.close()
    return 0


def _upgrade(database: Database, _: argparse.Namespace, say: Say) -> None:
    from riskmodels.records.upgrade import upgrade

    before = upgrade(database)
    name = database.engine.url.render_as_string(hide_password=True)
    if before.current:
        say(f"Up to date at step {before.newest}: {name}")
    else:
        say(f"Brought from {before.found or 'nothing'} to step {before.newest}: {name}")


def _backup(database: Database, options: argparse.Namespace, say: Say) -> None:
    from riskmodels.records.backup import backup

    say(f"Written: {backup(database, options.file)}")


def _restore(database: Database, options: argparse.Namespace, say: Say) -> None:
    from riskmodels.records.backup import restore

    found, kept = restore(database, options.file)
    say(f"Restored from step {found.found}. The former database is kept: {kept}")

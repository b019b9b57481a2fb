"""``python -m riskmodels audit verify | begin``: is the trail of who did what whole, and where does its key begin?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from riskmodels.runtime.arguments import Say

if TYPE_CHECKING:
    from riskmodels.records.engine import Database


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands; which one was chosen stands in ``options.action``."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    checked = actions.add_parser("verify", help="find changed, missing, inserted and moved events; exit 1 when broken")
    checked.add_argument("--expect", metavar="HASH", help="a hash that an earlier run printed: it must still occur")
    begun = actions.add_parser(
        "begin", help="say that the key begins here: after setting it in a trail that has events"
    )
    begun.add_argument("--restored", action="store_true", help="an older backup was put back: begin anew")


def audit_command(options: argparse.Namespace, say: Say) -> int:
    """Check the trail of the database of ``DATABASE_URL``, or of the data folder; or say where its key begins.

    Args:
        options: as :func:`add_arguments` names them.
        say: told what was found, line by line.

    Returns:
        0 when it is whole, 1 when not.

    Raises:
        RecordsError: when the database cannot be reached, is newer than the app, or not yet brought up to date; what
            :func:`riskmodels.records.audit_begin.begin` refuses.
    """
    from riskmodels.records.engine import connect
    from riskmodels.records.errors import RecordsError
    from riskmodels.records.upgrade import version

    database = connect()
    try:
        found = version(database)
        if not found.current:
            raise RecordsError(
                f"The database is at step {found.found or 'none'}; this CareRisk needs {found.newest}.",
                hint="Update the app." if found.newer else "Run python -m riskmodels db upgrade first.",
            )
        return {"verify": _verify, "begin": _begin}[options.action](database, options, say)
    finally:
        database.close()


def _verify(database: Database, options: argparse.Namespace, say: Say) -> int:
    from riskmodels.records.audit_chain import verify

    verdict = verify(database, options.expect)
    keyed = f", {verdict.keyed:,} of them by the key, from event {verdict.begins} on" if verdict.keyed else ""
    say(f"{verdict.events:,} events{keyed}: {'whole' if verdict.ok else 'BROKEN'}")
    for problem in verdict.problems:
        say(f"  event {problem.seq}: {problem.text}" if problem.seq else f"  {problem.text}")
    if verdict.broken > len(verdict.problems):
        say(f"  … and {verdict.broken - len(verdict.problems):,} more")
    if verdict.ok and verdict.head:
        say(f"Note this elsewhere, for --expect: {verdict.head}")
    return 0 if verdict.ok else 1


def _begin(database: Database, options: argparse.Namespace, say: Say) -> int:
    from riskmodels.records.audit_begin import begin

    anchor, new = begin(database, options.restored)
    say(f"The key {'begins' if new else 'began already'} with event {anchor.seq}.")
    if anchor.seq > 1:
        say(f"{anchor.seq - 1:,} before it have no key: whoever wrote the database could have made them.")
    return 0

"""The audit trail as a file: CSV that a spreadsheet opens without running anything in it; the download is an event."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pandas as pd

from riskmodels.interop.table.safe_csv import to_csv
from riskmodels.records import Actor, Database, audit, users
from riskmodels.records.audit import Action, Event
from riskmodels.tasks import shared_room

#: events of a file at most, the newest ones
MOST = 100_000
_BATCH = 2_000
_COLUMNS = ("event", "time (UTC)", "who", "account", "action", "kind", "record", "details", "hash")


def export(
    database: Database, actor: Actor, kind: str = "", record_id: str = "", who: str = "", action: str = ""
) -> bytes:
    """The events asked for, the newest first, as CSV; that they were taken is added to the trail.

    Args:
        database: the records.
        actor: who takes them; an administrator.
        kind, record_id, who, action: which events; all where empty.

    Raises:
        NotAllowedError: without the role.
        RecordsError: when the database cannot be reached.
        TaskError: when the file could not be written.
    """
    found = list(_events(database, actor, {"kind": kind, "record_id": record_id, "who": who, "action": action}))
    names = users.names(database, {event.actor for event in found})
    rows = [_row(event, names.get(event.actor, "")) for event in found]
    # written beside the pages, which a hundred thousand rows of text would hold up
    content = shared_room().start(to_csv, pd.DataFrame(rows, columns=list(_COLUMNS))).result()
    asked = (("kind", kind), ("record", record_id), ("who", who), ("action", action))
    filters = [name for name, value in asked if value]
    audit.record(database, actor, Action.EXPORT, "audit", "trail", {"events": len(found), "filters": filters})
    return content


def _events(database: Database, actor: Actor, asked: dict[str, str]) -> Iterator[Event]:
    """Batch by batch; those that are added meanwhile push the others back, so what was met already is passed over."""
    last = None
    for page in range(MOST // _BATCH):
        rows = audit.events(database, actor, **asked, page=page, size=_BATCH).rows
        for event in rows:
            if last is None or event.seq < last:
                last = event.seq
                yield event
        if len(rows) < _BATCH:
            return


def _row(event: Event, name: str) -> tuple[object, ...]:
    detail = json.dumps(dict(event.detail), ensure_ascii=False)
    time = event.time.isoformat(timespec="milliseconds")
    return (event.seq, time, name, event.actor, str(event.action), event.kind, event.record_id, detail, event.hash)

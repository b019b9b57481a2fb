"""What the clinics' ledgers say, and whether the records hold it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from riskmodels.records import Database
from riskmodels.records.schema import AuditEventRow, Base, PatientRow, VisitRow


@dataclass
class Confirmed:
    """Saves that somebody was told are kept: patients by code, and of each visit the latest version."""

    codes: dict[str, str] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    saves: int = 0
    refused: int = 0


def confirmed(folder: Path) -> Confirmed:
    """All ledgers of a folder; a line that a killed process did not end does not count."""
    found = Confirmed()
    for path in sorted(folder.glob("*.ledger")):
        for line in path.read_bytes().split(b"\n")[:-1]:
            entry = json.loads(line)
            found.refused += "refused" in entry
            found.saves += "refused" not in entry
            if "code" in entry:
                found.codes[entry["code"]] = entry["patient"]
            if "visit" in entry:
                found.visits[entry["visit"]] = max(entry["version"], found.visits.get(entry["visit"], 0))
    return found


def lost(database: Database, wanted: Confirmed) -> list[str]:
    """What was confirmed and is not in the records once, as it was confirmed, with its event."""
    with database.read() as session:
        patients = session.execute(sa.select(PatientRow.code, PatientRow.id)).all()
        versions = {row.id: row.version for row in session.execute(sa.select(VisitRow.id, VisitRow.version))}
        made = set(session.scalars(sa.select(AuditEventRow.record_id).where(AuditEventRow.action == "create")))
    stored: dict[str, list[str]] = {}
    for row in patients:
        stored.setdefault(row.code, []).append(row.id)
    gone = [code for code, patient in wanted.codes.items() if stored.get(code) != [patient] or patient not in made]
    return gone + [
        f"visit {visit}"
        for visit, version in wanted.visits.items()
        if versions.get(visit, 0) < version or visit not in made
    ]


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with database.read() as session:
        return {
            table.name: sorted(tuple(map(repr, row)) for row in session.execute(sa.select(table)))
            for table in Base.metadata.sorted_tables
        }

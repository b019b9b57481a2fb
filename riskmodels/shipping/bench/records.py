"""How long a page of the list of 100,000 patients takes, on SQLite and, where an address is given, on PostgreSQL.

``python -m riskmodels.shipping.bench.records`` prints the section of docs/benchmarks.md. The patients are invented.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from riskmodels.records import LOCAL, Database, open_database
from riskmodels.records.listing import Query, Sort, search
from riskmodels.records.patients import CODE_LETTERS
from riskmodels.records.schema import PatientRiskRow, PatientRow, VisitRow
from riskmodels.shipping.say import to_stdout

PATIENTS = 100_000
#: a PostgreSQL server and a role that may make databases; the tests use the same variable
SERVER = "CARERISK_TEST_POSTGRES"
_OUTCOMES = ("diabetes", "cvd_10y")
_BLOCK = 5_000
_NAMES = "ash birch cedar elm fir hazel juniper larch maple oak pine rowan spruce willow yew".split()


def measure_records(say: Callable[[str], None], patients: int = PATIENTS, server: str | None = None) -> str:
    """Fill a temporary database of each kind and time pages of the list.

    Args:
        say: told each line.
        patients: how many.
        server: address of a PostgreSQL server; ``$CARERISK_TEST_POSTGRES`` when None; left out where there is none.

    Returns:
        A Markdown table: the median and the slowest of nine reads a kind of page.
    """
    address = os.environ.get(SERVER, "") if server is None else server
    lines = [f"| page of 50 of {patients:,} patients | database | median | slowest |", "|---|---|---:|---:|"]
    for line in lines:
        say(line)
    for name, opened in (("SQLite", _sqlite()), *((("PostgreSQL", _postgresql(address)),) if address else ())):
        with opened as database:
            fill(database, patients)
            for what, query in pages(patients):
                times = _times(database, query)
                lines.append(f"| {what} | {name} | {np.median(times):.0f} ms | {max(times):.0f} ms |")
                say(lines[-1])
    return "\n".join(lines) + "\n"


def pages(patients: int) -> list[tuple[str, Query]]:
    """What is asked for, in words and as a query: every sort, first, middle and last page, and filters."""
    last = patients // 50
    found = []
    for sort in Sort:
        for descending in (True, False):
            way = "descending" if descending else "ascending"
            for place, page in (("first", 0), ("middle", last // 2), ("last", last)):
                words = f"{sort.value}, {way}, {place} page"
                found.append((words, Query(sort=sort, descending=descending, page=page)))
    busy: dict[str, Any] = {"sex": 1, "ages": (40, 79), "risk_from": 0.1, "seen_from": date(2020, 1, 1)}
    for place, page in (("first", 0), ("last", last)):
        found += [
            (f"label has “oak”, {place} page", Query(text="oak", page=page)),
            (f"code starts with P-7K, by risk, {place} page", Query(text="p-7k", sort=Sort.RISK, page=page)),
            (f"men of 40–79 at 10 % or more since 2020, {place} page", Query(**busy, page=page)),
            (f"the same by label, with “a”, {place} page", Query(**busy, text="a", sort=Sort.LABEL, page=page)),
        ]
    found += [("nothing found", Query(text="no such label")), ("deleted", Query(deleted=True))]
    return found


def fill(database: Database, patients: int) -> None:
    """Invented patients with a visit each and two risks; one in a hundred is deleted, some lack this or that.

    Args:
        database: empty, up to date.
        patients: how many.
    """
    rng = np.random.default_rng(0)
    codes = _codes(patients, rng)
    for first in range(0, patients, _BLOCK):
        rows = [_patient(rng, code) for code in codes[first : first + _BLOCK]]
        with database.write() as session:
            session.execute(sa.insert(PatientRow), rows)
            session.execute(sa.insert(VisitRow), [_visit(row) for row in rows if row["visits"]])
            session.execute(sa.insert(PatientRiskRow), [risk for row in rows for risk in _risks(rng, row)])
    if database.file is None:  # what PostgreSQL does by itself within a minute; SQLite never does
        with database.write() as session:
            session.execute(sa.text("ANALYZE"))


def _codes(count: int, rng: np.random.Generator) -> list[str]:
    letters = np.array(list(CODE_LETTERS))
    found: dict[str, None] = {}
    while len(found) < count:
        for drawn in letters[rng.integers(0, len(letters), (count, 5))]:
            found["P-" + "".join(drawn)] = None
    return list(found)[:count]


def _patient(rng: np.random.Generator, code: str) -> dict[str, Any]:
    seen, named = rng.random() < 0.97, rng.random() < 0.6
    label = f"{rng.choice(_NAMES)} {rng.choice(_NAMES)} {rng.integers(1000)}" if named else ""
    created = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(seconds=int(rng.integers(10 * 365 * 86_400)))
    return {
        "id": rng.bytes(16).hex(), "code": code, "label": label, "label_key": label, "version": 1,
        "sex": int(rng.integers(2)) if seen else None, "age": round(float(rng.uniform(18, 95)), 1) if seen else None,
        "visits": int(seen), "last_visit": created.date() if seen else None, "created": created,
        "created_by": "local", "deleted": datetime.now(UTC) if rng.random() < 0.01 else None,
    }  # fmt: skip


def _visit(patient: dict[str, Any]) -> dict[str, Any]:
    canonical = {"age": patient["age"], "sex": float(patient["sex"]), "systolic_bp": 131.0, "total_cholesterol": 201.0}
    units = {"age": "years", "sex": "", "systolic_bp": "mmHg", "total_cholesterol": "mg/dL"}
    return {
        "id": secrets.token_hex(16), "patient_id": patient["id"], "day": patient["last_visit"], "version": 1,
        "entered": {name: {"value": value, "unit": units[name]} for name, value in canonical.items()},
        "canonical": canonical, "note": "", "source": "form", "created": patient["created"], "created_by": "local",
        "edited": patient["created"], "edited_by": "local", "deleted": None,
    }  # fmt: skip


def _risks(rng: np.random.Generator, patient: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"patient_id": patient["id"], "outcome": outcome, "risk": float(rng.beta(1.2, 9))}
        for outcome in _OUTCOMES
        if patient["visits"] and rng.random() < 0.9
    ]


def _times(database: Database, query: Query) -> list[float]:
    """Milliseconds of nine reads, after one that warms up."""
    times = []
    for _ in range(10):
        start = time.perf_counter()
        search(database, LOCAL, query)
        times.append(1e3 * (time.perf_counter() - start))
    return times[1:]


@contextmanager
def _sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        database = open_database(f"sqlite+pysqlite:///{place / 'bench.db'}", place)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def _postgresql(server: str) -> Iterator[Database]:
    name = f"bench_{secrets.token_hex(6)}"
    address = sa.make_url(server)
    engine = sa.create_engine(address.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with tempfile.TemporaryDirectory() as folder, engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
        try:
            database = open_database(address.set(database=name).render_as_string(hide_password=False), Path(folder))
            try:
                yield database
            finally:
                database.close()
        finally:  # without FORCE: the server then ends its own vacuum, which no other role may
            connection.execute(sa.text(f"DROP DATABASE {name}"))
            engine.dispose()


if __name__ == "__main__":
    measure_records(to_stdout)

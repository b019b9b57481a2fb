"""Resources of an export, grouped by patient on disk: they come file by file, and a patient's lie all over them.

SQLite, for three reasons: it brings lines of any order together with memory of a fixed size (a page cache), where
sorting or a table of our own in memory would grow with the export; references are resolved after the last line, since a
Patient may come behind its Observations; and a patient with a hundred thousand lines takes no more room than any other,
as it would in files parted by a hash. The file lies beside the result, is its owner's alone, and is removed at the end.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as shown
from pathlib import Path
from tempfile import TemporaryDirectory

from riskmodels.cohorts.fhir_bulk.files import Place
from riskmodels.cohorts.fhir_bulk.names import server_of
from riskmodels.errors import SourceDataError

#: what one patient may have: a bundle's limits apply as well, after what is outside the days is left out
MOST_RESOURCES, MOST_BYTES = 20_000, 64 * 2**20
#: resources written at a time
_BATCH = 2_000
_RELATIVE = re.compile(r"Patient/")
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
CREATE TABLE patient (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE alias (name TEXT PRIMARY KEY, patient INTEGER) WITHOUT ROWID;
CREATE TABLE resource (seq INTEGER PRIMARY KEY, subject TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  url TEXT NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL, entry INTEGER NOT NULL, medication TEXT NOT NULL,
  body BLOB NOT NULL);
CREATE TABLE medication (name TEXT PRIMARY KEY, id INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE deleted (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_ADD = "INSERT INTO resource VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_OF_PATIENT = """
SELECT kind, url, file, line, entry, medication, body, EXISTS (SELECT 1 FROM deleted WHERE deleted.name = resource.name)
FROM resource WHERE subject IN (SELECT name FROM alias WHERE patient = ?) ORDER BY seq
"""


@dataclass(frozen=True)
class Stored:
    """One resource.

    Args:
        kind: its resourceType.
        url: fullUrl of its entry; empty for a line.
        place: where it stood.
        medication: name of the Medication that it refers to; empty where none.
        body: JSON.
        deleted: whether the export says that it was deleted.
    """

    kind: str
    url: str = shown(repr=False)
    place: Place
    medication: str = shown(repr=False)
    body: bytes = shown(repr=False)
    deleted: bool = False


@dataclass(frozen=True)
class Group:
    """All that an export has of one patient.

    Args:
        name: the patient's own name, e.g. ``Patient/1``.
        resources: in the order of the export, the Patient among them.
        medications: Medications that are referred to, by name.
        too_large: why only the count of ``kinds`` is given, and no resource; empty where all are.
        kinds: how many resources of each kind are left out then.
    """

    name: str = shown(repr=False)
    resources: tuple[Stored, ...]
    medications: dict[str, bytes] = shown(repr=False)
    too_large: str = ""
    kinds: Mapping[str, int] = shown(default_factory=dict)


@contextmanager
def open_store(beside: Path) -> Iterator[Store]:
    """A store that is removed at the end.

    Args:
        beside: the result, in whose folder it lies.

    Raises:
        SourceDataError: when the disk is full, or cannot be written.
    """
    with TemporaryDirectory(prefix=f".{beside.name}.", dir=beside.parent) as folder:
        path = Path(folder) / "export.sqlite"
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN")
            yield Store(connection)
        except sqlite3.Error as error:
            raise SourceDataError(
                "The resources could not be kept on disk while they are grouped.",
                hint=f"Make room in {beside.parent}: as much as the export takes unpacked, and half of it again.",
                log=f"fhir bulk store: {type(error).__name__}",
            ) from None
        finally:
            connection.close()


class Store:
    """Takes resources in any order, and gives them patient by patient once :meth:`link` was called."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[object, ...]] = []
        self._relative = False
        self._servers: set[str] = set()

    def add(self, subject: str, name: str, stored: Stored) -> None:
        """Keep a resource of a patient.

        Args:
            subject: name of the patient.
            name: of the resource itself; empty where it has none.
            stored: the resource.
        """
        server = server_of(subject)
        if server and len(self._servers) < 2:  # more than one is all that has to be known
            self._servers.add(server)
        self._relative = self._relative or _RELATIVE.match(subject) is not None
        self._keep(subject, name, stored)

    def add_patient(self, names: list[str], stored: Stored) -> None:
        """Keep a Patient under all of its names, its own first."""
        own = names[0]
        execute = self._connection.execute
        execute("INSERT OR IGNORE INTO patient (name) VALUES (?)", (own,))
        (number,) = execute("SELECT number FROM patient WHERE name = ?", (own,)).fetchone()
        for name in names:
            # what two patients are called by names neither of them
            execute(
                "INSERT INTO alias VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET patient = NULL "
                "WHERE patient IS NOT excluded.patient",
                (name, number),
            )
        self._keep(own, own, stored)

    def add_medication(self, names: list[str], body: bytes, number: int) -> None:
        """Keep a Medication under its names; of several versions the one that comes last."""
        rows = [(name, number, body) for name in names]
        self._connection.executemany("INSERT OR REPLACE INTO medication VALUES (?, ?, ?)", rows)

    def delete(self, name: str) -> None:
        """Note that a resource was deleted, whether it comes before or after."""
        self._connection.execute("INSERT OR IGNORE INTO deleted VALUES (?)", (name,))

    def link(self, server: str = "") -> None:
        """Resolve names, after the last resource.

        Args:
            server: address of the export's own server. Where it is not given and the export uses absolute references of
                one server only and no relative ones, it is that server.
        """
        self._write()
        only = next(iter(self._servers)) if len(self._servers) == 1 and not self._relative else ""
        own = f"{server.rstrip('/')}/" if server else only
        execute = self._connection.execute
        execute("DELETE FROM medication WHERE name IN (SELECT name FROM deleted)")
        if own:
            execute(
                "INSERT OR IGNORE INTO alias SELECT ? || name, patient FROM alias WHERE name LIKE 'Patient/%'", (own,)
            )
            execute("INSERT OR IGNORE INTO medication SELECT ? || name, id, body FROM medication "
                    "WHERE name LIKE 'Medication/%'", (own,))  # fmt: skip
        execute("CREATE INDEX by_subject ON resource (subject)")
        execute("CREATE INDEX by_patient ON alias (patient)")

    def patients(self) -> int:
        """How many there are."""
        return int(self._connection.execute("SELECT count(*) FROM patient").fetchone()[0])

    def groups(self) -> Iterator[Group]:
        """One patient after another, in the order in which they came."""
        for number, name in self._connection.execute("SELECT number, name FROM patient ORDER BY number"):
            yield self._group(number, name)

    def homeless(self) -> Iterator[tuple[str, Place, bool]]:
        """Kind and place of resources that name no patient of the export, and whether two patients are called so."""
        query = (
            "SELECT kind, file, line, entry, alias.name IS NOT NULL FROM resource LEFT JOIN alias "
            "ON alias.name = resource.subject WHERE alias.patient IS NULL ORDER BY seq"
        )
        for kind, file, line, entry, shared in self._connection.execute(query):
            yield kind, Place(file, line, entry), bool(shared)

    def medications(self) -> tuple[int, int]:
        """How many Medications are kept, and how many of them something of a patient refers to."""
        (kept,) = self._connection.execute("SELECT count(DISTINCT id) FROM medication").fetchone()
        (used,) = self._connection.execute(
            "SELECT count(DISTINCT id) FROM medication WHERE name IN (SELECT medication FROM resource)"
        ).fetchone()
        return int(kept), int(used)

    def _keep(self, subject: str, name: str, stored: Stored) -> None:
        row = (subject, stored.kind, name, stored.url, *stored.place, stored.medication, stored.body)
        self._waiting.append(row)
        if len(self._waiting) >= _BATCH:
            self._write()

    def _write(self) -> None:
        self._connection.executemany(_ADD, self._waiting)
        self._waiting.clear()

    def _group(self, number: int, name: str) -> Group:
        resources: list[Stored] = []
        size = 0
        rows = self._connection.execute(_OF_PATIENT, (number,))
        for kind, url, file, line, entry, medication, body, deleted in rows:
            resources.append(Stored(kind, url, Place(file, line, entry), medication, body, bool(deleted)))
            size += len(body)
            if len(resources) > MOST_RESOURCES or size > MOST_BYTES:
                kinds = Counter(r.kind for r in resources) + Counter(row[0] for row in rows)
                reason = f"more than {MOST_RESOURCES:,} resources or {MOST_BYTES // 2**20} MB"
                return Group(name, (), {}, reason, kinds)
        wanted = {r.medication for r in resources if r.medication}
        return Group(name, tuple(resources), {w: body for w in wanted if (body := self._medication(w))})

    def _medication(self, name: str) -> bytes | None:
        row = self._connection.execute("SELECT body FROM medication WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

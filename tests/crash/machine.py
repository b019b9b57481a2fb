"""What happens to a served clinic: processes that are killed, our own commands beside it, a disk that is full."""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from riskmodels.records import Database, RecordsError
from riskmodels.records.engine import FILE, connect
from tests.crash.ledger import Confirmed, confirmed, content, lost

ROOT = Path(__file__).resolve().parents[2]
CLINIC = Path(__file__).with_name("clinic_process.py")
#: seconds that a process may take to end, a command to answer
PATIENCE = 300
_TIDY = """
from riskmodels.records import open_database
from riskmodels.records.housekeeping import tidy
tidy(open_database())
"""
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = 'clinic' ORDER BY random() LIMIT 2"
)
_LEFT = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'clinic'"


@dataclass
class Clinic:
    """One server process, which starts again whenever it ended."""

    name: str
    process: subprocess.Popen[bytes]
    starts: int = 1


@dataclass
class Machine:
    """Two server processes on one set of records.

    Args:
        data: their data folder.
        work: for ledgers, backups and restored copies; on another disk than ``data`` where that is a small one.
        draws: all that is left to chance.
        url, elsewhere: addresses of PostgreSQL databases, the second one for restored copies; empty on SQLite.
        small: whether the disk of ``data`` is a small one, which may be filled.
    """

    data: Path
    work: Path
    draws: random.Random
    url: str = ""
    elsewhere: str = ""
    small: bool = False
    clinics: list[Clinic] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    def run(self, seconds: float) -> None:
        """Let things happen in an order at random, each at least once, until the time is over; then end all."""
        end, deck = time.monotonic() + seconds, list[str]()
        self.clinics = [Clinic(name, self._start(f"{name}-1")) for name in "AB"]
        try:
            while time.monotonic() < end or deck or not self.done:
                deck = deck or self.draws.sample(sorted(self.events()), len(self.events()))
                time.sleep(self.draws.uniform(0.0, 0.5))
                event = deck.pop()
                self.events()[event]()
                self.done[event] = self.done.get(event, 0) + 1
        finally:
            for clinic in self.clinics:
                self._end(clinic, signal.SIGTERM)

    def events(self) -> dict[str, Callable[[], None]]:
        """What may happen."""
        kept = {
            "verify": self.verify,
            "restore elsewhere": self.restore_elsewhere,
            "upgrade": lambda: self._command("db", "upgrade"),
            "tidy": self.tidy,
            "selfcheck": self.selfcheck,
            "command killed": self.kill_command,
            "SIGKILL": lambda: self.again(signal.SIGKILL),
            "SIGTERM": lambda: self.again(signal.SIGTERM),
        }
        if self.url:
            kept["sessions cut"] = self.cut_sessions
        else:
            kept["backup"] = lambda: self._command("db", "backup", str(self.work / "some.db"))
        if self.small:
            kept["disk full"] = self.fill_disk
        return kept

    # processes

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(CLINIC), str(self.work / f"{name}.ledger"), str(self.draws.getrandbits(32))]
        with (self.work / f"{name}.log").open("wb") as log:
            return subprocess.Popen(command, env=self.environment(clinic=True), stdout=log, stderr=log)

    def _end(self, clinic: Clinic, how: signal.Signals) -> None:
        """End a process, which must have lived until now, and be gone after a while."""
        name = f"{clinic.name}-{clinic.starts}"
        died = clinic.process.poll()
        clinic.process.send_signal(how)
        try:
            code = clinic.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            clinic.process.kill()
            code = clinic.process.wait()
            self.faults.append(f"clinic {name} did not end within {PATIENCE} s")
        if died is not None or code not in (0, -how):
            lines = (self.work / f"{name}.log").read_text(errors="replace").splitlines()
            self.faults.append(f"clinic {name} ended by itself ({code}): {' | '.join(lines[-3:])[-300:]}")

    def again(self, how: signal.Signals) -> None:
        """One of the servers ends, and starts after a moment."""
        clinic = self.draws.choice(self.clinics)
        self._end(clinic, how)
        time.sleep(self.draws.uniform(0.0, 0.5))
        clinic.starts += 1
        clinic.process = self._start(f"{clinic.name}-{clinic.starts}")

    # commands beside them

    def environment(self, data: Path | None = None, url: str | None = None, clinic: bool = False) -> dict[str, str]:
        """Of a process on the records, or on a restored copy."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CARERISK_")}
        ours = {"CARERISK_DATA": str(data or self.data), "DATABASE_URL": self.url if url is None else url}
        named = {"PGAPPNAME": "clinic"} if clinic else {}
        return kept | ours | named | {"CARERISK_AUDIT_KEY": "k" * 43, "OMP_NUM_THREADS": "1"}

    def _command(
        self, *words: str, environment: dict[str, str] | None = None, program: tuple[str, ...] = ("-m", "riskmodels")
    ) -> str:
        """Run a command, which must succeed; what it printed."""
        command = [sys.executable, *program, *words]
        given = environment or self.environment()
        ran = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=PATIENCE)
        if ran.returncode:
            said = " | ".join((ran.stdout + ran.stderr).strip().splitlines()[:3])
            self.faults.append(f"{' '.join(words[:2]) or 'tidy'} failed with {ran.returncode}: {said[:300]}")
        return ran.stdout

    def verify(self) -> None:
        """The audit trail is whole."""
        self._command("audit", "verify")

    def tidy(self) -> None:
        """Housekeeping by another process."""
        self._command(program=("-c", _TIDY))

    def selfcheck(self) -> None:
        """The database and its audit trail are well; a disk that is small need not be."""
        command = [sys.executable, "-m", "riskmodels", "selfcheck", "--quick", "--json"]
        ran = subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=PATIENCE
        )
        checks = json.loads(ran.stdout or '{"checks": []}')["checks"]
        well = {check["name"] for check in checks if check["passed"]}
        if not {"database", "audit trail"} <= well:
            told = [check["detail"] for check in checks if not check["passed"]]
            self.faults.append(f"selfcheck: {told} {ran.stderr.strip()[-200:]}")

    def kill_command(self) -> None:
        """A command is killed at any moment of it."""
        words = self.draws.choice((["audit", "verify"], ["db", "backup", str(self.work / "killed.db")]))
        command = [sys.executable, "-m", "riskmodels", *words]
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(self.draws.uniform(0.2, 1.5))
        process.kill()
        process.wait()

    def cut_sessions(self) -> None:
        """The server of the database ends sessions."""
        engine = sa.create_engine(make_url(self.url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.execute(sa.text(_CUT))
        engine.dispose()

    def fill_disk(self) -> None:
        """No byte is left, for a moment or until somebody was refused."""
        filler = self.data / "filler"
        try:
            with filler.open("wb", buffering=0) as file:
                while file.write(b"\0" * 4096) == 4096:
                    pass
        except OSError:
            pass
        before, end = confirmed(self.work).refused, time.monotonic() + self.draws.uniform(0.5, 8.0)
        while time.monotonic() < end and confirmed(self.work).refused == before:
            time.sleep(0.2)
        filler.unlink()

    # a copy elsewhere

    def restore_elsewhere(self) -> None:
        """What was confirmed before a backup began is in what it restores to, and its trail is whole."""
        before = confirmed(self.work)
        database = self.copied()
        try:
            self._judge(database, before, "restored records")
        finally:
            database.close()
        self._command("audit", "verify", environment=self.environment(database.folder, self.elsewhere))

    def copied(self) -> Database:
        """A backup, restored in another place."""
        folder = self.work / f"elsewhere-{secrets.token_hex(4)}"
        if self.url:
            dump = str(self.work / "some.dump")
            for command in (
                ["pg_dump", "--format=custom", f"--file={dump}", self.url],
                ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
                 f"--dbname={self.elsewhere}", dump],
            ):  # fmt: skip
                ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
                if ran.returncode:
                    self.faults.append(f"{command[0]} failed: {ran.stderr.strip()[:300]}")
        else:
            saved = self.work / "copy.db"
            self._command("db", "backup", str(saved))
            self._command("db", "restore", str(saved), environment=self.environment(folder))
        return connect(self.elsewhere or f"sqlite:///{folder / FILE}", folder)

    def _judge(self, database: Database, wanted: Confirmed, where: str) -> None:
        everything = len(wanted.codes) + len(wanted.visits)
        try:
            gone = lost(database, wanted)
        except RecordsError as error:
            self.faults.append(f"{where} cannot be read, with {everything} confirmed patients and visits: {error}")
            return
        if gone:
            told = ", ".join(gone[:5])
            self.faults.append(f"{where} lack {len(gone)} of {everything} confirmed patients and visits: {told}")

    # the end

    def settle(self) -> None:
        """All servers have ended: everything confirmed is there once, the trail whole, a backup equal."""
        all_saves = confirmed(self.work)
        database = connect(self.url or f"sqlite:///{self.data / FILE}", self.data)
        self._wait_for_server(database)
        try:
            self._judge(database, all_saves, "the records")
            if not self.url:
                self._check_file(database)
            live = content(database)
        except RecordsError as error:
            self.faults.append(f"the records cannot be read: {error}")
            live = {}
        finally:
            database.close()
        self._command("audit", "verify")
        copy = self.copied()
        try:
            if content(copy) != live:
                self.faults.append("a backup of the end differs from the records")
        except RecordsError as error:
            self.faults.append(f"the backup of the end cannot be read: {error}")
        finally:
            copy.close()

    def _check_file(self, database: Database) -> None:
        with database.read() as session:
            damage = session.execute(sa.text("PRAGMA integrity_check")).all()
            found = [tuple(row) for row in (*damage, *session.execute(sa.text("PRAGMA foreign_key_check")))]
        if found != [("ok",)]:
            self.faults.append(f"the file is damaged: {found}"[:300])

    def _wait_for_server(self, database: Database) -> None:
        """A database server may still end what a killed client had sent."""
        for _ in range(PATIENCE * 10 if self.url else 0):
            with database.read() as session:
                if not session.scalar(sa.text(_LEFT)):
                    return
            time.sleep(0.1)

    def report(self) -> str:
        """What happened, in a line, and what was wrong."""
        found = confirmed(self.work)
        events = ", ".join(f"{name} {count}" for name, count in sorted(self.done.items()))
        heading = f"{found.saves} saves confirmed ({len(found.codes)} patients), {found.refused} refused; {events}"
        return "\n".join([heading, *self.faults])

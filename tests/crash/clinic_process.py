"""A server in one process: people save patients and visits, and each save that was confirmed goes into a ledger.

``python clinic_process.py LEDGER SEED``; the environment names the records. It opens them as the app does: once for the
pages and once for the work behind them. SIGTERM ends it as it ends the app; SIGKILL at any moment. A save is written
into the ledger, a file outside the records, after the records said that it is kept: a save may be missing there, never
the other way round.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from datetime import date
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from riskmodels.records import LOCAL, Database, RecordsError, open_database, patients, queue, visits
from riskmodels.records.assessments import Estimate, NewAssessment
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.housekeeping import tidy

PEOPLE = 2
FIRST, SECOND = date(2026, 1, 1), date(2026, 2, 1)


class Ledger:
    """What was confirmed, one line each, on the disk before the next save begins."""

    def __init__(self, path: Path) -> None:
        self._file, self._lock = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), Lock()

    def write(self, **confirmed: Any) -> None:
        """Add a line."""
        with self._lock:
            os.write(self._file, json.dumps(confirmed).encode() + b"\n")
            os.fsync(self._file)


def facts(age: float) -> Facts:
    """What a form says."""
    return Facts({"age": Entered(age, "years"), "sex": Entered(1.0, "")}, {"age": age, "sex": 1.0})


def answers(risk: float) -> list[NewAssessment]:
    """What a model answers."""
    one = Estimate(risk, risk, risk, 0.0, "", "")
    return [NewAssessment("population", "v1", "0" * 64, {}, {"age": 60.0}, "1" * 64, {"cvd_10y": one}, {})]


def person(database: Database, ledger: Ledger, draws: random.Random, stopping: Event) -> None:
    """Make a patient, add a visit, correct it, take the first one away; again and again."""
    while not stopping.wait(draws.uniform(0.0, 0.03)):
        try:
            one_patient(database, ledger, draws)
        except RecordsError as error:  # refused, in words: nothing was confirmed
            ledger.write(refused=error.log)
            stopping.wait(0.1)


def one_patient(database: Database, ledger: Ledger, draws: random.Random) -> None:
    """All that happens to one patient."""
    age = float(draws.randint(40, 79))
    patient, visit = patients.create(database, LOCAL, f"no. {age}", FIRST, facts(age), answers(0.1))
    ledger.write(code=patient.code, patient=patient.id)
    ledger.write(visit=visit.id, version=visit.version)
    second = visits.add(database, LOCAL, patient.id, SECOND, facts(age), answers(0.2))
    ledger.write(visit=second.id, version=second.version)
    saved = visits.save(database, LOCAL, second.id, second.version, second.day, facts(age + 1), answers(0.3))
    ledger.write(visit=saved.id, version=saved.version)
    if draws.random() < 0.3:
        visits.delete(database, LOCAL, visit.id)
        patients.find(database, LOCAL, patient.id, opened=True)


def behind(database: Database, stopping: Event) -> None:
    """What the app does beside its pages."""
    while not stopping.wait(0.5):
        try:
            queue.claim(database, "clinic", ["score"])
            tidy(database)
        except RecordsError:
            continue


def opened(stopping: Event) -> Database | None:
    """The records, as soon as they can be opened; None when the process is to end before."""
    while not stopping.is_set():
        try:
            return open_database()
        except RecordsError:
            time.sleep(0.1)
    return None


def main() -> None:
    """Save until told to end."""
    stopping, ledger, seed = Event(), Ledger(Path(sys.argv[1])), int(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    pages, service = opened(stopping), opened(stopping)
    if pages is None or service is None:
        return
    threads = [Thread(target=behind, args=(service, stopping))]
    for number in range(PEOPLE):
        draws = random.Random(seed + number)
        threads.append(Thread(target=person, args=(pages, ledger, draws, stopping)))
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if not stopping.is_set() and not all(thread.is_alive() for thread in threads):
            os._exit(70)  # what it died of was printed
        time.sleep(0.05)
    pages.close()
    service.close()


if __name__ == "__main__":
    main()

"""A clinic in one process: makes patients and adds and edits their visits in a loop, until it is killed.

``python save_process.py FOLDER``; ``DATABASE_URL`` names a PostgreSQL database. Says ``ready`` once it has begun.
"""

from __future__ import annotations

import sys
from datetime import date
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def main() -> None:
    """Save until killed."""
    from riskmodels.records import LOCAL, open_database, patients, visits
    from riskmodels.records.assessments import Estimate, NewAssessment
    from riskmodels.records.facts import Entered, Facts

    def facts(age: float) -> Facts:
        return Facts({"age": Entered(age, "years"), "sex": Entered(1.0, "")}, {"age": age, "sex": 1.0})

    def answers(risk: float) -> list[NewAssessment]:
        one = Estimate(risk, risk, risk, 0.0, "", "")
        return [NewAssessment("population", "v1", "0" * 64, {}, {"age": 60.0}, "1" * 64, {"cvd_10y": one}, {})]

    database = open_database(folder=Path(sys.argv[1]))
    for number in count():
        age, day = 40.0 + number % 40, date(2026, 1, 1)
        patient, visit = patients.create(database, LOCAL, f"no. {number}", day, facts(age), answers(0.1))
        second = visits.add(database, LOCAL, patient.id, date(2026, 2, 1), facts(age), answers(0.2))
        visits.save(database, LOCAL, second.id, second.version, second.day, facts(age + 1), answers(0.3))
        visits.delete(database, LOCAL, visit.id)
        if not number:
            print("ready", flush=True)


if __name__ == "__main__":
    main()

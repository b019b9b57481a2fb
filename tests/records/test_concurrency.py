"""Several at once, in threads with connections of their own and in processes: one wins, the others are told."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from riskmodels.records import LOCAL, Database, audit, patients, visits
from riskmodels.records.assessments import Estimate, NewAssessment, Reason
from riskmodels.records.facts import Entered, Facts
from riskmodels.records.listing import Query, search
from riskmodels.records.schema import ModelVersionRow, PatientRiskRow
from tests.waiting import HUNG

DAY = date(2025, 3, 14)
AT_ONCE = 6
ROOT = Path(__file__).resolve().parents[2]


def facts(age: float, sex: float = 1.0) -> Facts:
    return Facts({"age": Entered(age, "years"), "sex": Entered(sex, "")}, {"age": age, "sex": sex})


def answer(risk: float | None, model: str = "population") -> NewAssessment:
    outputs = {"cvd_10y": Estimate(risk, None, None, None)}
    return NewAssessment(model, "1", f"{model:x<64}"[:64], {}, {}, "b" * 64, outputs, {"cvd_10y": Reason(0.0, {})})


def together(work: Callable[[int], str]) -> Counter[str]:
    """What came of the same work in several threads that start at one moment."""
    start = threading.Barrier(AT_ONCE)

    def one(number: int) -> str:
        start.wait(HUNG)
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


@pytest.fixture
def visit(database: Database) -> visits.Visit:
    return patients.create(database, LOCAL, "", DAY, facts(50.0), [answer(0.1)])[1]


def test_of_several_who_save_one_version_exactly_one_wins(
    database: Database, second: Database, visit: visits.Visit
) -> None:
    def save(number: int) -> str:
        pool = (database, second)[number % 2]
        try:
            visits.save(pool, LOCAL, visit.id, 1, DAY, facts(60.0 + number), [answer(number / 10)])
        except visits.VisitConflictError as conflict:
            return f"told of version {conflict.theirs.version}"
        return f"won {number}"

    outcomes = together(save)
    (winner,) = [int(what.split()[1]) for what in outcomes if what.startswith("won")]
    assert outcomes["told of version 2"] == AT_ONCE - 1
    (now,) = visits.of_patient(database, LOCAL, visit.patient_id)
    assert (now.version, now.facts) == (2, facts(60.0 + winner))
    (row,) = search(database, LOCAL, Query()).rows
    assert (row.patient.age, row.risks) == (60.0 + winner, {"cvd_10y": winner / 10})


def test_several_who_rename_one_version_are_told_but_one(
    database: Database, second: Database, visit: visits.Visit
) -> None:
    def rename(number: int) -> str:
        try:
            patients.rename((database, second)[number % 2], LOCAL, visit.patient_id, 1, f"label {number}")
        except patients.PatientConflictError:
            return "told"
        return "won"

    assert together(rename) == {"won": 1, "told": AT_ONCE - 1}


def test_visits_added_at_once_are_all_counted(database: Database, second: Database, visit: visits.Visit) -> None:
    def add(number: int) -> str:
        day = DAY + timedelta(days=number + 1)
        visits.add((database, second)[number % 2], LOCAL, visit.patient_id, day, facts(50.0 + number), [])
        return "added"

    assert together(add) == {"added": AT_ONCE}
    patient = patients.find(database, LOCAL, visit.patient_id)
    assert patient is not None
    assert (patient.visits, patient.last_visit) == (AT_ONCE + 1, DAY + timedelta(days=AT_ONCE))
    assert patient.age == 50.0 + AT_ONCE - 1


def test_new_models_kept_by_several_at_once_stand_there_once(database: Database, second: Database) -> None:
    def create(number: int) -> str:
        kept = [answer(0.1, "one"), answer(0.2, "two")]
        order = kept if number % 2 else kept[::-1]
        patients.create((database, second)[number % 2], LOCAL, "", DAY, facts(50.0), order)
        return "created"

    assert together(create) == {"created": AT_ONCE}
    with database.read() as session:
        assert sorted(session.scalars(sa.select(ModelVersionRow.name))) == ["one", "two"]
    assert audit.verify(database).ok


def test_delete_and_save_at_once_leave_a_true_patient(
    database: Database, second: Database, visit: visits.Visit
) -> None:
    def change(number: int) -> str:
        pool = (database, second)[number % 2]
        try:
            if number % 2:
                visits.delete(pool, LOCAL, visit.id)
            else:
                visits.save(pool, LOCAL, visit.id, 1, DAY, facts(70.0), [answer(0.7)])
        except (visits.VisitConflictError, patients.NotFoundError):
            return "told"
        return "deleted" if number % 2 else "saved"

    outcomes = together(change)
    assert outcomes["deleted"] == 1
    assert visits.of_patient(database, LOCAL, visit.patient_id) == []
    (row,) = search(database, LOCAL, Query()).rows
    assert (row.patient.visits, row.patient.age, row.risks) == (0, None, {})


_SAVE = """
import sys
from datetime import date
from pathlib import Path
from riskmodels.records import LOCAL, open_database, visits
from riskmodels.records.facts import Entered, Facts
url, folder, visit, age = sys.argv[1:]
database = open_database(url or None, Path(folder))
print("ready", flush=True)
sys.stdin.readline()
facts = Facts({"age": Entered(float(age), "years")}, {"age": float(age)})
try:
    visits.save(database, LOCAL, visit, 1, date(2025, 3, 14), facts, [])
except visits.VisitConflictError as conflict:
    print("told", conflict.theirs.version)
else:
    print("won")
database.close()
"""


def test_of_two_processes_that_save_one_version_one_wins(database: Database, visit: visits.Visit) -> None:
    url = "" if database.file else database.engine.url.render_as_string(hide_password=False)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _SAVE, url, str(database.folder), visit.id, str(age)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )
        for age in (60, 70)
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert sorted(process.communicate(timeout=HUNG)[0].strip() for process in started) == ["told 2", "won"]
    assert [v.version for v in visits.of_patient(database, LOCAL, visit.patient_id)] == [2]


class Life(RuleBasedStateMachine):
    """A patient's visits, made, saved, deleted and brought back in any order, beside a model that is a plain dict."""

    database: Database

    @initialize(day=st.integers(0, 5), risk=st.none() | st.floats(0, 1))
    def begin(self, day: int, risk: float | None) -> None:
        self.clock = 0
        made = patients.create(self.database, LOCAL, "", _day(day), facts(40.0), [answer(risk)])
        self.patient_id, visit = made[0].id, made[1]
        self.kept: dict[str, tuple[int, int, float, float | None]] = {visit.id: (day, 0, 40.0, risk)}
        self.versions, self.gone, self.there = {visit.id: 1}, set[str](), True

    @rule(day=st.integers(0, 5), age=st.integers(18, 99), risk=st.none() | st.floats(0, 1))
    def add(self, day: int, age: int, risk: float | None) -> None:
        if not self.there:
            with pytest.raises(patients.NotFoundError):
                visits.add(self.database, LOCAL, self.patient_id, _day(day), facts(age), [answer(risk)])
            return
        visit = visits.add(self.database, LOCAL, self.patient_id, _day(day), facts(age), [answer(risk)])
        self.clock += 1
        self.kept[visit.id], self.versions[visit.id] = (day, self.clock, float(age), risk), 1

    @rule(data=st.data(), day=st.integers(0, 5), age=st.integers(18, 99), behind=st.integers(0, 1))
    def save(self, data: st.DataObject, day: int, age: int, behind: int) -> None:
        visit = data.draw(st.sampled_from(sorted(self.kept)))
        version, risk = self.versions[visit] - behind, age / 100
        arguments = (self.database, LOCAL, visit, version, _day(day), facts(age), [answer(risk)])
        if not self.there or visit in self.gone:
            with pytest.raises(patients.NotFoundError):
                visits.save(*arguments)
        elif behind:
            with pytest.raises(visits.VisitConflictError):
                visits.save(*arguments)
        else:
            visits.save(*arguments)
            self.kept[visit], self.versions[visit] = (day, self.kept[visit][1], float(age), risk), version + 1

    @rule(data=st.data())
    def delete_or_restore(self, data: st.DataObject) -> None:
        visit = data.draw(st.sampled_from(sorted(self.kept)))
        work = visits.restore if visit in self.gone else visits.delete
        if not self.there:
            with pytest.raises(patients.NotFoundError):
                work(self.database, LOCAL, visit)
            return
        work(self.database, LOCAL, visit)
        self.gone ^= {visit}

    @rule()
    def delete_or_restore_the_patient(self) -> None:
        (patients.delete if self.there else patients.restore)(self.database, LOCAL, self.patient_id)
        self.there = not self.there

    @invariant()
    def patient_says_what_the_visits_say(self) -> None:
        patient = patients.find(self.database, LOCAL, self.patient_id)
        assert (patient is not None) is self.there
        if patient is None:
            return
        seen = {visit: said for visit, said in self.kept.items() if visit not in self.gone}
        latest = max(seen.values(), key=lambda said: said[:2], default=None)
        assert patient.visits == len(seen)
        assert (patient.last_visit, patient.age) == ((_day(latest[0]), latest[2]) if latest else (None, None))
        with self.database.read() as session:
            rows = session.scalars(sa.select(PatientRiskRow).where(PatientRiskRow.patient_id == self.patient_id))
            risks = [row.risk for row in rows]
        assert risks == ([latest[3]] if latest and latest[3] is not None else [])


def _day(number: int) -> date:
    return DAY + timedelta(days=number)


def test_life_of_a_patient_in_any_order(sqlite_database: Database) -> None:
    class OnThisDatabase(Life):
        database = sqlite_database

    calm = settings(
        max_examples=12, stateful_step_count=12, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(OnThisDatabase, settings=calm)
    assert audit.verify(sqlite_database).ok

"""Several processes with one register of sign-ins, and one that is started again: each has a register of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from riskmodels.records import LOCAL, Database, RecordsError, sign_ins
from riskmodels.records.sign_ins import SignIn
from tests.ui.conftest import SETTINGS, Person
from tests.waiting import until
from ui.sign_in import register as sign_in_register
from ui.sign_in.claims import account_key, sign_in_key
from ui.sign_in.register import EVERY, TOLD_EVERY, End, Register
from ui.sign_in.settings import read_settings

LIMITS = read_settings(SETTINGS, {})
assert LIMITS is not None


class Clock:
    """Of all processes of the test."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def process(records: Database, clock: Clock) -> Callable[[], Register]:
    """Each call is another process of the app, or the same one started again."""
    return lambda: Register(clock, lambda: records)


def let_in(register: Register, records: Database, claims: dict[str, Any], clock: Clock) -> None:
    """As :func:`ui.sign_in.account.admitted` does."""

    def admit() -> Any:
        sign_ins.begin(records, LOCAL, SignIn(sign_in_key(claims), account_key(claims), clock.now, clock.now))
        return LOCAL

    assert register.ended(claims, LIMITS) is None
    register.actor(claims, admit)


@pytest.fixture
def ann(person: Person, clock: Clock) -> dict[str, Any]:
    return person("ann", "care team", iat=clock.now)


def test_copied_cookie_of_a_signed_out_person_is_refused_after_a_restart(process, records, clock, ann) -> None:
    first = process()
    let_in(first, records, ann, clock)
    first.sign_out(ann)
    assert process().ended(ann, LIMITS) == End.OUT


def test_sign_out_reaches_another_process_with_its_next_exchange(process, records, clock, ann) -> None:
    first, second = process(), process()
    let_in(first, records, ann, clock)
    let_in(second, records, ann, clock)
    first.sign_out(ann)
    second.exchange()
    assert second.ended(ann, LIMITS) == End.OUT
    second.touch(ann, LIMITS)
    second.exchange()
    assert process().ended(ann, LIMITS) == End.OUT


def test_running_register_hears_of_it_by_itself(process, records, clock, ann, monkeypatch) -> None:
    monkeypatch.setattr(sign_in_register, "EVERY", 0.05)
    first, second = process(), process()
    let_in(second, records, ann, clock)
    second.start()
    first.sign_out(ann)
    until(lambda: second.ended(ann, LIMITS) is not None)
    second.stop()
    assert EVERY == 5.0, "docs/security.md says so"


def test_activity_in_one_process_keeps_the_person_signed_in_at_another(process, records, clock, ann) -> None:
    first, second = process(), process()
    let_in(first, records, ann, clock)
    let_in(second, records, ann, clock)
    for _ in range(5):
        clock.now += 20 * 60
        first.touch(ann, LIMITS)
        first.exchange()
        second.exchange()
        assert second.ended(ann, LIMITS) is None
    assert process().ended(ann, LIMITS) is None  # started again, it counts from the last action
    clock.now += 31 * 60  # the database keeps microseconds: not the very moment
    assert {register.ended(ann, LIMITS) for register in (first, second, process())} == {End.IDLE}


def test_person_who_walked_away_is_out_after_a_restart_too(process, records, clock, ann) -> None:
    first = process()
    let_in(first, records, ann, clock)
    clock.now += 31 * 60
    assert first.ended(ann, LIMITS) == End.IDLE
    first.exchange()
    clock.now -= 10 * 60  # the clock is set back
    assert process().ended(ann, LIMITS) == End.IDLE


def test_typing_writes_once_in_a_while_and_asking_not_at_all(process, records, clock, ann, monkeypatch) -> None:
    register = process()
    let_in(register, records, ann, clock)
    register.exchange()
    written: list[int] = []
    asked: list[int] = []
    keep, find = sign_ins.keep, sign_ins.find
    monkeypatch.setattr(sign_ins, "keep", lambda *given: written.append(1) or keep(*given))
    monkeypatch.setattr(sign_ins, "find", lambda *given: asked.append(1) or find(*given))
    for _ in range(60):
        clock.now += 1
        register.touch(ann, LIMITS)
        assert register.ended(ann, LIMITS) is None
        register._tell()
    assert 1 <= len(written) <= 60 / TOLD_EVERY
    assert asked == []


class TestDatabaseAway:
    """The database cannot be reached."""

    @pytest.fixture
    def away(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        def refuse(*_: object) -> Any:
            raise RecordsError("The database cannot be reached.", log="away")

        def go() -> None:
            monkeypatch.setattr(sign_ins, "find", refuse)
            monkeypatch.setattr(sign_ins, "keep", refuse)

        return go

    def test_known_sign_ins_go_on(self, process, records, clock, ann, away) -> None:
        register = process()
        let_in(register, records, ann, clock)
        away()
        clock.now += 20 * 60
        register.touch(ann, LIMITS)
        register._try(register.exchange)
        clock.now += 20 * 60
        assert register.ended(ann, LIMITS) is None

    def test_one_that_is_new_here_is_not_taken_for_lasting(self, process, ann, away) -> None:
        away()
        with pytest.raises(RecordsError):
            process().ended(ann, LIMITS)

    def test_sign_out_holds_here_at_once_and_elsewhere_when_it_is_back(self, process, records, clock, ann) -> None:
        first = process()
        let_in(first, records, ann, clock)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(sign_ins, "keep", lambda *_: (_ for _ in ()).throw(RecordsError("Away.", log="away")))
            first.sign_out(ann)
            assert first.ended(ann, LIMITS) == End.OUT
        first.exchange()
        assert process().ended(ann, LIMITS) == End.OUT

"""Work that a page has done beside it: one task a slot, ended when its question is another or nobody asks any more."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from riskmodels.errors import FileError
from riskmodels.tasks import Task, shared_room
from tests.waiting import HUNG
from ui import tasks


def script() -> None:
    """A page that wants one thing computed."""
    import streamlit as st

    from riskmodels.errors import CareRiskError
    from ui import tasks

    begin, key = st.session_state["begin"], st.session_state["key"]
    try:
        st.text(f"got {tasks.awaited('test', key, begin, 'Working')}")
    except CareRiskError as error:
        st.error(str(error))


class ByHand:
    """Tasks that end when the test says so."""

    def __init__(self) -> None:
        self.tasks: list[Task[Any]] = []

    def __call__(self) -> Task[Any]:
        self.tasks.append(Task(lambda _: self.answer()))
        return self.tasks[-1]

    def answer(self) -> str:
        return f"answer {len(self.tasks)}"


class Refusing(ByHand):
    def answer(self) -> str:
        raise FileError("The file is empty.", hint="Choose another.")


def page_of(begin: ByHand) -> AppTest:
    page = AppTest.from_function(script, default_timeout=HUNG)
    page.session_state["begin"], page.session_state["key"] = begin, 1
    return page.run()


def test_result_is_there_once_the_task_has_ended_and_stays() -> None:
    begin = ByHand()
    page = page_of(begin)
    assert page.text[0].value == "got None"
    begin.tasks[0].run()
    assert page.run().text[0].value == "got answer 1"
    assert page.run().text[0].value == "got answer 1"
    assert len(begin.tasks) == 1


def test_other_question_ends_the_task_before() -> None:
    begin = ByHand()
    page = page_of(begin)
    page.session_state["key"] = 2
    page.run()
    assert begin.tasks[0].stopping
    begin.tasks[1].run()
    assert page.run().text[0].value == "got answer 2"


def test_refusal_is_told_as_often_as_it_is_asked_for() -> None:
    begin = Refusing()
    page = page_of(begin)
    begin.tasks[0].run()
    for _ in range(2):
        assert page.run().error[0].value == "The file is empty. Choose another."


def test_room_is_opened_again_after_it_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = shared_room()
    tasks.close_room()
    tasks.open_room()
    assert shared_room() is not before

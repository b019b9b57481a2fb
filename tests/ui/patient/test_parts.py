"""Parts of a page that are drawn anew only when they say something else."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.waiting import HUNG


def script() -> None:
    """Two parts beside a number; the first one says the number."""
    import streamlit as st

    from riskmodels.errors import CareRiskError
    from ui.patient import parts

    state = st.session_state
    state.setdefault("drawn", [])

    def number() -> int:
        value = int(state.get("number", 0))
        if value < 0:
            raise CareRiskError("Less than nothing.", hint="Enter more.", log="")
        return value

    def changed() -> None:
        parts.rerun(parts.stale())

    parts.begin("whole", lambda: None)
    parts.draw("number", number, lambda said: state["drawn"].append(("number", said)))
    parts.draw("other", lambda: "as ever", lambda said: state["drawn"].append(("other", said)))
    st.number_input("Number", value=0, key="number", on_change=changed)


def page() -> AppTest:
    return AppTest.from_function(script, default_timeout=HUNG).run()


def test_only_the_part_that_says_something_else_is_drawn_anew() -> None:
    app = page()
    app.number_input(key="number").set_value(3).run()
    assert app.session_state["drawn"] == [("number", 0), ("other", "as ever"), ("number", 3)]


def test_part_is_asked_for_what_it_says_now_at_every_change() -> None:
    app = page()
    app.number_input(key="number").set_value(3).run()
    app.session_state["number"] = 0
    app.run()
    assert app.session_state["drawn"][-2:] == [("number", 0), ("other", "as ever")]


def test_failure_of_a_part_is_said_in_its_place_and_the_others_stand() -> None:
    app = page()
    app.session_state["number"] = -1
    app.run()
    assert [element.value for element in app.error] == ["Less than nothing. Enter more. The facts entered are kept."]
    assert app.session_state["drawn"][-1] == ("other", "as ever")

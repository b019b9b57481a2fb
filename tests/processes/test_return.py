"""A tab that comes back to another process, as a browser does: with the state of its fields and its address."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from tests.processes.conftest import STICKY, Clinic, fields_kept, form_kept
from tests.serving import identity
from tests.waiting import until

sys.path.append(str(Path(__file__).resolve().parents[1] / "load"))
from streamlit_client import Session

pytestmark = pytest.mark.caddy


def tab(clinic: Clinic, port: int, signed: str, before: Session | None = None) -> Session:
    """A tab at one of the processes; one that was open before brings what the browser knows of it."""
    cookie = f"{USER_COOKIE_NAME}={signed}; {STICKY}={clinic.cookie_of(port)}"
    made = Session(clinic.url, "Patient", cookie)
    if before is not None:
        made.query, made._states = before.query, dict(before._states)
    return made


def on_the_way(session: Session, label: str, value: float | str) -> None:
    """The person typed it, and the process died before it answered."""
    state = WidgetState(id=session.widget(label).id)
    if isinstance(value, str):
        state.string_value = value
    else:
        state.double_value = value
    session._states[state.id] = state


@pytest.fixture
def signed(clinic: Clinic) -> str:
    return identity("returning", "care team", origin=clinic.url)


@pytest.fixture(autouse=True)
def own_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


async def left(clinic: Clinic, signed: str, values: dict[str, float | str | list[str]]) -> Session:
    """A tab in which these were typed and answered, whose process is then gone."""
    first = tab(clinic, clinic.ports[0], signed)
    await first.open()
    for label, value in values.items():
        await first.choose(label, value)
    await first.close()
    return first


def test_value_that_no_process_answered_is_there_beside_the_others(clinic: Clinic, signed: str) -> None:
    async def scene() -> Session:
        first = await left(clinic, signed, {"Age, years": 54.0, "Sex": ["female"]})
        on_the_way(first, "Weight, kg", 81.5)
        on_the_way(first, "Unit of Weight", "kg")  # a browser tells every field
        second = tab(clinic, clinic.ports[1], signed, first)
        await second.open()
        assert any("check the value you typed last" in part.decode(errors="replace") for part in second._heard)
        await second.close()
        return second

    session = asyncio.run(scene())
    until(lambda: fields_kept(clinic, session.query) == {"age": 54.0, "sex": 0.0, "weight": 81.5})


def test_first_value_of_all_is_there_too(clinic: Clinic, signed: str) -> None:
    async def scene() -> Session:
        first = await left(clinic, signed, {})
        on_the_way(first, "Age, years", 47.0)
        second = tab(clinic, clinic.ports[2], signed, first)
        await second.open()
        await second.close()
        return second

    session = asyncio.run(scene())
    until(lambda: fields_kept(clinic, session.query) == {"age": 47.0})


@pytest.mark.parametrize("typed", [None, 176.0])
def test_number_is_never_read_in_another_unit_than_it_stood_beside(
    clinic: Clinic, signed: str, typed: float | None
) -> None:
    """The unit was changed on the way: the number beside it may be of the one or the other."""

    async def scene() -> Session:
        first = await left(clinic, signed, {"Age, years": 54.0} | ({} if typed else {"Weight, kg": 80.0}))
        if typed:
            on_the_way(first, "Weight, kg", typed)
        on_the_way(first, "Unit of Weight", "lb")
        second = tab(clinic, clinic.ports[1], signed, first)
        await second.open()
        await second.choose("Sex", ["male"])
        await second.close()
        return second

    session = asyncio.run(scene())
    until(lambda: "sex" in fields_kept(clinic, session.query))
    found = form_kept(clinic, session.query)
    assert found["units"].get("weight", "kg") == "kg"
    assert found["fields"].get("weight") == (None if typed else 80.0)

"""The page "Review the audit trail", run by Streamlit's AppTest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from riskmodels.records import Actor, RecordsError, Role, audit, users
from riskmodels.records.audit import Action
from ui.audit.listing import Wanted
from ui.database import database

APP = str(Path(__file__).resolve().parents[2] / "home.py")


def open_page() -> AppTest:
    app = AppTest.from_file(APP, default_timeout=300).run()
    return app.switch_page("pages/5_Audit.py").run()


def rows(app: AppTest) -> list[list[str]]:
    bodies = [e.proto.body for e in app.main.get("html") if "Audit trail" in e.proto.body]
    if not bodies:
        return []
    lines = re.findall(r"<tr>(.*?)</tr>", bodies[0].split("<tbody>")[1])
    return [re.findall(r">([^<]*)</t[dh]>", line) for line in lines]


def words(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.main.markdown, *app.main.caption, *app.main.error])


def note(record_id: str, actor: Actor | None = None, kind: str = "patient") -> Actor:
    who = actor or users.remember(database(), "https://issuer", "1", "Grace", {Role.CARE})
    audit.record(database(), who, Action.OPEN, kind, record_id, {"fields": ["glucose"]})
    return who


def verify(app: AppTest) -> AppTest:
    return next(b for b in app.main.button if b.label == "Verify the chain").click().run()


class TestList:
    def test_an_empty_trail_says_what_will_be_there(self) -> None:
        app = open_page()
        assert not app.exception
        assert "Nothing has happened yet." in words(app)

    def test_events_come_newest_first_with_name_record_and_fields(self) -> None:
        note("p1")
        first, second = rows(open_page())
        assert first[2:] == ["Grace", "open", "patient p1", "fields: glucose"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", first[1])
        assert second[3] == "create"

    def test_fifty_a_page(self) -> None:
        grace = note("p0")
        for number in range(60):
            note(f"p{number}", grace)
        app = open_page()
        assert len(rows(app)) == 50
        assert "62 events, the newest first" in words(app)
        app.session_state[Wanted("", "", "", "").page_key] = 2
        assert [row[0] for row in rows(app.run())] == [str(n) for n in range(12, 0, -1)]

    def test_a_hostile_name_is_shown_as_text(self) -> None:
        users.remember(database(), "https://issuer", "1", "<img src=x onerror=alert(1)>", {Role.CARE})
        app = open_page()
        assert not any("<img" in e.proto.body for e in app.main.get("html"))
        assert rows(app)[0][2] == "&lt;img src=x onerror=alert(1)&gt;"

    def test_an_unreachable_database_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RecordsError("The database cannot be reached.", hint="Try again.")

        monkeypatch.setattr(audit, "events", broken)
        app = open_page()
        assert app.error[0].value == "The audit trail cannot be read. The database cannot be reached. Try again."


class TestFilters:
    def test_by_person(self) -> None:
        note("p1")
        other = users.remember(database(), "https://issuer", "2", "Henri", {Role.CARE})
        app = open_page()
        assert app.selectbox(key="audit.who").options == ["Grace", "Henri"]
        app.selectbox(key="audit.who").set_value(other.id).run()
        assert {row[2] for row in rows(app)} == {"Henri"}

    def test_by_kind_and_by_record(self) -> None:
        grace = note("p1")
        note("p2", grace)
        note("v1", grace, "visit")
        app = open_page()
        app.selectbox(key="audit.kind").set_value("visit").run()
        assert [row[4] for row in rows(app)] == ["visit v1"]
        app.selectbox(key="audit.kind").set_value(None)
        app.text_input(key="audit.record").set_value(" p2 ").run()
        assert [row[4] for row in rows(app)] == ["patient p2"]

    def test_nothing_found_says_so_and_leads_back(self) -> None:
        note("p1")
        app = open_page()
        app.text_input(key="audit.record").set_value("nope").run()
        assert "No event matches." in words(app)
        next(b for b in app.main.button if b.label == "Show all events").click().run()
        assert len(rows(app)) == 2


class TestChain:
    def test_a_whole_chain_is_told_with_its_last_hash(self) -> None:
        note("p1")
        app = verify(open_page())
        assert "The chain is whole: 2 events checked" in words(app)
        assert app.main.code[0].value == audit.verify(database()).head

    def test_a_changed_event_is_named(self) -> None:
        note("p1")
        with database().connection() as connection:
            connection.execute(sa.text("DROP TRIGGER audit_event_no_update"))
            connection.execute(sa.text("UPDATE audit_event SET actor = 'x' WHERE seq = 2"))
        app = verify(open_page())
        assert "The chain is broken in 1 place: 2 events checked." in words(app)
        assert "Event 2: changed" in words(app).replace("\\", "")

    def test_a_noted_hash_is_looked_for(self) -> None:
        note("p1")
        app = open_page()
        app.text_input(key="audit.noted").set_value(audit.verify(database()).head)
        note("p2")
        assert "The hash noted earlier occurs in it." in words(verify(app))
        app.text_input(key="audit.noted").set_value("0" * 64)
        assert "The noted hash is not in the trail" in words(verify(app)).replace("the noted", "The noted")

    def test_a_check_that_cannot_be_made_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        note("p1")
        app = open_page()

        def broken(*_: object) -> None:
            raise RecordsError("The database cannot be reached.", hint="Try again.")

        monkeypatch.setattr(audit, "verify", broken)
        assert "The chain was not checked. The database cannot be reached." in words(verify(app))

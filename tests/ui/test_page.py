"""The gate of every page: who comes in, what others see, and the menu by role."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest

from riskmodels.records import LOCAL, Actor, Database, NotAllowedError, Role, audit
from riskmodels.records.audit import Action
from ui import page as ui_page
from ui.sign_in import account as sign_in
from ui.sign_in import guarded as server_state
from ui.sign_in import settings as sign_in_settings
from ui.sign_in.settings import SettingsError

ROOT = Path(__file__).resolve().parents[2]
ADMIN = Actor("admin", "Admin", frozenset({Role.ADMIN}))
Person = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _no_links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is a function has no other pages to link to."""
    if "TestMenu" not in request.node.nodeid:
        monkeypatch.setattr(st, "page_link", lambda *_, **__: None)


def page() -> None:
    """A page as the app has them: gate, then content with a fragment."""
    import streamlit as st

    from riskmodels.records import Role
    from ui.page import start_page
    from ui.sign_in.account import current_actor

    start_page("Score a cohort", roles=(Role.ANALYST,))
    st.session_state.setdefault("seen", []).append(current_actor().name)
    st.markdown(f"content for {current_actor().name}")


def opened(claims: dict[str, Any]) -> AppTest:
    """``page`` as Streamlit runs it for the person of the claims."""
    app = AppTest.from_function(page, default_timeout=300)
    app.user = claims
    return app.run()


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.title, *app.markdown, *app.caption])


def events(records: Database, action: Action) -> list[audit.Event]:
    return [event for event in audit.events(records, ADMIN, size=100).rows if event.action == action]


class TestGate:
    def test_stranger_sees_the_way_in_and_nothing_else(self, signing_in: Database) -> None:
        app = opened({"is_logged_in": False})
        assert [button.label for button in app.button] == ["Sign in"]
        assert "content" not in texts(app)
        assert not app.sidebar.children

    def test_person_with_the_role_sees_the_page_name_and_roles(self, signing_in: Database, person: Person) -> None:
        app = opened(person("cem", "analyst"))
        assert not app.exception
        assert "content for Cem" in texts(app)
        assert [button.label for button in app.sidebar.button] == ["Sign out"]
        assert "Cem  \nAnalyst" in [caption.value for caption in app.sidebar.caption]

    def test_sign_in_is_audited_once(self, signing_in: Database, person: Person) -> None:
        app = opened(person("cem", "analyst")).run().run()
        assert len(events(signing_in, Action.SIGN_IN)) == 1
        assert "content" in texts(app)

    def test_person_of_another_role_is_refused_once_in_the_audit_trail(
        self, signing_in: Database, person: Person
    ) -> None:
        app = opened(person("ann", "care team")).run()
        assert "content" not in texts(app)
        assert "**analyst**" in texts(app)
        assert [event.record_id for event in events(signing_in, Action.REFUSED)] == ["Score a cohort"]

    def test_person_without_a_role_is_told_what_is_missing(self, signing_in: Database, person: Person) -> None:
        app = opened(person("zoe", "visitor"))
        assert "none of the roles" in texts(app)
        assert "content" not in texts(app)
        assert [button.label for button in app.button] == ["Sign out"]

    def test_name_that_is_markdown_is_shown_as_text(self, signing_in: Database, person: Person) -> None:
        app = opened(person("zoe", "visitor", name="![x](https://evil.example/p.png)"))
        assert "](https" not in texts(app)

    def test_sign_in_that_is_over_says_why(self, signing_in: Database, person: Person) -> None:
        app = opened(person("cem", "analyst", iat=time.time() - 3600))
        assert "Nothing was done here for 30 minutes" in texts(app)
        assert [button.label for button in app.button] == ["Sign in again"]

    def test_signing_out_ends_it_and_is_audited(self, signing_in: Database, person: Person) -> None:
        claims = person("cem", "analyst")
        app = opened(claims)
        app.sidebar.button[0].click().run()
        assert "content" not in texts(opened(claims))
        assert len(events(signing_in, Action.SIGN_OUT)) == 1

    def test_what_another_person_left_in_the_session_is_gone(self, signing_in: Database, person: Person) -> None:
        app = opened(person("cem", "analyst"))
        app.user = person("dora", "analyst")
        app.run()
        assert app.session_state["seen"] == ["Dora"]

    def test_settings_half_there_open_to_nobody(
        self, signing_in: Database, person: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("CARERISK_OIDC_CLIENT_SECRET")
        sign_in_settings.sign_in_settings.cache_clear()
        app = opened(person("cem", "analyst"))
        assert "CARERISK_OIDC_CLIENT_SECRET is missing" in texts(app).replace("\\", "")
        assert "content" not in texts(app)
        assert not app.button

    def test_server_without_its_guard_opens_to_nobody(self, signing_in: Database, person: Person) -> None:
        server_state.set_guarded(False)
        assert "content" not in texts(opened(person("cem", "analyst")))

    def test_without_sign_in_the_page_opens_on_this_machine(self, records: Database) -> None:
        app = opened({})
        assert "content for This computer" in texts(app)
        assert not app.sidebar.button

    def test_without_sign_in_no_page_opens_on_another_address(
        self, records: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = config.get_option
        monkeypatch.setattr(config, "get_option", lambda key: "0.0.0.0" if key == "server.address" else told(key))
        app = opened({})
        assert "needs sign-in" in texts(app).replace("\\", "")
        assert "content" not in texts(app)


def fragment_page() -> None:
    """A page with a fragment that asks who sits there at every rerun."""
    import streamlit as st

    from riskmodels.records import Role
    from ui.page import start_page
    from ui.sign_in.account import current_actor

    start_page("Score a cohort", roles=(Role.ANALYST,))

    @st.fragment
    def part() -> None:
        st.button("Refresh", on_click=current_actor)
        st.markdown(f"content for {current_actor().name}")

    part()


class TestCurrentActor:
    def test_without_sign_in_it_is_this_computer(self, records: Database) -> None:
        assert sign_in.current_actor() == LOCAL

    def test_with_sign_in_it_never_falls_back_to_this_computer(self, signing_in: Database) -> None:
        with pytest.raises(NotAllowedError):
            sign_in.current_actor()

    def test_with_settings_half_there_neither(self, signing_in: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("CARERISK_COOKIE_SECRET")
        sign_in_settings.sign_in_settings.cache_clear()
        with pytest.raises(SettingsError):
            sign_in.current_actor()

    def test_download_made_later_is_for_the_person_of_its_page(self, signing_in: Database, person: Person) -> None:
        with sign_in.acting_for(person("ann", "care team")):
            assert sign_in.current_actor().roles == {Role.CARE}
        with pytest.raises(NotAllowedError):
            sign_in.current_actor()

    def test_fragment_of_a_page_left_open_shows_that_it_is_over(self, signing_in: Database, person: Person) -> None:
        claims = person("cem", "analyst")
        app = AppTest.from_function(fragment_page, default_timeout=300)
        app.user = claims
        app.run()
        assert "content for Cem" in texts(app)
        sign_in.REGISTER.sign_out(claims)
        app.main.button[0].click().run()
        assert "You signed out in this browser" in texts(app)
        assert "content" not in texts(app)


class TestMenu:
    @pytest.mark.parametrize(
        ("role", "scripts"),
        [
            ("care team", {"", "Patient", "Records", "Image", "Signal", "Models"}),
            ("analyst", {"", "Cohort", "Image", "Signal", "Models", "Generate", "Compound"}),
            ("admin", {"", "Models", "Audit"}),
        ],
    )
    def test_menu_and_doors_lead_to_what_the_role_opens(
        self, signing_in: Database, person: Person, role: str, scripts: set[str]
    ) -> None:
        app = AppTest.from_file(str(ROOT / "home.py"), default_timeout=300)
        app.user = person("ann", role)
        app.run()
        assert {link.proto.page for link in app.sidebar.get("page_link")} == scripts
        assert {link.proto.page for link in app.main.get("page_link")} == scripts - {""}

    @pytest.mark.parametrize("link", ui_page.PAGES, ids=lambda link: link.script)
    def test_menu_and_page_agree_on_the_roles(self, link: ui_page.PageLink) -> None:
        tree = ast.parse((ROOT / link.script).read_text(encoding="utf-8"))
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "start_page"]
        told = next(keyword.value for keyword in calls[0].keywords if keyword.arg == "roles")
        assert eval(ast.unparse(told), {"Role": Role, "EVERYBODY": ui_page.EVERYBODY}) == link.roles

    def test_every_page_has_its_place_in_the_menu(self) -> None:
        scripts = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")} | {"home.py"}
        assert {link.script for link in ui_page.PAGES} == scripts

"""Files of Streamlit's pinned version have an owner: fails when its private parts change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from riskmodels.records import Database
from ui.server import files as server_files
from ui.server.files import FileOwners, watch_files
from ui.sign_in.account import current_actor
from ui.sign_in.claims import Claims, account_key
from ui.sign_in.register import REGISTER
from ui.sign_in.settings import sign_in_settings

Person = Callable[..., dict[str, Any]]


class Page:
    """Streamlit as it runs a page of one person."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.owners, self.sessions = FileOwners(), dict[str, Claims]()
        self.manager = MediaFileManager(MemoryMediaFileStorage("/media"))
        self._monkeypatch, self.session_id, self.user_info = monkeypatch, "", {}
        settings = sign_in_settings()
        assert settings is not None
        watch_files(self.manager, self.owners, self.sessions.get, settings)

    def of(self, claims: dict[str, Any]) -> Page:
        """The page of this person."""
        self.session_id, self.user_info = f"session {claims.get('sub')}", claims
        self.sessions[self.session_id] = claims
        at = "streamlit.runtime.scriptrunner_utils.script_run_context.get_script_run_ctx"
        self._monkeypatch.setattr(at, lambda **_: self)
        self._monkeypatch.setattr(server_files, "get_script_run_ctx", lambda **_: self)
        return self

    def over(self) -> None:
        """The page has run."""
        self._monkeypatch.undo()


@pytest.fixture
def page(signing_in: Database) -> Any:
    with pytest.MonkeyPatch.context() as patched:
        yield Page(patched)


def file_id(url: str) -> str:
    return url.removeprefix("/media/").split(".")[0]


def test_picture_belongs_to_the_person_of_the_page(page: Page, person: Person) -> None:
    made = file_id(page.of(person("ann")).manager.add(b"pixels", "image/png", "1"))
    assert page.owners.may_read(made, account_key(person("ann")))
    assert not page.owners.may_read(made, account_key(person("cem")))
    assert not page.owners.may_read(made, "")


def test_same_content_of_two_people_belongs_to_both(page: Page, person: Person) -> None:
    made = {file_id(page.of(person(name)).manager.add(b"same", "text/csv", "1")) for name in ("ann", "cem")}
    assert len(made) == 1
    owned = [page.owners.may_read(next(iter(made)), account_key(person(name))) for name in ("ann", "cem", "zoe")]
    assert owned == [True, True, False]


def test_file_of_the_sign_in_page_is_for_everybody(page: Page) -> None:
    assert page.owners.may_read(file_id(page.of({}).manager.add(b"icon", "image/svg+xml", "1")), "")


def test_download_made_later_belongs_to_the_person_of_its_page_and_runs_as_that_person(
    page: Page, person: Person
) -> None:
    ann = person("ann", "care team")
    waiting = page.of(ann).manager.add_deferred(lambda: f"for {current_actor().name}", "text/csv", "1")
    page.over()
    made = file_id(page.manager.execute_deferred(waiting))
    assert page.manager.read_file(made).content == b"for Ann"  # type: ignore[union-attr]
    assert page.owners.may_read(made, account_key(ann))
    assert not page.owners.may_read(made, account_key(person("cem")))


def test_download_of_somebody_signed_out_is_not_made(page: Page, person: Person) -> None:
    ann = person("ann", "care team")
    waiting = page.of(ann).manager.add_deferred(lambda: "x", "text/csv", "1")
    page.over()
    REGISTER.sign_out(ann)
    with pytest.raises(MediaFileStorageError):
        page.manager.execute_deferred(waiting)


def test_download_of_a_session_that_is_gone_is_not_made(page: Page, person: Person) -> None:
    waiting = page.of(person("ann", "care team")).manager.add_deferred(lambda: "x", "text/csv", "1")
    page.over()
    page.sessions.clear()
    with pytest.raises(MediaFileStorageError):
        page.manager.execute_deferred(waiting)


def test_file_that_streamlit_removes_has_no_owner_any_more(page: Page, person: Person) -> None:
    made = file_id(page.of(person("ann")).manager.add(b"pixels", "image/png", "1"))
    page.manager.clear_session_refs(page.session_id)
    page.manager.remove_orphaned_files()
    assert not page.owners.may_read(made, account_key(person("ann")))


def test_other_version_of_streamlit_is_noticed() -> None:
    settings = sign_in_settings()
    with pytest.raises(AttributeError):
        watch_files(object(), FileOwners(), {}.get, settings)  # type: ignore[arg-type]

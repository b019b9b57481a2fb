"""Whom a file of ``/media`` belongs to: pictures and downloads are served to the account that made them, alone.

Streamlit serves its in-memory files to everybody who has the address. Here every file is noted with the person whose
page added it. It is done on the pinned version's own objects (tests/ui/server/test_files.py fails when they change);
a file of unknown origin is served to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.sign_in.account import acting_for, claims_here
from ui.sign_in.claims import Claims, account_key
from ui.sign_in.register import REGISTER
from ui.sign_in.settings import Settings

#: who is not signed in: sees the sign-in page alone, so what it added is for everybody
NOBODY = ""
#: claims of a session by its id; None where there is no such session
SessionClaims = Callable[[str], Claims | None]


class FileOwners:
    """File id → the accounts whose pages added it."""

    def __init__(self) -> None:
        self._owners: dict[str, set[str]] = {}
        self._lock = Lock()

    def may_read(self, file_id: str, account: str) -> bool:
        """Whether an account (empty: nobody signed in) may have the file."""
        owners = self._owners.get(file_id, ())
        return NOBODY in owners or (account != NOBODY and account in owners)

    def add(self, file_id: str, account: str) -> None:
        """The account's page added the file."""
        with self._lock:
            self._owners.setdefault(file_id, set()).add(account)

    def remove(self, file_id: str) -> None:
        """The file is gone."""
        with self._lock:
            self._owners.pop(file_id, None)


def watch_files(manager: Any, owners: FileOwners, claims_of: SessionClaims, settings: Settings) -> None:
    """Note the owner of every file that is added from now on.

    Args:
        manager: Streamlit's ``MediaFileManager``.
        owners: where it is noted.
        claims_of: claims of a session.
        settings: of the sign-in.

    Raises:
        AttributeError: when Streamlit's objects are not those of the pinned version.
    """
    storage = manager._storage
    load, delete, run, waiting = (
        storage.load_and_get_id, storage.delete_file, manager.execute_deferred, manager._deferred_callables
    )  # fmt: skip

    def load_and_get_id(*args: Any, **kwargs: Any) -> str:
        file_id: str = load(*args, **kwargs)
        context = get_script_run_ctx(suppress_warning=True)
        if context is not None:
            owners.add(file_id, account_key(context.user_info))
        elif account := account_key(claims_here()):
            owners.add(file_id, account)
        return file_id

    def delete_file(file_id: str) -> None:
        delete(file_id)
        owners.remove(file_id)

    def execute_deferred(file_id: str) -> str:
        """A download that is made when it is asked for, in a thread without a page: for the person of its page."""
        entry = waiting.get(file_id)
        claims = claims_of(entry["session_id"]) if entry else None
        if claims is None or not account_key(claims) or REGISTER.ended(claims, settings):
            raise MediaFileStorageError("The person of this download is not signed in.")
        with acting_for(claims):
            made: str = run(file_id)
        return made

    storage.load_and_get_id, storage.delete_file = load_and_get_id, delete_file
    manager.execute_deferred = execute_deferred

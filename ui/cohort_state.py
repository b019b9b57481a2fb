"""The cohort a session works on, kept for this session alone and by the hash of its bytes.

A file that cannot be read changes nothing but the message: the cohort before it stays.

It is kept in session state: ``cache_resource(scope="session")`` is emptied whenever the browser's connection drops
(streamlit 1.67, ``disconnect_session``), which would throw a scored cohort away at every loss of the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import pandas as pd
import streamlit as st

from riskmodels.checks import Checked
from riskmodels.cohorts.demo import FILE as DEMO_FILE
from riskmodels.cohorts.extracts import FOLDER
from riskmodels.errors import FileError
from riskmodels.interop.table import Table, check_size, read_table
from ui.memo import COHORT_SCORES, forget

T = TypeVar("T")

DEMO_NAME = "Demo cohort: NHANES 2017–2018"
_KEY, _SEEN, _ERROR = "cohort_sha256", "cohort_seen", "cohort_error"


@dataclass(frozen=True)
class Upload:
    """A file that was read and checked.

    Args:
        name: as the browser gave it; never trusted, only shown.
        table: its cells and columns.
        checked: its PatientFrame and problems.
        known: rows in which each recognised variable is known.
    """

    name: str
    table: Table
    checked: Checked
    known: pd.Series

    @property
    def key(self) -> str:
        """SHA-256 of its bytes."""
        return self.table.sha256

    @property
    def rows(self) -> int:
        """Rows read."""
        return len(self.table.cells)


@dataclass(frozen=True)
class Refusal:
    """Why the last file was not read."""

    name: str
    message: str
    hint: str


class Shelf(Generic[T]):
    """The last few things of a session by key; the oldest goes when there is no room.

    Args:
        most: things kept.
    """

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._things: dict[str, T] = {}

    def get(self, key: str) -> T | None:
        """The thing of that key; None when it was never put there or has gone."""
        return self._things.get(key)

    def __iter__(self) -> Iterator[T]:
        return iter(self._things.values())

    def put(self, key: str, thing: T) -> T | None:
        """Put a thing there, and give back the one that had to go for it."""
        self._things.pop(key, None)
        self._things[key] = thing
        return self._things.pop(next(iter(self._things))) if len(self._things) > self._most else None


def _uploads() -> Shelf[Upload]:
    shelf: Shelf[Upload] = st.session_state.setdefault("cohort_uploads", Shelf[Upload]())
    return shelf


def current() -> Upload | None:
    """The cohort of this session; None when there is none."""
    return _uploads().get(st.session_state.get(_KEY, ""))


def refusal() -> Refusal | None:
    """Why the last file was not read; None when it was."""
    return st.session_state.get(_ERROR)


def forget_refusal() -> bool:
    """Forget the message about a file that is no longer there; whether there was one."""
    return st.session_state.pop(_SEEN, None) is not None and st.session_state.pop(_ERROR, None) is not None


def discard() -> None:
    """Forget the cohort and its message."""
    for key in ("cohort_uploads", _KEY, _ERROR):
        st.session_state.pop(key, None)
    forget(COHORT_SCORES)


def read_upload(data: bytes, name: str) -> Upload:
    """Read and check a file.

    Raises:
        FileError: when it cannot be read as a cohort.
    """
    table = read_table(data)
    checked = table.check()
    names = [column.name for column in table.recognised]
    return Upload(name, table, checked, checked.frame[names].notna().sum())


class UploadedFile(Protocol):
    """What ``st.file_uploader`` gives."""

    file_id: str
    name: str
    size: int

    def getvalue(self) -> bytes:
        """All bytes."""


def take_file(uploaded: UploadedFile) -> bool:
    """Make an uploaded file the session's cohort, once: the same upload is not read again.

    Args:
        uploaded: what ``st.file_uploader`` gave.

    Returns:
        Whether it was new, read or refused.
    """
    if st.session_state.get(_SEEN) == uploaded.file_id:
        return False
    st.session_state[_SEEN] = uploaded.file_id
    try:
        check_size(uploaded.size)
        _take(uploaded.getvalue(), uploaded.name)
    except FileError as error:
        st.session_state[_ERROR] = Refusal(uploaded.name, error.message, error.hint)
    return True


def take_demo() -> None:
    """Make the demo cohort the session's cohort, by the same way as an uploaded file."""
    try:
        _take((FOLDER / DEMO_FILE).read_bytes(), DEMO_NAME)
    except OSError:
        st.session_state[_ERROR] = Refusal(DEMO_NAME, "The demo cohort is not installed.", "Upload a file instead.")


def _take(data: bytes, name: str) -> None:
    upload = read_upload(data, name)
    _uploads().put(upload.key, upload)
    st.session_state[_KEY] = upload.key
    st.session_state.pop(_ERROR, None)

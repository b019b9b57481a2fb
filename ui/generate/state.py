"""What a session of this page works on: whose file, and what was asked; a file that was discarded can be had back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import streamlit as st

from riskmodels.errors import FileError
from riskmodels.generated.task import Asked
from riskmodels.interop.columns.mapping import CohortMapping
from riskmodels.own_models.task import UploadedTable
from ui import tasks
from ui.cohort import state as cohort_state
from ui.cohort.state import Upload
from ui.uploads import UploadedFile

#: slots of the tasks
LOOK, INVENT = "generate_look", "generate_invent"
_PEOPLE, _SEEN, _ERROR, _ASKED, _GONE = (
    f"generate.{name}" for name in ("people", "seen", "error", "asked", "discarded")
)


class From(StrEnum):
    """Where people come from."""

    DEMO = "demo"
    COHORT = "cohort"
    UPLOAD = "upload"


@dataclass(frozen=True)
class People:
    """A file of real people.

    Args:
        name: as it is shown.
        table: the file.
        mapping: what its columns mean.
        key: of the file and its mapping.
    """

    name: str
    table: UploadedTable = field(repr=False)
    mapping: CohortMapping = field(repr=False)
    key: str


def current() -> People | None:
    """The people of this session; None when there are none."""
    return st.session_state.get(_PEOPLE)


def cohort() -> Upload | None:
    """The file that the Cohort page holds."""
    return cohort_state.current()


def refusal() -> FileError | None:
    """Why the last file was not read."""
    return st.session_state.get(_ERROR)


def take_demo() -> None:
    """Work on the demo cohort."""
    _try(cohort_state.read_demo)


def take_cohort() -> None:
    """Work on the file that the Cohort page holds, with what was answered there about its columns."""
    upload = cohort()
    if upload is not None:
        _take(upload, cohort_state.mapping_of(upload))


def take_file(uploaded: UploadedFile) -> bool:
    """Work on an uploaded file; whether it was new, read or refused."""
    if st.session_state.get(_SEEN) == uploaded.file_id:
        return False
    st.session_state[_SEEN] = uploaded.file_id
    _try(lambda: cohort_state.read_uploaded(uploaded))
    return True


def asked() -> Asked | None:
    """What was asked for; None before, and after it was discarded."""
    return st.session_state.get(_ASKED)


def ask(wanted: Asked) -> None:
    """Ask for invented people; the same may be asked for again after it was stopped."""
    tasks.forget(INVENT)
    st.session_state[_ASKED] = wanted
    st.session_state.pop(_GONE, None)


def discard() -> None:
    """Put what was invented out of sight; it can be had back until something else is asked for."""
    st.session_state[_GONE] = st.session_state.pop(_ASKED, None)


def discarded() -> bool:
    """Whether there is something to have back."""
    return st.session_state.get(_GONE) is not None


def undo() -> None:
    """Have it back."""
    st.session_state[_ASKED] = st.session_state.pop(_GONE, None)


def leave() -> None:
    """Work on no file: forget the people, and what was invented."""
    for slot in (LOOK, INVENT):
        tasks.forget(slot)
    for name in (_PEOPLE, _ERROR, _ASKED, _GONE):
        st.session_state.pop(name, None)


def _try(read: Callable[[], Upload]) -> None:
    """Work on a file, or say why it is not read."""
    try:
        upload = read()
    except FileError as error:
        st.session_state[_ERROR] = error
        return
    _take(upload, upload.proposal.mapping)


def _take(upload: Upload, mapping: CohortMapping) -> None:
    seen = st.session_state.get(_SEEN)
    leave()
    table = UploadedTable(upload.name, upload.data, upload.override)
    st.session_state[_SEEN] = seen
    st.session_state[_PEOPLE] = People(upload.name, table, mapping, f"{upload.key}{hash(repr(mapping))}")

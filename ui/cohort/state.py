"""The file a session works on: read, looked at, with what its columns were taken for. Kept for this session alone.

A file that cannot be read changes nothing but the message: the file before it stays.

It is kept in session state: ``cache_resource(scope="session")`` is emptied whenever the browser's connection drops
(streamlit 1.67, ``disconnect_session``), which would throw the analyst's answers away at every loss of the network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from riskmodels.cohorts.extracts import FOLDER, INVENTED_FILE
from riskmodels.cohorts.nhanes.demo import FILE as DEMO_FILE
from riskmodels.errors import FileError
from riskmodels.interop.columns.layouts import recognise
from riskmodels.interop.columns.mapping import CohortMapping
from riskmodels.interop.columns.open_table import open_table
from riskmodels.interop.columns.propose import Proposal, propose
from riskmodels.interop.columns.sample import Sample, take_sample
from riskmodels.interop.table.file_format import FileFormat, FileLimits
from riskmodels.interop.table.source import Source
from ui.cohort import layouts
from ui.memo import COHORT_SCORES, forget
from ui.uploads import Shelf, UploadedFile

DEMO_NAME, INVENTED_NAME = "Demo cohort: NHANES 2017–2018", "10,000 invented patients"
#: cohorts for trying the app, in data/cohorts
DEMOS = {DEMO_NAME: DEMO_FILE, INVENTED_NAME: INVENTED_FILE}
LIMITS = FileLimits(bytes=200 * 2**20, unpacked=2 * 2**30, rows=5_000_000, columns=500)
_KEY, _SEEN, _ERROR = "cohort_file", "cohort_seen", "cohort_error"
_UPLOADS, _MAPPINGS, _TEMPLATE = "cohort_uploads", "cohort_mappings", "cohort_template_used"
_JOB, _JOB_KEPT, _LOOKED = "job", "cohort_job_id", "cohort_looked_for_job"


@dataclass(frozen=True)
class Upload:
    """A file that was opened and looked at.

    Args:
        name: as the browser gave it; never trusted, only shown.
        data: its bytes.
        source: reads its rows.
        sample: some of its rows, and counts over all of them.
        proposal: what its columns probably are.
        key: SHA-256 of its bytes and of how they are read.
        override: how it is written as the analyst says; None where its content tells.
    """

    name: str
    data: bytes = field(repr=False)
    source: Source = field(repr=False)
    sample: Sample = field(repr=False)
    proposal: Proposal = field(repr=False)
    key: str
    override: FileFormat | None = None

    @property
    def rows(self) -> int:
        """Rows read."""
        return self.sample.rows

    @property
    def format(self) -> FileFormat:
        """How the file is written, as it is read now."""
        return self.source.format


@dataclass(frozen=True)
class Refusal:
    """Why the last file was not read."""

    name: str
    message: str
    hint: str


def _uploads() -> Shelf[Upload]:
    shelf: Shelf[Upload] = st.session_state.setdefault(_UPLOADS, Shelf[Upload]())
    return shelf


def current() -> Upload | None:
    """The file of this session; None when there is none."""
    return _uploads().get(st.session_state.get(_KEY, ""))


def mapping_of(upload: Upload) -> CohortMapping:
    """What its columns are taken for now: the proposal, or a saved template, with the analyst's changes."""
    kept: dict[str, CohortMapping] = st.session_state.setdefault(_MAPPINGS, {})
    if upload.key not in kept:
        kept[upload.key] = _first_mapping(upload)
    return kept[upload.key]


def keep_mapping(upload: Upload, mapping: CohortMapping) -> None:
    """Keep what the analyst changed; what was scored before the change is no longer shown."""
    if mapping != mapping_of(upload):
        leave_job()
    st.session_state.setdefault(_MAPPINGS, {})[upload.key] = mapping


def template_used(upload: Upload) -> str:
    """Name of the saved template that has this file's columns; empty when there is none."""
    mapping_of(upload)
    return str(st.session_state.get(_TEMPLATE, {}).get(upload.key, ""))


def _first_mapping(upload: Upload) -> CohortMapping:
    for layout in layouts.saved():
        found = recognise(upload.source.headers, [layout])
        if found is not None:
            st.session_state.setdefault(_TEMPLATE, {})[upload.key] = layout.name
            return found
    return upload.proposal.mapping


def job_id() -> str:
    """Id of the scoring that is shown: from the address, so that a refresh finds it, else from the session."""
    found = str(st.query_params.get(_JOB, "") or st.session_state.get(_JOB_KEPT, ""))[:64]
    if found:
        show_job(found)
    return found


def show_job(found: str) -> None:
    """Show a scoring from now on; its id, which says nothing of the file, stands in the address."""
    st.session_state[_JOB_KEPT] = found
    if st.query_params.get(_JOB) != found:
        st.query_params[_JOB] = found


def first_look(begun: Callable[[], str]) -> str:
    """The scoring to show to a session that has just begun without one in its address: asked for once.

    Args:
        begun: gives the id of a scoring that was begun moments ago; empty when there is none.
    """
    if st.session_state.get(_LOOKED):
        return ""
    st.session_state[_LOOKED] = True
    found = begun()
    if found:
        show_job(found)
    return found


def leave_job() -> None:
    """Show no scoring."""
    st.session_state.pop(_JOB_KEPT, None)
    st.query_params.pop(_JOB, None)


def restore(path: Path, name: str, file_format: FileFormat | None, mapping: CohortMapping) -> None:
    """Open the file of a scoring again, with what was answered about it.

    Args:
        path: of the file as it was uploaded.
        name: as the browser gave it.
        file_format: how it is written, as the analyst said.
        mapping: what its columns were taken for.
    """
    try:
        upload = read_upload(path.read_bytes(), name, file_format)
    except (FileError, OSError):
        st.session_state[_ERROR] = Refusal(name, "Its file is gone.", "Upload it again.")
        return
    _put(upload)
    st.session_state.setdefault(_MAPPINGS, {})[upload.key] = mapping


def refusal() -> Refusal | None:
    """Why the last file was not read; None when it was."""
    return st.session_state.get(_ERROR)


def forget_refusal() -> bool:
    """Forget the message about a file that is no longer there; whether there was one."""
    return st.session_state.pop(_SEEN, None) is not None and st.session_state.pop(_ERROR, None) is not None


def discard() -> None:
    """Forget the file, what was answered about it, and its message."""
    leave_job()
    for key in (_UPLOADS, _MAPPINGS, _TEMPLATE, _KEY, _ERROR, "cohort_asked"):
        st.session_state.pop(key, None)
    forget(COHORT_SCORES)


def read_upload(data: bytes, name: str, file_format: FileFormat | None = None) -> Upload:
    """Open a file and look at it.

    Args:
        data: its bytes.
        name: as the browser gave it.
        file_format: how it is written, to override what its content says.

    Raises:
        FileError: when it cannot be read as a table.
    """
    source = open_table(data, file_format, LIMITS)
    sample = take_sample(source)
    if not sample.rows:
        raise FileError("The file has a header but no rows.", hint="Add one row a patient below the header.")
    digest = hashlib.sha256(data)
    if file_format is not None:
        digest.update(repr(source.format).encode())
    return Upload(name, data, source, sample, propose(sample), digest.hexdigest(), file_format)


def read_uploaded(uploaded: UploadedFile) -> Upload:
    """Open an uploaded file and look at it; as :func:`read_upload`, and refused when it is too large."""
    if uploaded.size > LIMITS.bytes:
        raise FileError(
            f"The file has {uploaded.size / 2**20:,.0f} MB; up to {LIMITS.bytes / 2**20:,.0f} MB can be uploaded.",
            hint="Pack it with gzip or save it as Parquet, or keep only the columns that are needed.",
        )
    return read_upload(uploaded.getvalue(), uploaded.name)


def read_demo(name: str = DEMO_NAME) -> Upload:
    """Open one of :data:`DEMOS`.

    Raises:
        FileError: when it is not installed.
    """
    try:
        return read_upload((FOLDER / DEMOS[name]).read_bytes(), name)
    except OSError:
        raise FileError(f"“{name}” is not installed.", hint="Upload a file instead.") from None


def take_file(uploaded: UploadedFile) -> bool:
    """Make an uploaded file the session's file, once: the same upload is not read again.

    Args:
        uploaded: what ``st.file_uploader`` gave.

    Returns:
        Whether it was new, read or refused.
    """
    if st.session_state.get(_SEEN) == uploaded.file_id:
        return False
    st.session_state[_SEEN] = uploaded.file_id
    try:
        _take(read_uploaded(uploaded))
    except FileError as error:
        st.session_state[_ERROR] = Refusal(uploaded.name, error.message, error.hint)
    return True


def take_demo(name: str = DEMO_NAME) -> None:
    """Make one of :data:`DEMOS` the session's file, by the same way as an uploaded one."""
    try:
        _take(read_demo(name))
    except FileError as error:
        st.session_state[_ERROR] = Refusal(name, error.message, error.hint)


def read_again(upload: Upload, file_format: FileFormat) -> None:
    """Read the same file as written in another way."""
    try:
        _take(read_upload(upload.data, upload.name, file_format))
    except FileError as error:
        st.session_state[_ERROR] = Refusal(upload.name, error.message, error.hint)


def _take(upload: Upload) -> None:
    leave_job()
    _put(upload)


def _put(upload: Upload) -> None:
    _uploads().put(upload.key, upload)
    st.session_state[_KEY] = upload.key
    st.session_state.pop(_ERROR, None)

"""The files a session works on, what kind of signal they are said to be, and the answers to what they leave open.

Everything stays in session state, so nothing of a file is shared between people, and it is gone with the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import streamlit as st

from riskmodels.runtime.hashes import bytes_hash
from riskmodels.signals.asked import Question
from riskmodels.signals.kinds import Kind

_GIVEN, _KIND, _ASKED, _ANSWERS = "signal.given", "signal.kind", "signal.asked", "signal.answers"
_UNDO, _NONCE = "signal.undo", "signal.nonce"


@dataclass(frozen=True, eq=False)
class Given:
    """Files that are read together.

    Args:
        signature: of the uploaded files, or of the sample, that they are.
        files: bytes by name.
        title: for people.
    """

    signature: tuple[str, ...]
    files: dict[str, bytes]
    title: str

    @cached_property
    def sha256(self) -> str:
        """Hash of the files, computed when it is first asked for: a page reruns at every click."""
        return bytes_hash(self.files.values())

    @property
    def only(self) -> tuple[str, bytes]:
        """Name and bytes of the first file."""
        return next(iter(self.files.items()))


def given() -> Given | None:
    """What the session works on; None when nothing."""
    return st.session_state.get(_GIVEN)


def give(new: Given) -> None:
    """Work on other files; what was said of those before is forgotten."""
    chosen = tuple(f"signal.{kind}." for kind in Kind)
    for key in (_UNDO, _KIND, _ASKED, _ANSWERS, *(k for k in st.session_state if str(k).startswith(chosen))):
        st.session_state.pop(key, None)
    st.session_state[_GIVEN] = new


def uploader_key() -> str:
    """Session-state key of the uploader; a new one empties it."""
    return f"signal.files.{st.session_state.get(_NONCE, 0)}"


def uploaded() -> Sequence[Any]:
    """The files in the uploader, in the order they were chosen."""
    return st.session_state.get(uploader_key()) or []


def empty_uploader() -> None:
    """Forget the files in the uploader."""
    st.session_state[_NONCE] = st.session_state.get(_NONCE, 0) + 1


def kind() -> Kind | None:
    """The kind that the files were found or said to be; None while it is open."""
    return st.session_state.get(_KIND)


def keep_kind(found: Kind | None) -> None:
    """Read the files as that kind."""
    st.session_state[_KIND] = found


def kind_is_known() -> bool:
    """Whether the files were looked at for their kind."""
    return _KIND in st.session_state


def asked(of: Kind) -> dict[str, Question]:
    """All that was asked about the files as that kind, answered or not, by name."""
    questions: dict[str, Question] = st.session_state.setdefault(_ASKED, {}).setdefault(of, {})
    return questions


def answers(of: Kind) -> dict[str, str]:
    """The answers given about the files as that kind, by question."""
    given_ones: dict[str, str] = st.session_state.setdefault(_ANSWERS, {}).setdefault(of, {})
    return given_ones


def key_of(of: Kind) -> tuple[Any, ...]:
    """Everything that the series of the files depends on."""
    work = given()
    return (of, *(work.signature if work else ()), *sorted(answers(of).items()))


def clear() -> None:
    """Callback: forget the files and all that was said of them; can be undone until others come."""
    kept = (_GIVEN, _KIND, _ASKED, _ANSWERS)
    st.session_state[_UNDO] = {key: st.session_state.pop(key) for key in kept if key in st.session_state}
    empty_uploader()


def undo_available() -> bool:
    """Whether what was cleared can be brought back."""
    return _UNDO in st.session_state


def undo() -> None:
    """Callback: bring back what was cleared."""
    st.session_state.update(st.session_state.pop(_UNDO))

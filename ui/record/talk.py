"""What is said about records: the line on the page, the dialog that is open, and what a failure becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.records.errors import ConflictError

Result = TypeVar("Result")
_DIALOG, _NOTICE = "record.dialog", "record.notice"


@dataclass(frozen=True)
class Step:
    """Where to go once the form may be left.

    Args:
        kind: ``open`` a record, show a ``visit``, ask for a ``new`` one, ``close`` it, ``clear`` a form
            that belongs to none, or ``import`` another patient.
        record: id of the record or the visit.
        fill: puts what was imported into the form.
    """

    kind: str
    record: str = ""
    fill: Callable[[], None] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Dialog:
    """The dialog that is open: which one, and where it leads afterwards."""

    kind: str
    then: Step | None = None


@dataclass(frozen=True)
class Notice:
    """One line on the page that says what happened; ``undo`` brings back what was deleted, by kind and id."""

    words: str
    failed: bool = False
    undo: tuple[str, str] | None = None


def guarded(act: Callable[[], Result]) -> Result | None:
    """What an act on the records gives; where it fails, None and a line on the page that says why.

    Raises:
        ConflictError: when somebody else saved first: the caller knows what to show.
    """
    try:
        return act()
    except ConflictError:
        raise
    except CareRiskError as error:
        tell(str(error), failed=True)
        return None


def ask(kind: str | None, then: Step | None = None) -> None:
    """Open a dialog in this run, or close the one that is open."""
    st.session_state[_DIALOG] = Dialog(kind, then) if kind else None


def dialog() -> Dialog | None:
    """The dialog that is open."""
    return st.session_state.get(_DIALOG)


def tell(words: str, failed: bool = False, undo: tuple[str, str] | None = None) -> None:
    """Show one line on the page until the next thing happens."""
    st.session_state[_NOTICE] = Notice(words, failed, undo)


def tell_nothing() -> None:
    """Take the line away."""
    st.session_state.pop(_NOTICE, None)


def notice() -> Notice | None:
    """The line on the page."""
    return st.session_state.get(_NOTICE)

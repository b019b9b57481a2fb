"""Audit events in words. No Streamlit here; texts are escaped where they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from riskmodels.explain.steps import label_text
from riskmodels.records.audit import Event, Problem, Verdict
from riskmodels.vocabulary import VOCABULARY
from ui.text import count, inside

#: headings of the columns
HEAD = ("Event", "Time", "Who", "Did", "Record", "Details")
#: an id is known by its beginning; all of it stands in the download
_SHOWN = 12


def event_texts(event: Event, names: Mapping[str, str], zone: tzinfo | None) -> list[str]:
    """One event as the cells of a row.

    Args:
        event: of the trail.
        names: of accounts by id.
        zone: time zone of the reader.
    """
    return [
        str(event.seq),
        event.time.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        names.get(event.actor, f"account {event.actor[:_SHOWN]}"),
        str(event.action),
        f"{kind_text(event.kind)} {event.record_id}".strip(),
        detail_text(event.detail),
    ]


def kind_text(kind: str) -> str:
    """A kind of record for people: ``image study``."""
    return kind.replace("_", " ")


def detail_text(detail: Mapping[str, Any]) -> str:
    """``fields: glucose, weight; version: 2``."""
    return "; ".join(f"{kind_text(str(name))}: {_value_text(value)}" for name, value in detail.items())


def _value_text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_name_text(str(name)) for name in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _name_text(name: str) -> str:
    return inside(label_text(name)) if name in VOCABULARY else kind_text(name)


def verdict_text(verdict: Verdict) -> str:
    """Whether the chain is whole, in a sentence."""
    checked = f"{count(verdict.events, 'event')} checked"
    if verdict.ok:
        return f"The chain is whole: {checked}, none changed, moved or missing."
    return f"The chain is broken in {count(verdict.broken, 'place')}: {checked}."


def problem_text(problem: Problem) -> str:
    """Where the chain is broken: ``Event 17: changed``."""
    where = f"Event {problem.seq:,}" if problem.seq else "The whole trail"
    return f"{where}: {problem.text}."


def remedy_text(verdict: Verdict) -> str:
    """What to do about a verdict."""
    if not verdict.ok:
        return (
            "Keep a copy of the database as it is, find out who could write to it, and compare with the last backup. "
            "New events are still added behind the break."
        )
    if verdict.events and verdict.keyed < verdict.events:
        unkeyed = "None of the hashes" if not verdict.keyed else "Not every hash"
        return (
            f"{unkeyed} needs a secret key, so who can write the database could make the whole trail anew. A noted "
            "hash shows that; so does the key CARERISK_AUDIT_KEY, once it is set."
        )
    return ""

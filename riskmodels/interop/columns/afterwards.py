"""Columns that say what happened after the day of the row: outcomes to be predicted, never history.

A name says so itself (“incident stroke”, “death”), or its company does: ``STROKE`` beside ``PREVSTRK`` or
``time_to_stroke`` is an event of the follow-up. Where a file has a follow-up and a history could be an event, it is
asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from riskmodels.interop.columns.mapping import is_unknown_word
from riskmodels.interop.columns.resembling import words_that
from riskmodels.interop.columns.sample import Sample
from riskmodels.interop.columns.spelling import compact, tokens
from riskmodels.vocabulary import VOCABULARY, Kind, in_group

_HISTORY = frozenset({v.name for v in in_group("history")} | {"tia_embolism", "peripheral_artery_disease"})
_MARKED = re.compile(r"prev|hist|hx")
_TIME = frozenset("time days day weeks months years date tt ttt zeit tage tiempo dias temps jours age".split())
_MOST_ANSWERS = 5


def says_after(header: str, sample: Sample) -> bool:
    """Whether a name says that its column is an event, an end point or a death, and its cells are few answers.

    Not where it says when, why or to whom else: ``death_date``, ``father died``.
    """
    if not words_that("after", header) or words_that("other", header) or words_that("family", header):
        return False
    if any(word in _TIME for word in tokens(header)):
        return False
    counts = sample.counts.get(header) or {}
    return 0 < sum(not is_unknown_word(text) for text in counts) <= _MOST_ANSWERS


def says_before(header: str) -> bool:
    """Whether a name says that its column is what was there before: ``prevalent stroke``, ``hx_mi``, ``PREVCHD``."""
    return bool(words_that("before", header)) or _MARKED.match(compact(header)) is not None


def events(histories: Mapping[str, str], before: Mapping[str, str], headers: Iterable[str]) -> dict[str, str]:
    """Which histories are events by the company they keep.

    Args:
        histories: header → variable, of the columns read as yes or no by a name that is known in whatever file.
        before: the same of all columns, also those that are documented for the data set of the file.
        headers: all of the file.

    Returns:
        Header → why, in words.
    """
    marked = {variable: header for header, variable in before.items() if says_before(header)}
    named = list(headers)
    found = {}
    for header, variable in histories.items():
        if VOCABULARY[variable].kind is not Kind.YES_NO or says_before(header):
            continue
        timed = next((other for other in named if _times(other, header)), "")
        if variable in marked:
            found[header] = f"“{marked[variable]}” is what was there before, so this is what happened afterwards."
        elif timed:
            found[header] = f"“{timed}” says when it happened, so it is what happened afterwards."
    return found


def _times(other: str, header: str) -> bool:
    """Whether one column says how long it took until the other: ``time_to_stroke`` and ``stroke``."""
    words, of = tokens(other), tokens(header)
    if other == header or not _TIME - {"age", "date"} & set(words):
        return False
    return bool(of) and all(word in words for word in of) and not words_that("before", other)


def may_be_event(variable: str, header: str, followed: bool) -> bool:
    """Whether a history may as well be an event: of heart or vessels, its name does not say, and the file has more
    that happened afterwards."""
    return followed and variable in _HISTORY and not says_before(header)


def is_follow_up(header: str) -> bool:
    """Whether a name belongs to a follow-up: an event, or how long people were followed."""
    if words_that("after", header):
        return not words_that("family", header) and "name" not in tokens(header)
    name = compact(header)
    return name in ("futime", "survtime", "survivaltime", "followuptime") or name.startswith("timeto")

"""What became of every line, resource and patient of an export: numbers that add up, and the places of what is refused.

Nothing here holds what a resource says: reasons are words of ours, with dates taken out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from riskmodels.cohorts.fhir_bulk.files import Place

#: refused resources whose places are listed; the others are counted
MOST_LISTED = 10_000
#: different reasons and codes that are told apart; a file made to have millions of them has “another” beyond it
_MOST_APART = 5_000
_ANOTHER = "another reason"
_DATES = re.compile(r"\b\d{4}(-\d{2}){0,2}\b")
#: what became of a resource: read by the rules of the import
READ = "read"
NOT_A_KIND = "of a kind that is not read"
OUTSIDE = "outside the days that count"


@dataclass(frozen=True)
class Refused:
    """A line or resource that is not read: where it stands, its kind where known, and why."""

    place: Place
    kind: str
    reason: str


@dataclass
class Counts:
    """Of one run.

    Args:
        files: that were read; ``others``: that lie beside them and are not.
        lines: ``blank``, ``one resource``, ``a Bundle``, or why a line is refused.
        entries: of Bundles: ``a resource``, ``a deletion``, ``without a resource``.
        resources: kind and what became of it.
        patients: what became of each: ``in the cohort``, or why not.
        visits: encounters of patients in the cohort: ``counted``, or why not.
        rows: of the cohort.
        known: rows with a value, by variable.
        not_used: variable (empty: of none) and reason, a count a row.
        unknown: system and code that no variable is read from, a count a patient's row.
        by_name: variable and ATC code of medicine that answers by its name alone, a count a patient's row.
        unmatched: medicines taken that no variable is read from, a count a patient's row.
        listed: the first refused lines and resources.
    """

    files: int = 0
    others: int = 0
    lines: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    resources: Counter[tuple[str, str]] = field(default_factory=Counter)
    patients: Counter[str] = field(default_factory=Counter)
    visits: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    known: Counter[str] = field(default_factory=Counter)
    not_used: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_name: Counter[tuple[str, str]] = field(default_factory=Counter)
    unmatched: int = 0
    listed: list[Refused] = field(default_factory=list)

    def refuse(self, place: Place, kind: str, reason: str) -> None:
        """Count a resource that is not read, and list it."""
        self.resources[kind, reason] += 1
        self.list(Refused(place, kind, reason))

    def list(self, refused: Refused) -> None:
        """List what is counted already, while there is room."""
        if len(self.listed) < MOST_LISTED:
            self.listed.append(refused)

    def add(self, other: Counts) -> None:
        """Add what was counted of some patients."""
        for name in ("resources", "patients", "visits", "known", "not_used", "unknown", "by_name"):
            _add(getattr(self, name), getattr(other, name))
        self.rows += other.rows
        self.unmatched += other.unmatched
        for refused in other.listed:
            self.list(refused)

    def by_kind(self) -> Iterator[tuple[str, int, dict[str, int]]]:
        """Kind, how many, and what became of how many; the most frequent first."""
        kinds: dict[str, Counter[str]] = {}
        for (kind, fate), number in self.resources.items():
            kinds.setdefault(kind, Counter())[fate] += number
        for kind, fates in sorted(kinds.items(), key=lambda item: -item[1].total()):
            yield kind, fates.total(), dict(fates.most_common())

    @property
    def refused(self) -> int:
        """Lines and resources that are refused: neither read nor of other kinds or days."""
        lines = sum(n for reason, n in self.lines.items() if reason not in ("blank", "one resource", "a Bundle"))
        return lines + sum(n for (_, fate), n in self.resources.items() if fate not in (READ, NOT_A_KIND, OUTSIDE))


def _add(total: Counter[object], more: Counter[object]) -> None:
    for key, number in more.items():
        known = key in total or len(total) < _MOST_APART
        other: object = ("", _ANOTHER) if isinstance(key, tuple) else _ANOTHER
        total[key if known else other] += number


def in_words_of_ours(reason: str) -> str:
    """A reason of the reader without the dates in it."""
    return _DATES.sub("…", reason)

"""The rules of the plan of care: CSV files beside this one, one an area, and the sources they cite."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from riskmodels.care.guidance.conditions import Condition, parse
from riskmodels.care.rows import read_rows
from riskmodels.care.wording import Units, value_text
from riskmodels.errors import SourceDataError

#: file of each area, with its heading, in the order of the plan
AREAS = {
    "pregnancy": "Pregnancy",
    "pressure": "Blood pressure",
    "lipids": "Lipids",
    "glucose": "Glucose",
    "kidney": "Kidney",
    "heart": "Heart and vessels",
    "smoking": "Smoking",
    "weight": "Weight, activity and diet",
}
CHECK, STEP = "check", "step"
#: a limit is written without decimals that say nothing: 7 %, not 7.0 %
_WHOLE = re.compile(r"\.0(?= )")
_VALUE = re.compile(r"\{(\w+):([\d.]+)\}")


@dataclass(frozen=True)
class Source:
    """A publication that rules cite.

    Args:
        name: key in the files of rules.
        short: what it is called beside a line, with its year.
        citation: in full, with its doi where it has one.
    """

    name: str
    short: str
    citation: str


@dataclass(frozen=True)
class Rule:
    """One rule.

    Args:
        name: key, once in all files.
        area: name in :data:`AREAS`.
        kind: ``check``, a prompt that a value or a medicine decides, or ``step`` of the plan.
        groups: rules of one group are alternatives: the first that applies is taken.
        when: for whom it is.
        title: a few words.
        what: what the source says.
        dose: of the medicines named, or how much; empty where there is none.
        first: what to check before.
        again: when to look again.
        strength: class or grade as the source gives it, in its own words.
        sources: names of the sources.
    """

    name: str
    area: str
    kind: str
    groups: tuple[str, ...]
    when: Condition
    title: str
    what: str = field(repr=False)
    dose: str = field(repr=False)
    first: str = field(repr=False)
    again: str = field(repr=False)
    strength: str
    sources: tuple[str, ...]

    @property
    def cited(self) -> tuple[Source, ...]:
        """Its sources."""
        return tuple(read_sources()[name] for name in self.sources)


@cache
def read_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the areas and of their files.

    Raises:
        SourceDataError: when a rule is not complete, or its condition cannot be read.
    """
    return tuple(_rule(area, row) for area in AREAS for row in read_rows(__package__, f"{area}.csv"))


@cache
def read_sources() -> dict[str, Source]:
    """The sources by name."""
    return {row["name"]: Source(**row) for row in read_rows(__package__, "sources.csv")}


def _rule(area: str, row: dict[str, str]) -> Rule:
    sources = tuple(row["sources"].split())
    if row["kind"] not in (CHECK, STEP) or not row["title"] or not row["what"] or not sources:
        raise SourceDataError(f"The rule “{row['name']}” is not complete.", hint=f"Complete it in {area}.csv.")
    text = {key: row[key] for key in ("name", "kind", "title", "what", "dose", "first", "again", "strength")}
    groups = tuple(row["group"].split())
    return Rule(area=area, groups=groups, when=parse(row["when"]), sources=sources, **text)


def worded(text: str, units: Units) -> str:
    """A rule's text with every ``{ldl_cholesterol:70}`` in the unit asked for."""
    return _VALUE.sub(lambda found: _WHOLE.sub("", value_text(found[1], float(found[2]), units=units)), text)

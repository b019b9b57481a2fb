"""What forbids training until it is settled: what the record tells, and what only the patient can.

Source: AACVPR, Guidelines for Cardiac Rehabilitation Programs, 6th edition, 2021; ESC 2020 guidelines on sports
cardiology, doi 10.1093/eurheartj/ehaa605.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from riskmodels.care.guidance.conditions import parse
from riskmodels.care.guidance.facts import PatientFacts
from riskmodels.care.guidance.rules import worded
from riskmodels.care.rows import read_rows

SOURCES = ("aacvpr2021", "esc_sports2020")


@dataclass(frozen=True)
class Contraindication:
    """One thing that forbids training.

    Args:
        name: key in the file.
        text: in words, values in the units asked for.
        met: whether the record tells that it is there; None where it does not tell: to be asked.
        why: the patient's value; empty where it is not known.
    """

    name: str
    text: str
    met: bool | None = field(repr=False)
    why: str = field(repr=False)


def contraindications(facts: PatientFacts) -> list[Contraindication]:
    """Every contraindication, those that are there first, then those to ask, then those the record excludes.

    Args:
        facts: the patient, as conditions ask.
    """
    found = [_of(row, facts) for row in read_rows(__package__, "contraindications.csv")]
    return sorted(found, key=lambda each: (each.met is not True, each.met is not None))


def _of(row: dict[str, str], facts: PatientFacts) -> Contraindication:
    text = worded(row["text"], facts.units)
    if not row["when"]:
        return Contraindication(row["name"], text, None, "")
    when = parse(row["when"])
    told = when.true_ones(facts) or [each for each in when.comparisons() if each.holds(facts) is False]
    words = [facts.words(each, (each.limit(facts),)) for each in told]
    return Contraindication(row["name"], text, when.holds(facts), ", ".join(words))

"""Several columns that fit one variable: repeated readings and boxes are combined and said, all others are asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from riskmodels.interop.columns.mapping import CohortMapping, Combine
from riskmodels.interop.columns.names import split_unit
from riskmodels.interop.columns.proposal import ColumnProposal
from riskmodels.interop.columns.spelling import compact
from riskmodels.vocabulary import VOCABULARY, Kind

_READING = re.compile(r"(?<=[a-z])[1-9](st|nd|rd|th)?(?!\d)")


def combined(
    found: Sequence[ColumnProposal], boxes: Mapping[str, str], documented: frozenset[str], long: bool = False
) -> dict[str, Combine]:
    """How columns of one variable become one value; a variable without a rule is asked about.

    Args:
        found: what each column is.
        boxes: header → variable, of the boxes to tick.
        documented: headers that are documented for the data set of the file.
        long: whether the columns were made of a table of observations.
    """
    rules = {}
    for name in dict.fromkeys(c.variable for c in found if c.variable):
        rivals = [c for c in found if c.variable == name]
        rule = _rule(rivals, boxes, documented) if len(rivals) > 1 else None
        if len(rivals) > 1 and long and _are_one_observation(rivals):
            rule = Combine.FIRST
        if rule is not None:
            rules[name] = rule
    return rules


def _are_one_observation(rivals: list[ColumnProposal]) -> bool:
    """Whether columns made of a table of observations are one in several units: a row has at most one of them."""
    return len({split_unit(c.header)[0].strip() for c in rivals}) == 1


def _rule(rivals: list[ColumnProposal], boxes: Mapping[str, str], documented: frozenset[str]) -> Combine | None:
    headers = [c.header for c in rivals]
    if all(header in boxes for header in headers):
        return Combine.CHECKED
    variable = VOCABULARY[rivals[0].variable]
    readings = variable.kind is Kind.NUMBER and not variable.laboratory
    if readings and len({stem(header) for header in headers}) == 1 and len({c.unit for c in rivals}) == 1:
        return Combine.MEAN
    if not all(header in documented for header in headers):
        return None
    return {Kind.NUMBER: Combine.MEAN if len({stem(h) for h in headers}) == 1 else Combine.FIRST}.get(
        variable.kind, Combine.ANY if variable.kind is Kind.YES_NO else Combine.FIRST
    )


def stem(header: str) -> str:
    """A name without the number of its reading: ``sbp1`` and ``sbp2`` are readings of ``sbp``."""
    return _READING.sub("", compact(header))


def in_words(mapping: CohortMapping, name: str, rule: Combine) -> str:
    """How the columns of a variable are combined, in a sentence."""
    headers = ", ".join(f"“{c.header}”" for c in mapping.holding(name))
    how = {
        Combine.MEAN: "is the mean of those known of",
        Combine.FIRST: "is the first one known of",
        Combine.ANY: "is yes when one is yes, no when all are no, of",
        Combine.CHECKED: "is the answer of the box that is ticked among",
    }
    return f"{VOCABULARY[name].label} {how[rule]} {headers}."

"""Observations and components of them that are written as nearly all are, checked without fhir.resources, which takes
half a millisecond for an Observation and a fifth of one for a component.

A closed grammar, narrower than FHIR's and the same in R4 and R5: whatever it accepts, fhir.resources accepts and writes
again as it stood, but for the fractions of a second (tests/interop/fhir/test_components.py compares both). Everything
else is left to fhir.resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, Required

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

_CLOSED = ConfigDict(extra="forbid", strict=True)
_Text = Annotated[str, StringConstraints(pattern=r"\S")]
_Uri = Annotated[str, StringConstraints(pattern=r"^\S+$")]
_Code = Annotated[str, StringConstraints(pattern=r"^\S+( \S+)*$")]
_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,64}$")]
_Integer = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
#: beyond it fhir.resources writes a number in another form
_Number = Annotated[int | float, Field(gt=-1e15, lt=1e15)]


@with_config(_CLOSED)
class _Coding(TypedDict, total=False):
    system: _Uri
    version: _Text
    code: _Code
    display: _Text
    userSelected: bool


@with_config(_CLOSED)
class _Concept(TypedDict, total=False):
    coding: Annotated[list[_Coding], Field(min_length=1)]
    text: _Text


@with_config(_CLOSED)
class _Quantity(TypedDict, total=False):
    value: _Number
    comparator: _Code
    unit: _Text
    system: _Uri
    code: _Code


@with_config(_CLOSED)
class _Range(TypedDict, total=False):
    low: _Quantity
    high: _Quantity
    text: _Text


class _Valued(TypedDict, total=False):
    """What an Observation and a component of one have in common."""

    id: _Id
    code: Required[_Concept]
    valueQuantity: _Quantity
    valueCodeableConcept: _Concept
    valueString: _Text
    valueInteger: _Integer
    valueBoolean: bool
    dataAbsentReason: _Concept
    interpretation: Annotated[list[_Concept], Field(min_length=1)]
    referenceRange: Annotated[list[_Range], Field(min_length=1)]


@with_config(_CLOSED)
class _Component(_Valued, total=False):
    pass


def _exists(text: str) -> str:
    """A day that the calendar has; a year, month or day of FHIR is one of Python, and so is an instant."""
    datetime.fromisoformat(text)
    return text


_Instant = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$"),
    AfterValidator(_exists),
]
_Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_exists)]


@with_config(_CLOSED)
class _Reference(TypedDict, total=False):
    reference: _Uri
    display: _Text


@with_config(_CLOSED)
class _Meta(TypedDict, total=False):
    versionId: _Id
    lastUpdated: _Instant
    profile: Annotated[list[_Uri], Field(min_length=1)]


@with_config(_CLOSED)
class _Observation(_Valued, total=False):
    resourceType: Required[Literal["Observation"]]
    meta: _Meta
    status: Required[_Code]
    category: Annotated[list[_Concept], Field(min_length=1)]
    subject: _Reference
    encounter: _Reference
    effectiveDateTime: _Instant | _Day
    issued: _Instant
    performer: Annotated[list[_Reference], Field(min_length=1)]
    component: Annotated[list[_Component], Field(min_length=1)]


@cache
def _whole() -> TypeAdapter[_Observation]:
    return TypeAdapter(_Observation)


def is_plain(observation: Any) -> bool:
    """Whether an Observation, its components with it, is of the common form, which needs no further check.

    Args:
        observation: as it stands in the file.
    """
    try:
        _whole().validate_python(observation)
    except ValidationError:
        return False
    return all(_has_one_value(part) for part in [observation, *observation.get("component", [])])


def _has_one_value(part: Mapping[str, Any]) -> bool:
    """FHIR allows one kind of value."""
    return sum(name.startswith("value") for name in part) <= 1


@cache
def _grammar() -> TypeAdapter[list[_Component]]:
    return TypeAdapter(Annotated[list[_Component], Field(min_length=1)])


def are_plain(components: Any) -> bool:
    """Whether all of them are of the common form, which needs no further check.

    Args:
        components: ``Observation.component`` as it stands in the file.
    """
    try:
        _grammar().validate_python(components)
    except ValidationError:
        return False
    return all(map(_has_one_value, components))

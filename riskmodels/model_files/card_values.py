"""What a model's card says, taken at its word: a number is a number, a text a text, and none is turned into another."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any, TypeVar

_Record = TypeVar("_Record")


def number(value: Any) -> float:
    """A number of a card.

    Raises:
        TypeError: when it is a text, a truth value or anything else.
        ValueError: when it is not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} in the place of a number")
    if not math.isfinite(value):
        raise ValueError("a number that is none")
    return float(value)


def numbers(values: Any) -> tuple[float, ...]:
    """A list of numbers of a card; raises as :func:`number`."""
    if not isinstance(values, list | tuple):
        raise TypeError(f"{type(values).__name__} in the place of a list")
    return tuple(map(number, values))


def record(kind: type[_Record], told: Any) -> _Record:
    """A table of a card as a dataclass: fields of text, number or truth value are what they say.

    Args:
        kind: the dataclass.
        told: its fields by name.

    Raises:
        TypeError, ValueError: when a field is missing, unknown, or of another kind.
    """
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name not in told:
            continue
        value, name = told[field.name], field.type
        if name in ("int", "float"):
            number(value)
        if name in ("int", "str", "bool") and type(value).__name__ != name:
            raise TypeError(f"{type(value).__name__} as {field.name}")
    return kind(**told)


def require_finite(value: Any) -> None:
    """Every number within lists and tables is one.

    Raises:
        ValueError: for NaN and infinity, also where the text says 1e999.
    """
    if isinstance(value, float):
        number(value)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            require_finite(part)

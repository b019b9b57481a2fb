"""What the form holds of earlier days: each value kept, replaced or dropped; by name, by what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from riskmodels.records import carry as carrying
from riskmodels.records.facts import Entered
from riskmodels.scores.inputs import variable_of
from riskmodels.vocabulary import Kind
from ui.memo import remembered
from ui.record import draft, state
from ui.record.state import Opened


class Fate(StrEnum):
    """What became of a value that was carried into the visit in the form."""

    KEPT = "kept"
    DROPPED = "dropped"
    REPLACED = "replaced"
    PARTED = "parted"


@dataclass(frozen=True)
class Offer:
    """A value of an earlier day, and what became of it.

    Args:
        value: with the day it was measured or told.
        fate: in the form.
    """

    value: Entered = field(repr=False)
    fate: Fate


def offers() -> dict[str, Offer]:
    """What the visit in the form was opened with of earlier days and may have changed since, by variable."""
    record = state.opened()
    if record is None:
        return {}
    found: dict[str, Offer] = remembered("carried.offers", (draft.content(), record), lambda: _offers(record))
    return found


def _offers(record: Opened) -> dict[str, Offer]:
    offered, entered = carrying.carried(record.base, record.day), draft.content().entered
    parted = carrying.parted(record.base.entered, entered)
    return {name: Offer(value, _fate(name, value, entered, parted)) for name, value in offered.items()}


def _fate(name: str, value: Entered, entered: Mapping[str, Entered], parted: Collection[str]) -> Fate:
    now = entered.get(name)
    if now is not None and now != value:
        return Fate.REPLACED
    if name in parted:
        return Fate.PARTED
    return Fate.KEPT if now else Fate.DROPPED


def too_old() -> Mapping[str, Entered]:
    """The last known values that were too old to be carried into the new visit in the form, by variable."""
    record = state.opened()
    if record is None or record.visit is not None or not record.start.entered:
        return {}
    key = (tuple((visit.id, visit.version) for visit in record.visits), record.day)
    return remembered("carried.too_old", key, lambda: carrying.carry(record.visits, record.day).too_old)


def follow() -> None:
    """A carried value goes from the form once one that it was measured with is known anew: call it after a change."""
    for name, offer in offers().items():
        if offer.fate is Fate.PARTED:
            draft.put(name, None)


def take(names: Collection[str]) -> None:
    """Put carried values back that were dropped."""
    for name, offer in offers().items():
        if name in names and offer.fate is Fate.DROPPED:
            draft.put(name, offer.value)


def drop(names: Collection[str]) -> None:
    """Make carried values unknown that still stand."""
    for name, offer in offers().items():
        if name in names and offer.fate is Fate.KEPT:
            draft.put(name, None)


def told_again() -> list[str]:
    """Carried answers that a person can give again without measuring: medicines, diagnoses, habits."""
    kept = [name for name, offer in offers().items() if offer.fate is Fate.KEPT]
    return [name for name in kept if variable_of(name).kind is not Kind.NUMBER]


def tell_again() -> None:
    """What was told was asked again and is the same: it is of this visit from now on."""
    for name in told_again():
        draft.put(name, replace(offers()[name].value, when=""))


def notes() -> dict[str, str]:
    """What stands under a field of its value of an earlier day: ``on 2025-11-03``, ``5.4 on 2025-01-02, too old``."""
    old = {name: value for name, value in too_old().items() if draft.entered(name) is None}
    told = {name: f"{_number(name, value)} on {value.when}, too old" for name, value in old.items()}
    return told | {name: _note(name, offer) for name, offer in offers().items()}


def _note(name: str, offer: Offer) -> str:
    on, now = f"on {offer.value.when}", draft.entered(name)
    if offer.fate is Fate.KEPT:
        return on
    if now is not None and replace(now, when=offer.value.when) == offer.value:
        return "of this visit"
    return f"{_number(name, offer.value)} {on}, {'before' if offer.fate is Fate.REPLACED else 'dropped'}"


def _number(name: str, value: Entered) -> str:
    variable = variable_of(name)
    return f"{value.value:g}" if variable.kind is Kind.NUMBER else variable.format(value.value)

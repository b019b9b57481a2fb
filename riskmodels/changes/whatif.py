"""What if a modifiable fact were different: the patient with other values, linked ones moved along.

It makes the row that a model is then asked about, so it answers what the model says of a person with other values,
never what a treatment would do. Age, sex and everything that care cannot change stay as they are, what is not known
stays unknown, and a value that nobody can have is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.changes.links import BMI_IDENTITY, FRIEDEWALD, FRIEDEWALD_HIGHEST, SMOKING, STOPS, Links, load_links
from riskmodels.checks import ORDERED_PAIRS
from riskmodels.columns import Floats
from riskmodels.errors import InputError
from riskmodels.vocabulary import CURRENT_SMOKER, FORMER_SMOKER, VOCABULARY, Variable

__all__ = ["Changed", "Followed", "Links", "Moved", "apply", "follow", "load_links"]

#: followers along a regression line, and their leader; waist and BMI are apart, since weight moves them too
_LINES = (("diastolic_bp", "systolic_bp"), ("hba1c", "glucose"), ("glucose", "hba1c"))


class Moved(NamedTuple):
    """A linked value that moved along: canonical values, and the link in words."""

    name: str
    before: float
    after: float
    why: str


@dataclass(frozen=True)
class Changed:
    """A patient with other values.

    Args:
        row: the new row.
        moved: the linked values that moved along, in the order of the vocabulary.
    """

    row: pd.Series = field(repr=False)
    moved: tuple[Moved, ...] = field(repr=False)


@dataclass(frozen=True)
class Followed:
    """Where a linked value goes, for each of n changes.

    Args:
        after: (n,) new values, canonical unit.
        why: the link in words.
        stopped: (n,) whether the line would have gone on (see :data:`riskmodels.changes.links.STOPS`).
    """

    after: Floats
    why: str
    stopped: npt.NDArray[np.bool_]


def apply(patient: pd.Series, changes: Mapping[str, float], links: Links | None = None) -> Changed:
    """The patient with other values, the linked ones moved along.

    Args:
        patient: one row of a PatientFrame.
        changes: new canonical values by variable.
        links: how linked values move; the shipped ones when None.

    Returns:
        :class:`Changed`; ``patient`` itself stays as it is.

    Raises:
        InputError: when a change is to something that care cannot change or that is not known of the patient, is
            outside the plausible range, or would bring a linked value there.
    """
    for name, value in changes.items():
        _refuse_change(patient, name, float(value))
    if {"weight", "bmi"} <= set(changes):
        raise InputError("Weight and body mass index are one thing.", hint="Change one of them.")
    values = {name: np.array([float(value)]) for name, value in changes.items()}
    followed = follow(patient, values, links or load_links())
    row = patient.copy()
    for name, value in changes.items():
        row[name] = float(value)
    moved = [_moved(name, float(patient[name]), followed[name]) for name in VOCABULARY if name in followed]
    for name, _, after, _ in moved:
        row[name] = after
    _refuse_result(row, [*changes, *followed])
    return Changed(row, tuple(m for m in moved if m.after != m.before))


def _moved(name: str, before: float, followed: Followed) -> Moved:
    after, why = float(followed.after[0]), followed.why
    if followed.stopped[0]:
        why += f"; no {'lower' if after < before else 'higher'} than {VOCABULARY[name].format(after)}"
    return Moved(name, before, after, why)


def follow(patient: pd.Series, changes: Mapping[str, Floats], links: Links) -> dict[str, Followed]:
    """Where the linked values go, for many changes at once. Nothing is validated here.

    Args:
        patient: one row of a PatientFrame.
        changes: (n,) new canonical values by variable, each known of the patient; its own value where unchanged.
        links: how linked values move.

    Returns:
        By variable: the known values that are linked to a changed one and not changed themselves.
    """
    found = _follow_body(patient, changes, links) | _follow_lipids(patient, changes)
    for follower, leader in _LINES:
        if leader in changes and follower not in changes:
            shift = changes[leader] - float(patient[leader])
            found |= _along_line(patient, follower, leader, shift, links)
    return found


def _known(patient: pd.Series, name: str) -> bool:
    return bool(pd.notna(patient.get(name, np.nan)))


def _along_line(patient: pd.Series, follower: str, leader: str, shift: Floats, links: Links) -> dict[str, Followed]:
    """A follower along its regression line, within its stops; empty where it is not known or has no line."""
    slope = links.slope(follower, leader, patient)
    if slope is None or not _known(patient, follower):
        return {}
    before, (lowest, highest) = float(patient[follower]), STOPS[follower]
    line = before + slope.slope * shift
    after = np.clip(line, min(lowest, before), max(highest, before))
    return {follower: Followed(after, slope.text, (after != line) & (after != before))}


def _exactly(after: Floats, why: str) -> Followed:
    return Followed(after, why, np.zeros(len(after), dtype=np.bool_))


def _follow_body(patient: pd.Series, changes: Mapping[str, Floats], links: Links) -> dict[str, Followed]:
    """Weight, BMI and waist: whichever is changed leads the others."""
    found: dict[str, Followed] = {}
    shift = _bmi_shift(patient, changes)
    if shift is not None and "waist" not in changes:
        found |= _along_line(patient, "waist", "bmi", shift, links)
    if shift is None and "waist" in changes:
        found |= _along_line(patient, "bmi", "waist", changes["waist"] - float(patient["waist"]), links)
        shift = found["bmi"].after - float(patient["bmi"]) if found else None
    if shift is None:
        return found
    if "weight" in changes and _known(patient, "bmi"):
        found["bmi"] = _exactly(float(patient["bmi"]) + shift, BMI_IDENTITY)
    if "weight" not in changes and _known(patient, "weight"):
        found["weight"] = _exactly(_weight(patient, shift), BMI_IDENTITY)
    return found


def _bmi_shift(patient: pd.Series, changes: Mapping[str, Floats]) -> Floats | None:
    """Change of BMI that a new BMI or weight means; None where neither says."""
    if "bmi" in changes:
        return changes["bmi"] - float(patient["bmi"])
    if "weight" not in changes:
        return None
    shift = changes["weight"] - float(patient["weight"])
    if _known(patient, "height"):
        return np.asarray(shift / (float(patient["height"]) / 100) ** 2)
    if _known(patient, "bmi"):  # the height is the same, so BMI is in proportion to weight
        return np.asarray(float(patient["bmi"]) / float(patient["weight"]) * shift)
    return None


def _weight(patient: pd.Series, bmi_shift: Floats) -> Floats:
    weight = float(patient["weight"])
    if _known(patient, "height"):
        return np.asarray(weight + bmi_shift * (float(patient["height"]) / 100) ** 2)
    return np.asarray(weight * (1 + bmi_shift / float(patient["bmi"])))


def _follow_lipids(patient: pd.Series, changes: Mapping[str, Floats]) -> dict[str, Followed]:
    """Total cholesterol follows its parts; where the total itself is changed, LDL takes up the difference."""
    if not _known(patient, "total_cholesterol"):
        return {}
    parts = [n for n in ("ldl_cholesterol", "hdl_cholesterol", "triglycerides") if n in changes]
    shift = np.sum([_lipid_shift(float(patient[n]), n, changes[n]) for n in parts], axis=0)
    total = float(patient["total_cholesterol"])
    if "total_cholesterol" not in changes:
        return {"total_cholesterol": _exactly(total + shift, FRIEDEWALD)} if parts else {}
    if "ldl_cholesterol" in changes or not _known(patient, "ldl_cholesterol"):
        return {}
    after = float(patient["ldl_cholesterol"]) + (changes["total_cholesterol"] - total) - shift
    return {"ldl_cholesterol": _exactly(after, FRIEDEWALD)}


def _lipid_shift(before: float, name: str, after: Floats) -> Floats:
    if name != "triglycerides":
        return after - before
    holds = (before <= FRIEDEWALD_HIGHEST) & (after <= FRIEDEWALD_HIGHEST)
    return np.where(holds, (after - before) / 5, 0.0)


def _refuse_change(patient: pd.Series, name: str, value: float) -> None:
    if name not in VOCABULARY:
        raise InputError(f"“{name}” is not a variable.", hint="Correct its name.")
    variable = VOCABULARY[name]
    if not variable.modifiable:
        raise InputError(
            f"{variable.label} cannot be changed.", hint="Change what care can change, such as blood pressure."
        )
    if not _known(patient, name):
        raise InputError(f"{variable.label} is not known, so it cannot be changed.", hint="Enter it first.")
    if variable.choices:
        _refuse_answer(variable, float(patient[name]), value)
    elif not variable.plausible[0] <= value <= variable.plausible[1]:  # NaN is refused too
        raise InputError(_outside(variable, value))


def _refuse_answer(variable: Variable, before: float, after: float) -> None:
    if after not in [choice.code for choice in variable.choices]:
        raise InputError(f"{variable.label} is not one of its answers.")
    if variable.name == "smoking" and after != before and (before, after) != (CURRENT_SMOKER, FORMER_SMOKER):
        raise InputError(f"{SMOKING[0].upper()}{SMOKING[1:]}.")


def _outside(variable: Variable, value: float) -> str:
    low, high = (variable.format(limit) for limit in variable.plausible)
    return f"{variable.label} {variable.format(value)} is outside {low} to {high}."


def _refuse_result(row: pd.Series, touched: list[str]) -> None:
    """Refuse what the changes would bring about: a value nobody can have, or two that contradict each other."""
    for name in touched:
        variable, value = VOCABULARY[name], float(row[name])
        if not variable.choices and not variable.plausible[0] <= value <= variable.plausible[1]:
            raise InputError(f"{_outside(variable, value)[:-1]}, where this change would bring it.")
    for smaller, larger in ORDERED_PAIRS:
        if {smaller, larger} & set(touched) and row.get(smaller, np.nan) >= row.get(larger, np.nan):
            low, high = (f"{VOCABULARY[n].label} {VOCABULARY[n].format(float(row[n]))}" for n in (smaller, larger))
            raise InputError(f"{low} would not be below {high[0].lower()}{high[1:]}.", hint="Change less.")

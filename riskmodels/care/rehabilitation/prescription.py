"""How hard, how long and how often: a heart-rate zone where the pulse tells the effort, exertion where it may not.

Source: heart-rate reserve: Karvonen 1957; highest rate 208 - 0.7 x age: Tanaka 2001, doi
10.1016/S0735-1097(00)01054-8; exertion: Borg 1982; share of the reserve, minutes and strength: AACVPR 2021 and
ESC 2020, doi 10.1093/eurheartj/ehaa605.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from riskmodels.care.guidance.facts import PatientFacts

#: Tanaka 2001, beats/min and beats/min a year; shares of the heart-rate reserve
_HIGHEST, _FALL = 208.0, 0.7
ZONE = (0.4, 0.7)
BORG = "Borg 11–13 of 20: light to somewhat hard, talking is possible"
SOURCES = ("karvonen1957", "tanaka2001", "borg1982", "aacvpr2021", "esc_sports2020")
_RED_FLAGS = (
    "Chest pain or pressure, or breathlessness out of proportion",
    "Dizziness, fainting, or a pulse that races or is irregular in a new way",
    "Systolic pressure falls during exercise, or rises above 250 mmHg; diastolic above 115 mmHg",
    "Weight up by more than 2 kg in 3 days, swollen legs, sleeping upright",
)


@dataclass(frozen=True)
class Zone:
    """A zone of heart rates, beats/min.

    Args:
        low, high: its ends.
        text: how it was computed.
    """

    low: int = field(repr=False)
    high: int = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class Prescription:
    """Training for one patient.

    Args:
        reason: why it is offered; empty where no heart disease is told.
        zone: heart rates; None where pulse or age is not known.
        by_exertion: why exertion is to be used in the place of heart rates; empty where it need not be.
        lines: what, how long, how often.
        red_flags: when to stop and call.
        needs: what is not known and would decide.
    """

    reason: str = field(repr=False)
    zone: Zone | None = field(repr=False)
    by_exertion: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    red_flags: tuple[str, ...]
    needs: tuple[str, ...] = field(repr=False)


def prescription(facts: PatientFacts) -> Prescription:
    """A prescription of cardiac rehabilitation; what forbids it stands in :func:`contraindications`.

    Args:
        facts: the patient, as conditions ask: age, pulse at rest, medicines, what was told.
    """
    zone, by_exertion = _zone(facts), _why_exertion(facts)
    return Prescription(
        _reason(facts), zone, by_exertion, tuple(_lines(facts)), tuple(_flags(facts)), tuple(_needs(facts))
    )


def _reason(facts: PatientFacts) -> str:
    told = [name for name in ("heart_attack", "coronary_disease", "angina", "heart_failure") if facts.value(name) == 1]
    return facts.told(told[0]) if told else ""


def _zone(facts: PatientFacts) -> Zone | None:
    """Karvonen: pulse at rest and a share of the reserve above it."""
    pulse, age, measured = facts.value("pulse"), facts.value("age"), facts.value("max_heart_rate")
    if pulse != pulse or age != age:
        return None
    highest = measured if measured == measured else _HIGHEST - _FALL * age
    if not highest > pulse:
        return None
    low, high = (round(pulse + share * (highest - pulse)) for share in ZONE)
    source = (
        "highest rate measured on exercise" if measured == measured else f"208 − 0.7 × {age:.0f} years (Tanaka 2001)"
    )
    text = f"40–70 % of the reserve between {pulse:.0f}/min at rest and {highest:.0f}/min, {source}"
    return Zone(low, high, text)


def _why_exertion(facts: PatientFacts) -> str:
    if facts.value("atrial_fibrillation") == 1:
        return "Atrial fibrillation is told: the pulse does not show the effort."
    taken = facts.value("bp_medication")
    if taken == 0 and not _reason(facts):
        return ""
    if taken == 1:
        return (
            "Blood-pressure medicine is taken and may be a beta blocker, which keeps the pulse down: check which it is."
        )
    if taken == 0:
        return "With heart disease a beta blocker is often taken, also where none is taken for the pressure: ask."
    return "Not known whether blood-pressure medicine is taken: it may be a beta blocker, which keeps the pulse down."


def _lines(facts: PatientFacts) -> list[str]:
    lines = [
        "Endurance: 10–20 minutes at first, then 30–45 minutes, on 3–5 days a week, to 150 minutes a week or more; "
        "walking, cycling; 5–10 minutes of warming up and of cooling down.",
        "Strength: 2 days a week that do not follow each other, 8–10 exercises, 10–15 repetitions, Borg 11–13, without "
        "holding the breath; after a heart attack or an operation when the team allows it.",
        "Supervised at first: about 36 sessions in 12 weeks.",
    ]
    if facts.value("exercise_angina") == 1:
        lines.append(
            "Angina on exercise is recorded: stay at least 10 beats/min below the rate at which pain or ST depression "
            "began, whatever the zone."
        )
    return lines


def _flags(facts: PatientFacts) -> list[str]:
    flags = list(_RED_FLAGS)
    if facts.value("insulin_taken") == 1 or facts.value("pills") == 1:
        flags.append("Shaking, sweating, confusion: measure glucose before, during and after training")
    return flags


def _needs(facts: PatientFacts) -> list[str]:
    missing = [name for name in ("age", "pulse") if facts.value(name) != facts.value(name)]
    return [*missing, *(["bp_medication"] if facts.value("bp_medication") != facts.value("bp_medication") else [])]

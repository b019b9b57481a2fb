"""What one person does at the app under load: enter and save one invented patient after another, and check each answer.

Each person's patients have a systolic pressure that nobody else's has, so that one word of another session in this
one's messages is found; and every answer is compared with the model's, asked apart from the app.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd
from streamlit_client import Session, SessionError
from websockets.exceptions import WebSocketException

from riskmodels.assessment import assess
from riskmodels.checks import check
from riskmodels.tabular.model import RiskModel
from riskmodels.vocabulary import VOCABULARY
from ui.patient.fields import stands_open
from ui.patient.result import answer_words

FIRST_PRESSURE = 100
_PRESSURE = re.compile(rb"Systolic pressure (\d+) mmHg")
_ANSWER = re.compile(r'aria-label="([^"]*90 % interval[^"]*)"')


@dataclass(frozen=True)
class Update:
    """One value entered: how long the page took, and what it then said of which patient."""

    seconds: float
    patient: Mapping[str, float] = field(repr=False)
    answers: tuple[str, ...] = field(repr=False)


@dataclass
class Person:
    """One of the people at the app.

    Args:
        number: from 0; decides the patients.
        tab: opens a browser tab of theirs.
        pause: mean seconds between two values.
    """

    number: int
    tab: Callable[[], Session] = field(repr=False)
    pause: float
    opened: list[float] = field(default_factory=list)
    saved: list[float] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    heard: int = 0
    failure: str = ""

    async def work(self, seconds: float, begin: float) -> None:
        """Arrive after ``begin`` seconds and enter and save patients until the time is over; a failure is kept."""
        chance = random.Random(self.number)
        loop = asyncio.get_running_loop()
        try:
            await asyncio.sleep(begin)
            end = loop.time() + seconds
            while loop.time() < end:
                await self._assess_patient(self.tab(), chance, end)
        except (SessionError, OSError, WebSocketException) as error:
            self.failure = f"{type(error).__name__}: {error}"

    async def _assess_patient(self, session: Session, chance: random.Random, end: float) -> None:
        self.opened.append(await session.open())
        try:
            known: dict[str, float] = {}
            for name, value in patient_of(self.number, chance).items():
                await asyncio.sleep(chance.uniform(0.5, 1.5) * self.pause)
                if asyncio.get_running_loop().time() > end:
                    return
                known[name] = value
                self._note(session, await session.choose(*entry(name, value)), known)
            await session.press("record.save")
            self.saved.append(await session.press("record.first.save"))
            if not any("P-" in html for html in session.html.values()):
                raise SessionError("the record was not saved")
        finally:
            await session.close()

    def _note(self, session: Session, seconds: float, known: Mapping[str, float]) -> None:
        shown = next((html for html in session.html.values() if 'aria-label="Estimates"' in html), "")
        self.updates.append(Update(seconds, dict(known), tuple(_ANSWER.findall(shown))))
        own = str(FIRST_PRESSURE + self.number).encode()
        found = _PRESSURE.findall(session.heard())
        self.heard += found.count(own)
        self.foreign += [other.decode() for other in found if other != own]


def patient_of(number: int, chance: random.Random) -> dict[str, float]:
    """An invented patient of a person: canonical values in the order they are entered."""
    return {
        "age": float(chance.randint(35, 75)),
        "sex": float(chance.randint(0, 1)),
        "systolic_bp": float(FIRST_PRESSURE + number),
        "height": float(chance.randint(155, 190)),
        "weight": float(chance.randint(55, 110)),
        "total_cholesterol": float(chance.randint(150, 280)),
        "hdl_cholesterol": float(chance.randint(30, 80)),
        "glucose": float(chance.randint(80, 125)),
        "creatinine": chance.randint(6, 13) / 10,
        "smoking": float(chance.randint(0, 2)),
    }


def entry(name: str, value: float) -> tuple[str, float | str | list[str]]:
    """A fact as it is entered: the field's label, and its number or the words of its answer."""
    variable = VOCABULARY[name]
    if variable.choices:
        chosen = next(choice for choice in variable.choices if choice.code == value)
        return variable.label, [chosen.word] if stands_open(variable) else chosen.label
    return f"{variable.label}, {variable.unit}", value


def wrong_answers(person: Person, models: Mapping[str, RiskModel]) -> list[str]:
    """Updates whose page did not say what the models say of that patient, in words without the patient's values."""
    wrong = []
    for at, update in enumerate(person.updates):
        if {"age", "sex"} <= set(update.patient):
            frame = check(pd.DataFrame([update.patient])).frame
            expected = tuple(answer_words(answer) for answer in assess(frame, models).answers() if answer.given)
            if update.answers != expected:
                wrong.append(f"person {person.number}, update {at}")
    return wrong

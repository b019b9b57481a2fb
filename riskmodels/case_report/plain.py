"""The handout in plain words: an assessment and trials' benefits in, short sentences for the patient out.

Nothing is said of dying: that is for a talk, not for a sheet. What is known, likely or worth a talk is said, without
orders and without medical words; the words stand in plain.csv.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import floor

from riskmodels.assessment import Answer
from riskmodels.care.benefits import Benefit
from riskmodels.case_report.case import PatientCase
from riskmodels.case_report.language import Language, Words
from riskmodels.case_report.topics import counts_most, topics_to_talk_about
from riskmodels.columns import Columns
from riskmodels.measured import RECENT
from riskmodels.probability import Natural, natural
from riskmodels.scores.heart_age import BELOW, heart_age
from riskmodels.scores.prevent import AGES

#: outcomes told, by heading: the first with its picture
SECTIONS = {"sugar": ("diabetes", "dysglycaemia"), "heart": ("cvd_10y",), "chest": ("coronary_disease",)}
#: an interval is called wide from a tenth of all people on where its end is twice its start, or a third of them
WIDE, VERY_WIDE, WIDE_TIMES = 0.1, 1 / 3, 2.0
#: actions named: what fits a page and a talk, and a page in large print
MOST_ACTIONS, MOST_ACTIONS_LARGE = 5, 4
PEOPLE = 100


@dataclass(frozen=True)
class Section:
    """One subject.

    Args:
        heading: of it.
        sentences: what is said.
        figures: how many of a hundred figures are filled; None where no picture is drawn.
    """

    heading: str
    sentences: tuple[str, ...] = field(repr=False)
    figures: int | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Handout:
    """All that stands on the sheet, in its order.

    Args:
        language: it is written in.
        title, day, by_hand: its head.
        sections: what was found.
        counts: what adds most to the risk, with its heading; None where nothing is known to.
        actions: what to talk about, with its heading; None where there is nothing.
        closing: what is good to know.
        large: whether it is printed large.
    """

    language: Language
    title: str
    day: str
    by_hand: str
    sections: tuple[Section, ...] = field(repr=False)
    counts: Section | None = field(repr=False)
    actions: Section | None = field(repr=False)
    closing: Section = field(repr=False)
    large: bool = False

    @property
    def text(self) -> str:
        """Every sentence, one after another."""
        parts = [*self.sections, *([self.counts] if self.counts else []), *([self.actions] if self.actions else [])]
        return " ".join(sentence for part in (*parts, self.closing) for sentence in part.sentences)


def handout(case: PatientCase, language: Language, *, large: bool = False) -> Handout:
    """What the patient takes home.

    Args:
        case: of the patient.
        language: it is written in.
        large: for people who see little: in large print, so with fewer actions.
    """
    words = Words(language, "plain")
    answers = {answer.outcome.name: answer for answer in case.answers}
    told = {name: [answers[n] for n in names if n in answers] for name, names in SECTIONS.items()}
    sections = tuple(_section(name, found, case, words) for name, found in told.items() if found)
    counts = counts_most([a for found in told.values() for a in found if a.given], case, words)
    actions = tuple(_actions(case, answers, words))[: MOST_ACTIONS_LARGE if large else MOST_ACTIONS]
    return Handout(
        language,
        words.say("title"),
        words.say("day", date=case.today.isoformat()),
        words.say("by_hand"),
        sections,
        Section(words.say("heading.counts"), (counts,)) if counts else None,
        Section(words.say("heading.talk"), actions) if actions else None,
        Section(words.say("heading.know"), tuple(_closing(words, "coronary_disease" in answers))),
        large,
    )


def _section(name: str, answers: list[Answer], case: PatientCase, words: Words) -> Section:
    first, heading = answers[0], words.say(f"heading.{name}")
    if first.by_measurement:
        return Section(heading, (_measured(answers[-1], case, words),))
    if not first.given:
        return Section(heading, (_none(first, case, words),))
    said = [sentence for answer in answers if answer.given for sentence in _estimate(answer, words)]
    if first.measured:
        said.append(words.say("old", months=str(RECENT)))
    if name == "heart":
        said += _heart_age(case, words)
    return Section(heading, tuple(dict.fromkeys(said)), _figures(first))  # what holds of two numbers is said once


def _estimate(answer: Answer, words: Words) -> Iterator[str]:
    """The number as a natural frequency, those it does not happen to, and how sure it is."""
    found = natural(answer.risk)
    about = found.word if found.word != "about" else answer.bound.replace(" ", "_") or "about"
    count, people = str(found.count), f"{found.people:,}"
    yield words.say(answer.outcome.name, about=words.say(about), count=count, people=people)
    if answer.outcome.years and found.word == "about" and not answer.bound:
        yield words.say("others", count=f"{found.people - found.count:,}", people=people)
    yield from _range(answer, found, words)


def _range(answer: Answer, found: Natural, words: Words) -> Iterator[str]:
    low, high = (round(end * found.people) for end in (answer.low, answer.high))
    if low < high:
        yield words.say("range", low=str(low), high=str(high), people=f"{found.people:,}")
    if is_wide(answer.low, answer.high):
        yield words.say("wide")


def is_wide(low: float, high: float) -> bool:
    """Whether an interval (0–1) is so wide that it is said."""
    return high - low >= VERY_WIDE or (high - low >= WIDE and high >= WIDE_TIMES * low)


def _figures(answer: Answer) -> int | None:
    """How many of a hundred figures are filled; none where one figure is too many."""
    return round(PEOPLE * answer.risk) if natural(answer.risk).people == PEOPLE else None


def _measured(answer: Answer, case: PatientCase, words: Words) -> str:
    """What blood tests say: of prediabetes as well, since that is the finer answer."""
    levels = [r.level for r in case.assessment.measurements.readings(answer.outcome.name) if not r.when]
    if len(set(levels)) > 1:
        return words.say("measured.disagree")
    return words.say("measured.agree" if levels == [2, 2] else f"measured.{levels[0]}")


def _none(answer: Answer, case: PatientCase, words: Words) -> str:
    """Why there is no number: what is known, or for whom it does not hold."""
    outcome, facts = answer.outcome, case.facts
    if not outcome.ages[0] <= floor(facts["age"]) <= outcome.ages[1]:
        return words.say("ages", low=str(outcome.ages[0]), high=str(outcome.ages[1]))
    known = [name for name in outcome.already if facts.get(name) == 1]
    if known:
        return words.say(f"fact.{known[0]}")
    return words.say("pregnant" if facts.get("pregnancy") == 1 else "outside")


def _heart_age(case: PatientCase, words: Words) -> list[str]:
    found = heart_age(Columns.of_row(case.patient))
    if not found.given:
        return []
    if not found.beyond:
        return [words.say("age", age=words.say("age_about", age=found.words))]
    below = found.beyond == BELOW
    end = words.say("age_below" if below else "age_over", age=str(AGES[0] if below else AGES[1]))
    return [words.say("age", age=end)]


def _actions(case: PatientCase, answers: dict[str, Answer], words: Words) -> Iterator[str]:
    """What is worth a talk: stopping to smoke, then what trials promise, then the modifiable reasons, then a test."""
    topics = topics_to_talk_about(list(answers.values()), case)
    if "smoking" in topics:
        yield words.say("act.smoking")
    promised = {benefit.trial.name: benefit for benefit in reversed(case.benefits) if benefit.number_needed}
    first = [b for b in case.benefits if promised.get(b.trial.name) is b]
    yield from (_promise(benefit, words) for benefit in first)
    covered = {"pressure_lowering": "pressure", "ldl_lowering": "fats", "dpp_lifestyle": "weight"}
    told = {covered.get(name, "") for name in promised} | {"smoking"}
    sugar = answers.get("diabetes")
    if sugar and sugar.given and not sugar.settled(case.assessment.row()):
        yield words.say("act.test")
    yield from (words.say(f"act.{topic}") for topic in topics if topic not in told)


def _promise(benefit: Benefit, words: Words) -> str:
    """What a trial's effect is for people like this, as a natural frequency."""
    fewer = natural(benefit.risk_reduction.value)
    return words.say(
        f"act.{benefit.trial.name}",
        count=str(fewer.count),
        people=f"{fewer.people:,}",
        years=f"{benefit.horizon_years:.0f}",
    )


def _closing(words: Words, chest_pain: bool) -> Iterator[str]:
    if chest_pain:
        yield words.say("help")
    yield words.say("people_like_you")
    yield words.say("not_diagnosis")

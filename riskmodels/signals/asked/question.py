"""What a file does not say and cannot be guessed: a question for the person who brought it, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riskmodels.errors import SignalError

#: answers by the name of their question
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One thing that changes the numbers and that the file leaves open.

    Args:
        name: key of its answer, e.g. ``unit``.
        text: what is asked, in words, with what in the file makes it doubtful.
        choices: possible answers, the likeliest first; empty where a number is asked.
        unit: of the number asked, e.g. ``Hz``.
    """

    name: str
    text: str
    choices: tuple[str, ...] = ()
    unit: str = ""


class UnansweredError(SignalError):
    """A file that can be read once questions are answered.

    Args:
        questions: what is asked; one or more.
    """

    def __init__(self, *questions: Question) -> None:
        super().__init__(" ".join(question.text for question in questions), hint="Answer it to go on.")
        self.questions = questions


def answered(question: Question, answers: Answers) -> str:
    """The answer to a question.

    Raises:
        UnansweredError: when there is none, or it is no possible one.
    """
    answer = answers.get(question.name, "")
    if not answer or (question.choices and answer not in question.choices):
        raise UnansweredError(question)
    return answer


def answered_number(question: Question, answers: Answers, low: float, high: float) -> float:
    """The number that answers a question, with a point or a comma.

    Raises:
        UnansweredError: when there is none, or none from ``low`` to ``high``.
    """
    try:
        value = float(answered(question, answers).replace(",", ".").replace("−", "-"))
    except ValueError:
        raise UnansweredError(question) from None
    if not low <= value <= high:
        raise UnansweredError(question)
    return value

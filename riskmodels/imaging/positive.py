"""Which class of an own classifier is the finding: said in training, by whoever reads, or not at all.

Where nobody says it, each class is asked for against the rest and none is more of a finding than another: the order of
their names means nothing. Classes that are grades of one thing are in order already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from riskmodels.errors import InputError
from riskmodels.imaging.model import CLASSIFIER

if TYPE_CHECKING:
    from riskmodels.imaging.classifier import ImageClassifier
    from riskmodels.imaging.findings import Question
    from riskmodels.imaging.targets import Target


def classes_to_ask(card: Mapping[str, Any]) -> tuple[str, ...]:
    """The classes of which one may be the finding; none where that is settled.

    Args:
        card: of an image model.

    Returns:
        Names, where it is a classifier of classes that are in no order, trained without a word on which is the finding.
    """
    match card:
        case {"kind": str(kind), "targets": [{"ordered": False, "classes": [*classes]}]}:
            settled = kind != CLASSIFIER or bool(card.get("positive"))
            return () if settled else tuple(map(str, classes))
    return ()


def require_class(name: str, classes: Sequence[str]) -> None:
    """A name given as the finding is that of a class.

    Raises:
        InputError: naming the classes.
    """
    if name not in classes:
        raise InputError(f"There is no class “{name}”.", hint=f"The classes are: {', '.join(classes)}.")


def class_question(target: Target, level: int, threshold: float | None) -> Question:
    """The question for one class, against the rest or, of grades, as "at least this one".

    Args:
        target: with the classes.
        level: which one.
        threshold: of its probability; None where there is none.
    """
    from riskmodels.imaging.findings import Question  # torch is imported only now

    name = target.classes[level]
    words = f"at least {name}" if target.ordered and len(target.classes) > 2 else name
    label = words.capitalize() if words != name else name
    called = f"This picture is called “{words}”."
    not_called = f"This picture is not called “{words}”."
    return Question(f"class_{level}", label, target.name, level, threshold, called, not_called)


def asked_for(model: ImageClassifier, positive: str = "") -> ImageClassifier:
    """The same model, asked for one class, or for each.

    Args:
        model: of classes that are in no order.
        positive: the class that is the finding; each against the rest when "".

    Raises:
        InputError: when there is no such class.
    """
    target = model.targets[0]
    if positive:
        require_class(positive, target.classes)
    levels = [target.classes.index(positive)] if positive else range(len(target.classes))
    asked = copy(model)
    asked.questions = tuple(_question(model, target, level) for level in levels)
    asked.card = model.card | ({"positive": positive} if positive else {})
    return asked


def _question(model: ImageClassifier, target: Target, level: int) -> Question:
    """As it was trained; models of before asked for the second of two classes only, so the first is its contrary."""
    trained = {question.level: question for question in model.questions}
    if level in trained:
        return trained[level]
    of_other = trained[1 - level].threshold
    return class_question(target, level, None if of_other is None else 1 - of_other)

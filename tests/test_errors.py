"""The error tree: what the person reads, and what the log gets."""

from __future__ import annotations

import pytest

from riskmodels import errors
from riskmodels.errors import CareRiskError, FileError, InputError, ModelFileError, UnitError

EVERY = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, CareRiskError)]


@pytest.mark.parametrize("error", EVERY, ids=lambda e: e.__name__)
def test_person_reads_message_and_hint_and_the_log_only_the_kind(error: type[CareRiskError]) -> None:
    raised = error("HbA1c 99 % is too high.", hint="Check it.")
    assert str(raised) == "HbA1c 99 % is too high. Check it."
    assert raised.log == error.__name__


def test_without_a_hint_the_message_stands_alone() -> None:
    assert str(InputError("Nothing was entered.")) == "Nothing was entered."


def test_log_has_its_own_text_when_one_is_given() -> None:
    assert ModelFileError("It is damaged.", log="card.json: no version").log == "card.json: no version"


def test_what_was_entered_can_be_caught_as_one_kind() -> None:
    assert issubclass(UnitError, InputError)
    assert issubclass(FileError, InputError)
    assert not issubclass(ModelFileError, InputError)


def test_tree_in_the_head_of_the_module_is_complete() -> None:
    assert all(error.__name__ in str(errors.__doc__) for error in EVERY)

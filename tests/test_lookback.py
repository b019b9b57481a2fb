"""How long a last known value counts: every variable has a term, and terms end on a day of the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from riskmodels.lookback import GOES_WITH, LOOK_BACK, ONLY_WITH, within
from riskmodels.measured import RECENT, TESTS
from riskmodels.scores.inputs import EXTRA_INPUTS
from riskmodels.vocabulary import VOCABULARY

DAY = date(2025, 3, 15)


def test_every_variable_but_age_has_a_term_with_its_reason() -> None:
    assert set(LOOK_BACK) == {*VOCABULARY, *EXTRA_INPUTS} - {"age"}
    assert all(term.reason for term in LOOK_BACK.values())


@pytest.mark.parametrize(
    ("name", "last"),
    [("ldl_cholesterol", date(2026, 3, 15)), ("hba1c", date(2025, 9, 15)), ("crp", date(2025, 6, 15))],
)
def test_a_value_counts_up_to_its_last_day(name: str, last: date) -> None:
    assert within(name, 1.0, DAY, last)
    assert not within(name, 1.0, DAY, date.fromordinal(last.toordinal() + 1))


def test_a_diagnosis_counts_for_good_and_a_no_for_a_year() -> None:
    assert within("stroke", 1.0, DAY, date(2065, 3, 15))
    assert within("stroke", 0.0, DAY, date(2026, 3, 15))
    assert not within("stroke", 0.0, DAY, date(2026, 3, 16))


@pytest.mark.parametrize("name", ["pregnancy", "chest_pain_type", "st_depression"])
def test_what_is_of_the_day_is_never_carried(name: str) -> None:
    assert not within(name, 1.0, DAY, DAY)


def test_a_test_may_be_carried_longer_than_it_decides() -> None:
    assert all((LOOK_BACK[name].months or 0) > RECENT for name in TESTS)


def test_what_goes_with_another_value_is_a_variable() -> None:
    named = {*GOES_WITH, *ONLY_WITH, *ONLY_WITH.values(), *(other for group in GOES_WITH.values() for other in group)}
    assert named <= set(VOCABULARY)

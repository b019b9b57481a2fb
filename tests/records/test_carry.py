"""What a new visit begins with: the last known value of each variable, with the day it was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from riskmodels.records.carry import carried, carry, parted, with_age
from riskmodels.records.facts import Entered, make_facts
from tests.records.made_visits import every_fact, visit

FIRST, SECOND, NOW = date(2025, 3, 1), date(2025, 9, 1), date(2026, 1, 10)
MG = "mg/dL"


class TestNewest:
    def test_each_variable_comes_from_the_visit_that_knew_it_last(self) -> None:
        visits = [
            visit(FIRST, ldl_cholesterol=(164.0, MG), waist=(99.0, "cm")),
            visit(SECOND, ldl_cholesterol=(131.0, MG)),
        ]
        assert carry(visits, NOW).facts.entered == {
            "waist": Entered(99.0, "cm", "2025-03-01"),
            "ldl_cholesterol": Entered(131.0, MG, "2025-09-01"),
        }

    def test_a_value_carried_twice_keeps_its_first_date(self) -> None:
        first = visit(FIRST, waist=(99.0, "cm"))
        second = replace(first, day=SECOND, facts=carry([first], SECOND).facts)
        assert carry([first, second], NOW).facts.entered["waist"].when == "2025-03-01"

    def test_a_value_measured_later_wins_over_one_told_later(self) -> None:
        imported = replace(visit(SECOND), facts=make_facts({"waist": Entered(90.0, "cm", "2024-12-01")}))
        assert carry([visit(FIRST, waist=(99.0, "cm")), imported], NOW).facts.entered["waist"].value == 99

    def test_of_two_visits_of_one_day_the_later_entered_counts(self) -> None:
        visits = [visit(FIRST, waist=(99.0, "cm")), visit(FIRST, waist=(97.0, "cm"))]
        assert carry(visits, NOW).facts.entered["waist"].value == 97

    def test_the_unit_stays_as_entered(self) -> None:
        assert carry([visit(height=(64.5, "in"))], NOW).facts.entered["height"].unit == "in"


class TestTooOld:
    def test_a_value_past_its_term_is_told_and_not_carried(self) -> None:
        found = carry([visit(FIRST, hba1c=(6.1, "%"), sex=(1.0, ""))], NOW)
        assert set(found.facts.entered) == {"sex"}
        assert found.too_old == {"hba1c": Entered(6.1, "%", "2025-03-01")}

    def test_an_older_value_does_not_stand_in_for_one_that_is_too_old(self) -> None:
        told = [visit(date(2020, 1, 1), stroke=(1.0, "")), visit(date(2024, 1, 1), stroke=(0.0, ""))]
        assert "stroke" not in carry(told, NOW).facts.entered

    @pytest.mark.parametrize("name", ["pregnancy", "chest_pain_type", "max_heart_rate"])
    def test_what_is_of_the_day_is_neither_carried_nor_called_old(self, name: str) -> None:
        found = carry([every_fact()], date(2025, 3, 2))
        assert name not in found.facts.entered
        assert name not in found.too_old


class TestOneMeasurement:
    def test_hours_fasted_are_never_joined_to_another_glucose(self) -> None:
        visits = [visit(FIRST, glucose=(130.0, MG), fasting_hours=(10.0, "h")), visit(SECOND, glucose=(109.0, MG))]
        assert "fasting_hours" not in carry(visits, NOW).facts.entered

    def test_two_pressures_of_two_days_are_not_one_reading(self) -> None:
        visits = [
            visit(FIRST, systolic_bp=(142.0, "mmHg"), diastolic_bp=(86.0, "mmHg")),
            visit(SECOND, systolic_bp=(150.0, "mmHg")),
        ]
        assert set(carry(visits, NOW).facts.entered) == {"systolic_bp"}

    def test_what_belongs_to_a_replaced_value_goes(self) -> None:
        offered = {"glucose": Entered(109.0, MG, "2025-09-01"), "fasting_hours": Entered(9.0, "h", "2025-09-01")}
        assert parted(offered, offered) == set()
        assert parted(offered, offered | {"glucose": Entered(126.0, MG)}) == {"fasting_hours"}
        assert parted(offered, {"fasting_hours": offered["fasting_hours"]}) == {"fasting_hours"}

    def test_a_body_mass_index_goes_with_a_new_weight(self) -> None:
        offered = {"bmi": Entered(31.0, "kg/m²", "2025-09-01")}
        assert parted(offered, offered | {"weight": Entered(80.0, "kg")}) == {"bmi"}


class TestEarlierDay:
    def test_only_what_never_changes_is_taken_from_a_later_visit(self) -> None:
        later = visit(SECOND, sex=(0.0, ""), stroke=(1.0, ""), waist=(99.0, "cm"), age=(54.0, "years"))
        assert carry([later], FIRST).facts.entered == {"sex": Entered(0.0, "")}


class TestAge:
    def test_is_moved_on_and_has_no_date(self) -> None:
        assert carry([visit(FIRST, age=(54.0, "years"))], date(2026, 3, 1)).facts.entered["age"] == Entered(
            55.0, "years"
        )

    def test_is_reckoned_from_the_latest_visit_that_told_it(self) -> None:
        visits = [visit(FIRST, age=(54.0, "years")), visit(SECOND, waist=(99.0, "cm"))]
        told = with_age(visits, NOW)
        assert told is not None
        assert told.day == FIRST


class TestCarried:
    def test_facts_of_the_visit_itself_are_not_carried(self) -> None:
        facts = make_facts({"waist": Entered(99.0, "cm"), "hba1c": Entered(6.1, "%", "2026-01-10")})
        assert carried(facts, NOW) == {}

    def test_what_counts_for_good_is_not_told_as_carried(self) -> None:
        told = {"sex": (0.0, ""), "stroke": (1.0, ""), "angina": (0.0, ""), "waist": (99.0, "cm")}
        facts = carry([visit(SECOND, **told)], NOW).facts
        assert list(carried(facts, NOW)) == ["waist", "angina"]

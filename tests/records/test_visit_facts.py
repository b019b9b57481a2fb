"""Facts on their way into a visit: what is saved, which tests are old, how an age moves on."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodels.records.errors import RecordsError
from riskmodels.records.facts import Entered, Facts, checked, entered_json, facts_of, make_facts
from riskmodels.records.visit_facts import age_on, fit, old_tests, same
from riskmodels.vocabulary import VARIABLES
from tests.records.made_visits import visit


class TestAge:
    @pytest.mark.parametrize(
        ("day", "age"),
        [
            (date(2025, 3, 1), 54),
            (date(2026, 2, 28), 54),
            (date(2026, 3, 1), 55),
            (date(2035, 12, 31), 64),
        ],
    )
    def test_whole_years_are_added(self, day: date, age: int) -> None:
        assert age_on(visit(age=(54.0, "years")), day) == age

    def test_of_a_leap_day_waits_for_march(self) -> None:
        leap = visit(date(2024, 2, 29), age=(54.0, "years"))
        assert age_on(leap, date(2025, 2, 28)) == 54
        assert age_on(leap, date(2025, 3, 1)) == 55

    def test_is_not_known_on_an_earlier_day(self) -> None:
        assert age_on(visit(age=(54.0, "years")), date(2025, 2, 28)) is None

    def test_is_not_known_where_it_was_not(self) -> None:
        assert age_on(visit(sex=(1.0, "")), date(2026, 3, 1)) is None

    @given(age=st.integers(18, 90), days=st.integers(0, 20_000))
    def test_never_exceeds_what_the_patient_can_be(self, age: int, days: int) -> None:
        before = visit(age=(float(age), "years"))
        day = date.fromordinal(before.day.toordinal() + days)
        moved = age_on(before, day)
        assert moved is not None
        assert age <= moved <= age + days / 365 + 1e-9


class TestFit:
    @pytest.mark.parametrize("variable", [v for v in VARIABLES if len(v.units) > 1], ids=lambda v: v.name)
    def test_canonical_value_is_exactly_what_the_models_see(self, variable: object) -> None:
        for unit in variable.units:  # type: ignore[attr-defined]
            low, high = variable.usual  # type: ignore[attr-defined]
            number = round(((low + high) / 2 - unit.offset) / unit.factor, unit.decimals)
            facts = make_facts({variable.name: Entered(number, unit.symbol)})  # type: ignore[attr-defined]
            seen = fit(facts).frame[variable.name].iloc[0]  # type: ignore[attr-defined]
            assert seen == facts.canonical[variable.name]  # type: ignore[attr-defined]

    def test_value_outside_the_plausible_range_is_unusable(self) -> None:
        fitting = fit(make_facts({"systolic_bp": Entered(1520.0, "mmHg")}))
        assert [p.field for p in fitting.unusable] == ["systolic_bp"]

    def test_both_of_two_that_contradict_each_other_are_unusable(self) -> None:
        entered = {"systolic_bp": Entered(120.0, "mmHg"), "diastolic_bp": Entered(130.0, "mmHg")}
        assert {p.field for p in fit(make_facts(entered)).unusable} == set(entered)

    def test_unknown_age_and_sex_are_no_reason_not_to_save(self) -> None:
        assert fit(make_facts({"waist": Entered(100.0, "cm")})).unusable == []


class TestDates:
    DATED = make_facts({"hba1c": Entered(6.9, "%", "2025-05"), "waist": Entered(100.0, "cm")})

    def test_date_of_a_value_is_kept_with_it(self) -> None:
        kept = checked(self.DATED)
        assert facts_of(entered_json(kept), kept.canonical) == self.DATED
        assert "when" not in entered_json(kept)["waist"]

    def test_facts_kept_by_an_earlier_version_have_none(self) -> None:
        assert facts_of({"hba1c": {"value": 6.9, "unit": "%"}}, {"hba1c": 6.9}).entered["hba1c"].when == ""

    def test_source_and_note_of_a_value_come_back(self) -> None:
        told = Entered(104.0, "mg/dL", "2026-11-01", "LOINC 2339-0", "measured in whole blood; used knowing that")
        kept = checked(make_facts({"glucose": told, "waist": Entered(98.0, "cm")}))
        assert facts_of(entered_json(kept), kept.canonical).entered["glucose"] == told
        assert set(entered_json(kept)["waist"]) == {"value", "unit"}

    def test_note_that_is_too_long_is_refused_and_hidden_characters_go(self) -> None:
        with pytest.raises(RecordsError, match="Shorten it"):
            checked(make_facts({"glucose": Entered(104.0, "mg/dL", note="x" * 401)}))
        kept = checked(make_facts({"glucose": Entered(104.0, "mg/dL", note="whole\u202e blood\n")}))
        assert kept.entered["glucose"].note == "whole blood"

    def test_what_is_no_date_is_refused(self) -> None:
        with pytest.raises(RecordsError, match="HbA1c: its date is none"):
            checked(make_facts({"hba1c": Entered(6.9, "%", "yesterday")}))

    @pytest.mark.parametrize(("day", "old"), [(date(2025, 8, 1), {}), (date(2025, 8, 2), {"hba1c": "2025-05"})])
    def test_a_test_is_old_on_the_day_of_the_visit_not_of_today(self, day: date, old: dict[str, str]) -> None:
        assert old_tests(self.DATED, day) == old


class TestSame:
    def test_value_in_another_unit_is_the_same(self) -> None:
        first = make_facts({"hba1c": Entered(6.0, "%")})
        exact = (6.0 - 2.152) / 0.09148
        second = make_facts({"hba1c": Entered(exact, "mmol/mol")})
        assert same(first, second)

    def test_unknown_is_not_zero(self) -> None:
        assert not same(make_facts({"stroke": Entered(0.0, "")}), Facts({}, {}))

    def test_value_of_another_day_is_not_the_same(self) -> None:
        carried, measured = (make_facts({"waist": Entered(99.0, "cm", when)}) for when in ("2025-03-01", ""))
        assert not same(carried, measured)

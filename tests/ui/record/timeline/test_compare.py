"""Two visits side by side: what differs, by how much, in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from riskmodels.records.facts import Entered, Facts
from riskmodels.records.visits import Visit
from riskmodels.scores.inputs import variable_of
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY
from ui.patient.examples import EXAMPLES
from ui.record.timeline.compare import finding_text, in_order
from ui.record.timeline.compare_rows import Row, fact_rows, risk_rows
from ui.tables import table, unbroken

WOMAN = EXAMPLES[0].values


def visit(day: date, values: Mapping[str, float], note: str = "") -> Visit:
    units = {name: variable_of(name).units for name in values}
    entered = {name: Entered(value, units[name][0].symbol if units[name] else "") for name, value in values.items()}
    moment = datetime(2026, 2, 1, tzinfo=UTC)
    return Visit("v", "p", day, Facts(entered, dict(values)), note, "form", 1, moment, "local", moment, "local", None)


def rows(first: Mapping[str, float], second: Mapping[str, float], *notes: str) -> dict[str, Row]:
    texts = [*notes, "", ""]
    made = [visit(date(2026, 1, i + 1), facts, texts[i]) for i, facts in enumerate((first, second))]
    return {row.label: row for row in fact_rows(made[0], made[1], {})}


@pytest.fixture(scope="module")
def models() -> dict[str, RiskModel]:
    return load_shipped(device="cpu")


def test_a_number_has_its_change_with_the_unit() -> None:
    row = rows(WOMAN, WOMAN | {"glucose": 126.0})["Glucose"]
    assert row.texts == ["Glucose", "109 mg/dL", "126 mg/dL", "+17 mg/dL"]
    assert row.differs


def test_the_unit_chosen_is_used() -> None:
    chosen = {"glucose": find_unit(VOCABULARY["glucose"].units, "mmol/L")}
    first, second = visit(date(2026, 1, 1), WOMAN), visit(date(2026, 1, 2), WOMAN | {"glucose": 126.0})
    row = next(row for row in fact_rows(first, second, chosen) if row.label == "Glucose")
    assert row.texts == ["Glucose", "6.1 mmol/L", "7.0 mmol/L", "+0.9 mmol/L"]


def test_a_change_below_the_decimals_shown_is_not_called_zero() -> None:
    assert rows(WOMAN, WOMAN | {"glucose": 109.2})["Glucose"].change == "less than is shown"


def test_what_is_the_same_does_not_differ() -> None:
    assert not rows(WOMAN, WOMAN)["Glucose"].differs


@pytest.mark.parametrize(
    ("first", "second", "change"),
    [({}, {"hba1c": 6.1}, "now known"), ({"hba1c": 6.1}, {}, "no longer known")],
)
def test_known_at_one_visit_only(first: dict[str, float], second: dict[str, float], change: str) -> None:
    assert rows(WOMAN | first, WOMAN | second)["HbA1c"].change == change


def test_a_choice_is_shown_in_words() -> None:
    row = rows(WOMAN, WOMAN | {"smoking": 2.0})["Smoking"]
    assert row.texts == ["Smoking", "never", "current smoker", "changed"]


def test_derived_values_are_compared_too() -> None:
    assert rows(WOMAN, WOMAN | {"weight": 91.0})["Body mass index"].change == "+1.1 kg/m²"


def test_facts_that_only_published_scores_ask_for_are_compared_too() -> None:
    row = rows(WOMAN, WOMAN | {"daily_vegetables": 1.0})["Vegetables, fruit or berries every day"]
    assert row.change == "now known"


def test_notes_are_compared() -> None:
    assert rows(WOMAN, WOMAN, "seen at home")["Note"].texts == ["Note", "seen at home", "none", ""]


def test_a_fact_unknown_at_both_visits_has_no_row() -> None:
    assert "HbA1c" not in rows(WOMAN, WOMAN)


def test_risks_have_their_interval_and_their_change(models: dict[str, RiskModel]) -> None:
    found = risk_rows(visit(date(2026, 1, 1), WOMAN), visit(date(2026, 1, 2), WOMAN | {"glucose": 125.0}), models)
    row = next(row for row in found if row.label == "Undiagnosed diabetes now")
    assert re.fullmatch(r"[\d.]+ % \([\d.]+–[\d.]+ %\)", row.first)
    assert row.change.startswith("+")
    assert row.change.endswith(" points")


def test_a_measurement_stands_in_place_of_the_risk(models: dict[str, RiskModel]) -> None:
    found = risk_rows(visit(date(2026, 1, 1), WOMAN), visit(date(2026, 1, 2), WOMAN | {"hba1c": 5.2}), models)
    row = next(row for row in found if row.label == "Undiagnosed diabetes now")
    assert (row.second, row.change) == ("HbA1c 5.2 %: below the criterion for diabetes (from 6.5 %).", "")


def test_a_refusal_stands_in_place_of_the_risk(models: dict[str, RiskModel]) -> None:
    found = risk_rows(visit(date(2026, 1, 1), WOMAN), visit(date(2026, 1, 2), WOMAN | {"diabetes": 1.0}), models)
    row = next(row for row in found if row.label == "Undiagnosed diabetes now")
    assert (row.second, row.change) == ("already told of diabetes", "")


def test_finding_counts_what_differs_and_what_is_left_out() -> None:
    same, other = Row("a", "1", "1", ""), Row("b", "1", "2", "+1")
    assert finding_text([same, other], False).startswith("1 fact differs; 1 that is the same is left out.")
    assert finding_text([same, same], False) == "No fact differs between the two visits."


HOSTILE = ("<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "a & b")


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_people_are_escaped_in_tables(text: str) -> None:
    made = table(text, ["", text], [[text, text]], caption=text)
    assert text not in made
    assert "<img" not in made
    assert "<script" not in made


def test_dates_stay_on_one_line() -> None:
    assert unbroken("from 2026-01-02, −3 to 4-fold") == "from 2026\u201101\u201102, −3 to 4-fold"


def test_two_visits_of_one_day_stand_in_the_order_they_were_entered_whichever_is_chosen_first() -> None:
    morning = visit(date(2026, 1, 1), WOMAN)
    noon = replace(morning, id="a", created=morning.created + timedelta(hours=4))
    assert in_order(noon, morning) == (morning, noon)

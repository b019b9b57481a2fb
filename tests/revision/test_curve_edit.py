"""Editing a curve of the shipped model: what it looks like, what it does to people, what its card says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError
from riskmodels.revision.curve_edit import against_settled, drawn_curve, edited, edited_version, make_edit
from riskmodels.revision.effect import effect_of
from riskmodels.revision.people import reference_people
from riskmodels.tabular.derived import notes
from riskmodels.tabular.model import RiskModel

WHY = "Above 45 too few people were seen"


@pytest.fixture(scope="session")
def new(model: RiskModel) -> RiskModel:
    return edited_version(model, [make_edit(model, "diabetes", "bmi", "cut above", 30, 30)], WHY, by="ada")


@pytest.fixture(scope="session")
def effect(model: RiskModel) -> Any:
    new = edited(model, [make_edit(model, "diabetes", "bmi", "cut above", 30, 30)])
    return effect_of(model, new, reference_people("diabetes"), "diabetes")


def test_curve_at_any_value_is_the_curve_shown(model: RiskModel) -> None:
    shown = model.curve("diabetes", "bmi")
    np.testing.assert_allclose(drawn_curve(model, "diabetes", "bmi").at(shown.x), shown.logit, atol=1e-9)


@pytest.mark.parametrize("name", ["bmi", "uacr", "triglycerides"])
def test_cut_curve_is_level_from_there_on(model: RiskModel, name: str) -> None:
    start, end = (getattr(drawn_curve(model, "dysglycaemia", name), part) for part in ("start", "end"))
    at = start + 0.3 * (end - start)
    new = edited(model, [make_edit(model, "dysglycaemia", name, "cut above", at, at)])
    shown = new.curve("dysglycaemia", name)
    beyond = shown.logit[shown.x >= at]
    assert np.ptp(beyond) < 0.01
    before = shown.x < at
    np.testing.assert_array_equal(shown.logit[before], model.curve("dysglycaemia", name).logit[before])


def test_choice_is_made_level(model: RiskModel) -> None:
    new = edited(model, [make_edit(model, "cvd_10y", "smoking", "flatten", 0, 1)])
    shown = new.curve("cvd_10y", "smoking")
    never, not_now, former, current = shown.logit
    assert never == pytest.approx(not_now)
    assert never == pytest.approx(former)
    assert current == pytest.approx(model.curve("cvd_10y", "smoking").logit[-1])


def test_second_edit_is_made_on_the_first(model: RiskModel) -> None:
    first = make_edit(model, "diabetes", "bmi", "cut above", 45, 45)
    second = make_edit(edited(model, [first]), "diabetes", "bmi", "cut above", 30, 30)
    shown = edited(model, [first, second]).curve("diabetes", "bmi")
    assert np.ptp(shown.logit[shown.x >= 30]) < 0.01


def test_what_an_unknown_input_could_change_knows_the_edit(model: RiskModel) -> None:
    row = pd.DataFrame({"age": [50.0], "sex": [0.0]})
    new = edited(model, [make_edit(model, "dysglycaemia", "bmi", "cut above", 20, 20)])
    ends = [m.narrowing(row, "dysglycaemia").set_index("name").loc["bmi", "high"] for m in (model, new)]
    assert ends[1] < ends[0] - 0.005


@pytest.mark.parametrize(
    ("outcome", "name", "why"),
    [
        ("diabetes", "hba1c", "does not serve"),
        ("coronary_disease", "age", "does not serve"),
        ("diabetes", "age", "part"),
    ],
)
def test_curve_that_is_not_there_is_refused(model: RiskModel, outcome: str, name: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        make_edit(model, outcome, name, "flatten", 5, 6)


def test_edit_against_what_is_settled_is_said_with_its_source(model: RiskModel) -> None:
    before = model.curve("diabetes", "bmi")
    fell = replace(before, logit=np.where(before.x > 45, before.logit - 0.5, before.logit))
    said = against_settled(before, fell, "diabetes", "bmi")
    assert "may not fall with it" in said
    assert "doi 10.1016" in said
    assert against_settled(before, before, "diabetes", "bmi") == ""
    assert against_settled(before, replace(fell, logit=-fell.logit), "diabetes", "diastolic_bp") == ""


class TestVersion:
    def test_card_says_who_did_what_and_why(self, model: RiskModel, new: RiskModel) -> None:
        facts, told = new.card["derived"], new.card["edits"][0]
        assert (facts["from"], facts["by"], facts["reason"]) == (model.version, "ada", WHY)
        assert (told["by"], told["reason"], told["kind"], told["low"]) == ("ada", WHY, "cut above", 30)
        assert facts["moved_by_a_tenth"] > 0
        assert notes(new.card, "diabetes") == (
            f"The curve of body mass index was cut above 30.0 kg/m² on {told['date'][:10]}.",
        )
        assert notes(new.card, "cvd_10y") == ()

    def test_other_outcomes_are_untouched(self, model: RiskModel, new: RiskModel) -> None:
        people = reference_people("cvd_10y").frame.iloc[:200]
        pd.testing.assert_series_equal(new.predict(people).risk["cvd_10y"], model.predict(people).risk["cvd_10y"])

    def test_standing_moves_with_the_people(self, model: RiskModel, new: RiskModel) -> None:
        assert model.reference is not None
        assert new.reference is not None
        before, after = (m.reference.standing["diabetes"]["female 50–59"] for m in (model, new))
        assert after[95] < before[95]
        assert (np.diff(after) >= 0).all()
        assert new.reference.standing["cvd_10y"] == model.reference.standing["cvd_10y"]

    @pytest.mark.parametrize("reason", ["", "   too   ", "x" * 501])
    def test_reason_that_says_nothing_is_refused(self, model: RiskModel, reason: str) -> None:
        made = make_edit(model, "diabetes", "bmi", "cut above", 30, 30)
        with pytest.raises(InputError, match="Say why"):
            edited_version(model, [made], reason)

    def test_nothing_to_save_is_refused(self, model: RiskModel) -> None:
        with pytest.raises(InputError, match="no edit"):
            edited_version(model, [], WHY)


class TestEffect:
    def test_only_those_beyond_the_cut_move(self, effect: Any) -> None:
        moved = effect.by_point | effect.by_tenth
        assert moved.any()
        assert (effect.frame.loc[moved, "bmi"] > 30).all()
        assert (effect.risks.loc[~(effect.frame["bmi"] > 30), "change"] == 0).all()

    def test_the_largest_come_first(self, effect: Any) -> None:
        sizes = effect.largest(5)["change"].abs()
        assert sizes.is_monotonic_decreasing
        assert sizes.iloc[0] == effect.risks["change"].abs().max()

    def test_figures_are_those_of_each_version(self, effect: Any) -> None:
        table = effect.metrics.set_index("metric")
        assert table.loc["auroc", "before"] > 0.7
        assert table.loc["calibration_in_the_large", "change"] > 0  # estimates fell, so more is observed than estimated
        assert effect.events[0] > 100

    def test_who_moves_is_described_beside_everybody(self, effect: Any) -> None:
        table = effect.described(("bmi",)).set_index("what")
        assert table.loc["People", "moved"] == f"{(effect.by_point | effect.by_tenth).sum():,}"
        assert table.loc["Median body mass index", "moved"] > table.loc["Median body mass index", "everybody"]

    def test_where_nobody_s_outcome_is_known_there_are_no_figures(self, model: RiskModel) -> None:
        effect = effect_of(model, model, reference_people("cvd_10y"), "cvd_10y")
        assert effect.metrics.empty
        assert effect.events == (0, 0)
        assert not effect.by_point.any()

    def test_what_settles_the_outcome_is_not_told_to_the_model(self) -> None:
        people = reference_people("dysglycaemia")
        assert people.frame["hba1c"].isna().all()
        assert people.label is not None
        assert people.label.notna().sum() > 1000

    def test_chest_pain_has_people_of_its_own(self, models: dict[str, RiskModel]) -> None:
        chest = models["chest_pain"]
        effect = effect_of(chest, chest, reference_people("coronary_disease"), "coronary_disease")
        assert "from whom the model learnt" in effect.people
        assert effect.metrics.set_index("metric").loc["auroc", "before"] > 0.8

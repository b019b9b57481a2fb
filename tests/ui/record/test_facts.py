"""Between the form and a visit: a visit's facts in words."""

from __future__ import annotations

import pytest

from riskmodels.records.facts import Entered
from riskmodels.scores.inputs import variable_of
from riskmodels.vocabulary import VOCABULARY
from tests.records.made_visits import EVERY_FACT
from ui.record import facts as record_facts


class TestCarriedOver:
    def test_in_words(self) -> None:
        dated = {"height": Entered(164.0, "cm", "2025-03-01"), "diabetes": Entered(1.0, "", "2025-03-01")}
        dated["stroke"] = Entered(0.0, "", "2025-09-02")
        assert record_facts.dated_text(dated) == (
            "Of 2025-09-02: told of stroke: no. Of 2025-03-01: height 164 cm and told of diabetes."
        )


class TestWords:
    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("systolic_bp", Entered(142.0, "mmHg"), "142 mmHg"),
            ("glucose", Entered(6.05, "mmol/L"), "6.05 mmol/L"),
            ("diabetes", Entered(1.0, ""), "yes"),
            ("sex", Entered(1.0, ""), "male"),
            ("waist", None, "unknown"),
        ],
    )
    def test_value_as_entered(self, name: str, value: Entered | None, words: str) -> None:
        assert record_facts.value_text(name, value) == words

    def test_every_variable_has_words(self) -> None:
        told = [record_facts.value_text(name, value) for name, value in EVERY_FACT.items()]
        assert all(told)
        assert {variable_of(name).name for name in EVERY_FACT} >= set(VOCABULARY)

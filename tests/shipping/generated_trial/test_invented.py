"""The cohort of invented patients as it is shipped, and how it is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from riskmodels.cohorts.extracts import FOLDER, INVENTED_FILE
from riskmodels.errors import InputError
from riskmodels.generated.learning.relations import impossible
from riskmodels.generated.learning.training import GeneratorConfig
from riskmodels.generated.read import read_file
from riskmodels.generated.written.cards import read_cards
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.generated_trial import invented
from riskmodels.shipping.say import Say
from tests.generated.clinic import people

SHIPPED = FOLDER / INVENTED_FILE


class TestShipped:
    def test_it_is_read_like_any_file_and_nobody_in_it_is_impossible(self) -> None:
        read = read_file(SHIPPED)
        assert len(read.table) == invented.ROWS
        assert set(read.left_out) == {"person_id"}
        assert not impossible(read.table).any()

    def test_its_cards_are_beside_it_and_refuse_nothing(self) -> None:
        cards = read_cards(SHIPPED, folder=False)
        assert cards.privacy.refusal is None
        assert cards.use.rows["invented"] == invented.ROWS

    def test_data_card_is_of_this_file(self) -> None:
        assert f"`{file_hash(SHIPPED)}`" in SHIPPED.with_suffix(".md").read_text(encoding="utf-8")


class TestMaking:
    CONFIG = GeneratorConfig(dropout=0.1, width=64, latent=4, steps=200, batch_size=64, learning_rate=5e-3)

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(invented, "ROWS", 400)
        monkeypatch.setattr(invented, "OUTCOMES", ("bp_medication", "coronary_disease"))

    def test_file_cards_and_data_card_are_written_and_progress_is_told(self, tmp_path: Path) -> None:
        lines: list[str] = []
        made = invented.run_invented(people(1_500), tmp_path, Say(lines.append), self.CONFIG)
        assert len(made.invented) == 400
        assert (tmp_path / INVENTED_FILE).read_text(encoding="utf-8-sig").startswith("person_id,")
        assert json.loads((tmp_path / f"{INVENTED_FILE}.privacy.json").read_text())
        assert "100%: Done" in lines[-1]

    def test_file_that_gives_people_away_is_not_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = people(1_500)
        monkeypatch.setattr(
            "riskmodels.generated.learning.generator.Generator.sample", lambda self, rows, seed: real.iloc[:rows].copy()
        )
        with pytest.raises(InputError, match=r"cop"):
            invented.run_invented(real, tmp_path, Say(lambda _: None), self.CONFIG)
        assert not list(tmp_path.iterdir())

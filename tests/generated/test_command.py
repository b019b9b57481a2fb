"""The commands on a small clinic: what they write, what they say, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from riskmodels.cli.main import main
from riskmodels.errors import InputError
from riskmodels.generated.command import given_of
from riskmodels.generated.make import config_of
from riskmodels.generated.privacy import words as privacy_words
from riskmodels.generated.read import read_invented
from riskmodels.generated.written.cards import read_cards
from tests.generated.invented import write_clinic

SEEDS = (2, 3, 4, 5)
CARDS = ["privacy.json", "privacy.md", "use.json", "use.md"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A file of real people and the generator that was fitted on it."""
    folder = tmp_path_factory.mktemp("kept")
    data = write_clinic(folder, 1_500)
    options = ["--data", str(data), "--out", str(folder / "model"), "--steps", "100", "--leave-out", "stay"]
    # of so few people chance alone refuses one file in some: the first that is not
    codes = (main(["generate", "fit", *options, "--overwrite", "--seed", str(seed)]) for seed in SEEDS)
    assert 0 in codes
    return data, folder / "model"


def sample(model: Path, out: Path, *more: str) -> int:
    return main(["generate", "sample", "--model", str(model), "--rows", "40", "--out", str(out), *more])


class TestFit:
    def test_the_folder_has_the_generator_and_its_cards(self, kept: tuple[Path, Path]) -> None:
        assert sorted(path.name for path in kept[1].iterdir()) == sorted(["card.json", "model.safetensors", *CARDS])
        card = json.loads((kept[1] / "card.json").read_text())
        assert card["left_out"]["person_id"] == "it tells patients apart"
        assert "stay" not in [column["name"] for column in card["columns"]]

    def test_the_cards_are_of_what_was_drawn_and_kept_apart(self, kept: tuple[Path, Path]) -> None:
        cards = read_cards(kept[1], folder=True)
        assert (cards.privacy.members, cards.privacy.others) == (900, 450)
        assert cards.privacy.refusal is None
        assert {t.outcome for t in cards.use.transfers} == {"diabetes"}
        assert cards.use.impossible == {"invented": 0.0, "test": 0.0}

    def test_a_small_file_is_refused_with_reason_and_remedy_and_leaves_no_generator(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data, out = write_clinic(tmp_path, 180, seed=1), tmp_path / "model"
        assert main(["generate", "fit", "--data", str(data), "--out", str(out), "--steps", "100"]) == 1
        said = capsys.readouterr()
        assert "carerisk: Refused: " in said.err
        assert "What helps: " in said.err
        assert sorted(path.name for path in out.iterdir()) == CARDS
        assert (out / "privacy.md").read_text().count("Refused: ") >= 1

    def test_what_is_there_is_not_overwritten_unasked(
        self, kept: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = (kept[1] / "card.json").read_bytes()
        assert main(["generate", "fit", "--data", str(kept[0]), "--out", str(kept[1])]) == 1
        assert "is there already. Name another one, or say --overwrite." in capsys.readouterr().err
        assert (kept[1] / "card.json").read_bytes() == before

    def test_an_outcome_that_is_none_is_refused(self, kept: tuple[Path, Path], tmp_path: Path, capsys: object) -> None:
        arguments = ["generate", "fit", "--data", str(kept[0]), "--out", str(tmp_path / "m"), "--outcome", "ward"]
        assert main(arguments) == 1
        assert not (tmp_path / "m").exists()


class TestSample:
    def test_people_are_written_with_cards_that_say_whose_figures_they_are(
        self, kept: tuple[Path, Path], tmp_path: Path
    ) -> None:
        out = tmp_path / "people.csv"
        assert sample(kept[1], out, "--given", "sex=female", "--given", "ward=north") == 0
        people = read_invented(out)
        assert set(people["sex"]) == {0.0}
        assert set(people["ward"]) == {"north"}
        assert sorted(p.name for p in tmp_path.iterdir()) == ["people.csv", *(f"people.csv.{name}" for name in CARDS)]
        about = read_cards(out, folder=False).about
        assert "40 other people whom the same generator drew, given sex=female and ward=north, later" in about

    def test_with_the_file_of_the_fit_these_very_people_are_judged(
        self, kept: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(privacy_words, "LIMIT", 1.0)  # of so few people chance alone refuses one file in some
        out = tmp_path / "people.csv"
        arguments = ["--model", str(kept[1]), "--rows", "800", "--out", str(out), "--data", str(kept[0])]
        assert main(["generate", "sample", *arguments]) == 0
        assert read_cards(out, folder=False).privacy.invented == 800

    def test_another_file_than_that_of_the_fit_is_refused(
        self, kept: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        other = write_clinic(tmp_path, 1_500, seed=9)
        assert sample(kept[1], tmp_path / "people.csv", "--data", str(other)) == 1
        assert "is not the file that the generator was fitted on" in capsys.readouterr().err

    def test_a_generator_whose_card_refuses_it_gives_nothing(
        self, kept: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        leaking = tmp_path / "leaking"
        leaking.mkdir()
        for path in kept[1].iterdir():
            (leaking / path.name).write_bytes(path.read_bytes())
        card = json.loads((leaking / "privacy.json").read_text())
        card["membership"]["auc"][0] = 0.61
        (leaking / "privacy.json").write_text(json.dumps(card))
        assert sample(leaking, tmp_path / "people.csv") == 1
        assert "Refused: " in capsys.readouterr().err
        assert not (tmp_path / "people.csv").exists()


class TestWrite:
    @pytest.mark.parametrize(
        ("form", "files"),
        [
            (["csv"], []),
            (["fhir"], ["Observation.ndjson", "Patient.ndjson"]),
            (["fhir", "--bundles"], [f"invented-{i:06d}.json" for i in range(1, 6)]),
        ],
    )
    def test_each_form_has_its_cards_beside_it(
        self, kept: tuple[Path, Path], tmp_path: Path, form: list[str], files: list[str]
    ) -> None:
        out = tmp_path / "out"
        arguments = ["--model", str(kept[1]), "--rows", "5", "--out", str(out), "--at", "2026-01-31", "--as", *form]
        assert main(["generate", "write", *arguments]) == 0
        assert sorted(p.name for p in out.iterdir()) == files if files else out.is_file()
        assert all((tmp_path / f"out.{name}").is_file() for name in CARDS)

    def test_a_sample_is_written_in_another_form(
        self, kept: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        people = tmp_path / "people.csv"
        assert sample(kept[1], people) == 0
        assert main(["generate", "write", "--data", str(people), "--as", "omop", "--out", str(tmp_path / "cdm")]) == 0
        assert len(pd.read_csv(tmp_path / "cdm" / "person.csv")) == 40
        assert "Not written: ward: no variable of the vocabulary" in capsys.readouterr().out

    def test_a_file_without_cards_is_refused(
        self, kept: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        arguments = ["--data", str(kept[0]), "--as", "fhir", "--out", str(tmp_path / "out")]
        assert main(["generate", "write", *arguments]) == 1
        assert "There are no cards beside clinic.csv" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()


class TestPrivate:
    def test_a_budget_that_cannot_be_kept_is_refused(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        data, out = write_clinic(tmp_path, 200), tmp_path / "model"
        assert main(["generate", "fit", "--data", str(data), "--out", str(out), "--epsilon", "0"]) == 1
        assert "Give an ε above 0" in capsys.readouterr().err
        assert not out.exists()

    def test_columns_of_which_nothing_is_publicly_known_are_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data, out = write_clinic(tmp_path, 200), tmp_path / "model"
        assert main(["generate", "fit", "--data", str(data), "--out", str(out), "--epsilon", "3"]) == 1
        assert "Nothing is publicly known of the column ward" in capsys.readouterr().err
        assert not out.exists()


@pytest.mark.parametrize("pairs", [["sex"], ["=1"], ["sex=girl"]])
def test_what_is_given_must_be_an_answer(pairs: list[str]) -> None:
    with pytest.raises(InputError):
        given_of(pairs)


def test_answers_are_given_by_their_words() -> None:
    assert given_of(["sex=male", "age=60", "ward=north"]) == {"sex": 1.0, "age": 60.0, "ward": "north"}


@pytest.mark.parametrize(("steps", "epochs"), [(None, 200), (100, 12), (10, 2), (9_000, 1_000)])
def test_no_more_steps_are_taken_than_asked_for(steps: int | None, epochs: int) -> None:
    config = config_of(steps, 5)
    assert config.epochs(1_100) == epochs
    assert config.seed == 5

"""A generator: fitted, drawn from, kept and read again; what it makes is like the table and holds nobody of it."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.errors import InputError, ModelFileError, TrainingError
from riskmodels.generated.learning import Generator, GeneratorConfig, GeneratorEpoch, fit_generator
from riskmodels.generated.learning.generator import split_rows
from riskmodels.generated.learning.relations import impossible
from tests.generated.clinic import people

SMALL = GeneratorConfig(dropout=0.1, width=96, latent=4, steps=800, batch_size=64, learning_rate=5e-3)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    # enough that chance alone moves no share or mean by what the tests allow
    return people(6_000)


@pytest.fixture(scope="module")
def generator(table: pd.DataFrame) -> Generator:
    return fit_generator(table, SMALL, device="cpu")


@pytest.fixture(scope="module")
def invented(generator: Generator) -> pd.DataFrame:
    return generator.sample(12_000, seed=1)


def test_what_hangs_together_in_the_table_does_so_in_invented_people(
    table: pd.DataFrame, invented: pd.DataFrame
) -> None:
    columns = ["age", "bmi", "waist", "bp_medication", "total_cholesterol", "ldl_cholesterol"]
    assert np.abs(invented[columns].corr() - table[columns].corr()).max(axis=None) < 0.12
    assert np.abs(invented[columns].mean() / table[columns].mean() - 1).max() < 0.06


def test_what_is_unknown_together_is_so_in_invented_people(table: pd.DataFrame, invented: pd.DataFrame) -> None:
    both = invented[["triglycerides", "ldl_cholesterol"]].isna()
    assert both.mean().to_numpy() == pytest.approx(table[["triglycerides", "ldl_cholesterol"]].isna().mean(), abs=0.05)
    assert (both["triglycerides"] == both["ldl_cholesterol"]).mean() > 0.97


def test_ldl_is_that_of_friedewald_and_nobody_is_impossible(invented: pd.DataFrame) -> None:
    known = invented.dropna(subset=["ldl_cholesterol", "triglycerides"])
    friedewald = known["total_cholesterol"] - known["hdl_cholesterol"] - known["triglycerides"] / 5
    assert np.abs(known["ldl_cholesterol"] - friedewald).max() <= 0.5 + 1e-9
    assert not impossible(invented).any()


def test_same_seed_gives_the_same_people_and_another_others(generator: Generator) -> None:
    first = generator.sample(50, seed=3)
    pd.testing.assert_frame_equal(first, generator.sample(50, seed=3))
    assert not first.equals(generator.sample(50, seed=4))


def test_folder_gives_the_same_people(generator: Generator, tmp_path: Path) -> None:
    generator.save(tmp_path)
    again = Generator.load(tmp_path, device="cpu")
    pd.testing.assert_frame_equal(again.sample(50, seed=3), generator.sample(50, seed=3))


def test_card_holds_no_value_of_fewer_than_ten_people(
    generator: Generator, table: pd.DataFrame, tmp_path: Path
) -> None:
    generator.save(tmp_path)
    card = json.loads((tmp_path / "card.json").read_text())
    members = split_rows(table, SMALL).members
    waist = next(column for column in card["columns"] if column["name"] == "waist")
    counts = members["waist"].value_counts()
    assert all(counts[value] >= 10 for value in waist["common"][1:-1])


def test_given_answers_are_had_by_all(generator: Generator) -> None:
    women = generator.sample(200, seed=1, given={"sex": 0.0, "clinic": "west"})
    assert len(women) == 200
    assert (women["sex"] == 0).all()
    assert (women["clinic"] == "west").all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"clinic": "east"}, r"clinic cannot be given as east\. One of: north, south, west\."),
        ({"age": 50.0}, r"age cannot be given as 50\.0\. One of: sex, bp_medication, clinic\."),
    ],
)
def test_what_cannot_be_given_is_refused_with_what_can(generator: Generator, given: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        generator.sample(10, seed=1, given=given)


def test_parts_of_a_table_are_other_people_and_all_of_them() -> None:
    table = people(2_500)
    parts = split_rows(table, SMALL)
    rows = [part.index.tolist() for part in (parts.members, parts.watched, parts.others)]
    assert sorted(chain(*rows)) == table.index.tolist()
    assert [len(part) for part in rows] == [1_500, 250, 750]


def test_people_kept_apart_change_nothing(table: pd.DataFrame, generator: Generator) -> None:
    other = table.copy()
    apart = split_rows(table, SMALL).others.index
    other.loc[apart, "waist"] = 100.0
    again = fit_generator(other, SMALL, device="cpu")
    pd.testing.assert_frame_equal(again.sample(50, seed=3), generator.sample(50, seed=3))


def test_progress_is_told_and_may_stop_it(table: pd.DataFrame) -> None:
    seen: list[GeneratorEpoch] = []

    def stop(epoch: GeneratorEpoch) -> None:
        seen.append(epoch)
        if epoch.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_generator(table, SMALL, stop, device="cpu")
    assert [epoch.epoch for epoch in seen] == [1, 2]
    assert seen[1].watched_loss < seen[0].watched_loss


def test_too_few_people_are_refused() -> None:
    with pytest.raises((InputError, TrainingError)):
        fit_generator(people(3), SMALL, device="cpu")


def test_changed_weights_are_refused(generator: Generator, tmp_path: Path) -> None:
    generator.save(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\1")
    with pytest.raises(ModelFileError, match="not those on its card"):
        Generator.load(tmp_path)

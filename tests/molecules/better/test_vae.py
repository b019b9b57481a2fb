"""The generator: words that spell what they read, a fit that learns, draws that are valid and near their start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import selfies
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from riskmodels.errors import ModelFileError, TrainingError
from riskmodels.molecules.better.alphabet import END, PAD, Words, selfies_of, smiles_of
from riskmodels.molecules.better.candidates import likeness_to
from riskmodels.molecules.better.training import fit_generator
from riskmodels.molecules.better.vae import LONGEST, SHIPPED, Generator, VaeConfig

HEADS = ["C", "CC", "COC", "N", "FC", "ClC", "CNC", "OC", "OCC", "NCC"]
LINKS = ["", "C", "CC", "CO", "CCO", "CCN", "CCC", "COC", "CS", "CCCC"]
RINGS = ["c1ccccc1", "c1ccncc1", "C1CCNCC1", "c1ccsc1", "C1CCOCC1"]
LARGEST_BYTES = 10_000_000
FEXOFENADINE = "CC(C)(C(=O)O)c1ccc(cc1)C(O)CCCN1CCC(CC1)C(O)(c1ccccc1)c1ccccc1"


def made() -> list[Chem.Mol]:
    """500 small compounds."""
    texts = {f"{head}C(=O)N{link}{ring}" for head in HEADS for link in LINKS for ring in RINGS}
    return [Chem.MolFromSmiles(text) for text in sorted(texts)]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [text for mol in made() if (text := selfies_of(mol))]


@pytest.fixture(scope="module")
def generator() -> Generator:
    torch.set_num_threads(1)
    config = VaeConfig(latent=12, embedding=24, encoder=32, decoder=64, merges=20, epochs=12, batch_size=32)
    return fit_generator(made(), config, device="cpu")


@pytest.fixture(scope="module")
def shipped() -> Generator:
    return Generator.load(device="cpu")


class TestWords:
    def test_spell_what_they_read(self, texts: list[str]) -> None:
        words = Words.learn(texts, 20)
        rows = [words.encode(text) for text in texts]
        assert [words.decode(row or ()) for row in rows] == texts
        assert np.mean([len(row or ()) for row in rows]) < 0.6 * np.mean([selfies.len_selfies(text) for text in texts])

    def test_the_first_merge_is_the_commonest_pair(self) -> None:
        words = Words.learn(["[C][C][O]"] * 5 + ["[C][O][C][O]"] * 5, 1)
        (pair,) = words.merges
        assert words.decode(pair) == "[C][O]"

    def test_pairs_that_overlap_are_merged_from_the_left(self) -> None:
        words = Words.learn(["[C][C][C][C][C]"] * 5, 1)
        row = words.encode("[C][C][C][C][C]")
        assert row is not None
        assert [words.decode([word]) for word in row] == ["[C][C]", "[C][C]", "[C]"]

    def test_an_unknown_symbol_is_said(self, texts: list[str]) -> None:
        assert Words.learn(texts, 5).encode("[C][Se][C]") is None

    @settings(max_examples=40)
    @given(row=st.lists(st.integers(3, 40), min_size=1, max_size=30))
    def test_every_row_is_a_molecule(self, texts: list[str], row: list[int]) -> None:
        words = Words.learn(texts[:60], 20)
        told = [word % (len(words) - 3) + 3 for word in row]
        smiles = smiles_of(words.decode([*told, END, PAD]))
        assert Chem.MolFromSmiles(smiles) is not None


class TestGenerator:
    def test_learns(self, generator: Generator) -> None:
        first, *_, last = generator.card["training"]["epochs"]
        assert last[1] < 0.6 * first[1]

    def test_draws_nearer_compounds_at_a_smaller_radius(self, generator: Generator) -> None:
        start = Chem.MolFromSmiles("CCC(=O)NCOc1ccncc1")
        near, far = (
            np.mean(likeness_to(start, [Chem.MolFromSmiles(s) for s in generator.around(start, radius, 60, seed=1)]))
            for radius in (0.1, 3.0)
        )
        assert near > far + 0.1

    def test_the_same_seed_draws_the_same(self, generator: Generator) -> None:
        assert generator.anywhere(20, seed=3) == generator.anywhere(20, seed=3) != generator.anywhere(20, seed=4)

    def test_draws_nothing_around_what_it_cannot_spell(self, generator: Generator) -> None:
        assert generator.around(Chem.MolFromSmiles("CC[Se]C"), 0.5, 5, seed=0) == []
        assert generator.around(Chem.MolFromSmiles("CO" * 3 * LONGEST), 0.5, 5, seed=0) == []

    def test_is_read_as_it_was_written(self, generator: Generator, tmp_path: Path) -> None:
        generator.save(tmp_path)
        again = Generator.load(tmp_path, device="cpu")
        start = Chem.MolFromSmiles("CCC(=O)NCOc1ccncc1")
        first, second = generator.latent(start), again.latent(start)
        assert first is not None
        assert second is not None
        assert torch.allclose(first, second, atol=0.02)  # weights were written in half precision

    def test_another_format_is_refused(self, generator: Generator, tmp_path: Path) -> None:
        generator.save(tmp_path)
        (tmp_path / "card.json").write_text("{}")
        with pytest.raises(ModelFileError):
            Generator.load(tmp_path)

    def test_few_compounds_are_refused(self) -> None:
        with pytest.raises(TrainingError):
            fit_generator(made()[:20])


class TestShipped:
    def test_is_small_and_draws_valid_compounds(self, shipped: Generator) -> None:
        assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < LARGEST_BYTES
        drawn = [Chem.MolFromSmiles(smiles) for smiles in shipped.anywhere(40, seed=0)]
        assert all(mol is not None for mol in drawn)
        assert len({Chem.MolToSmiles(mol) for mol in drawn}) > 30

    def test_draws_around_a_medicine(self, shipped: Generator) -> None:
        assert len(set(shipped.around(Chem.MolFromSmiles(FEXOFENADINE), 0.5, 30, seed=0))) > 5

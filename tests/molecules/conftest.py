"""Models of a slice of real compounds, made as the shipped ones are, for tests that need a model of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("rdkit")

#: rows of each set
SLICE = 120


@pytest.fixture(scope="session")
def slice_folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of models trained on the first rows of each set."""
    from riskmodels.molecules.learning.graph_network import Shape
    from riskmodels.shipping.molecules.network_training import Recipe
    from riskmodels.shipping.molecules.ship import ship_compounds
    from riskmodels.shipping.say import Say

    recipe = Recipe(shape=Shape(hidden=16, steps=2), epochs=2, batch=32)
    folder = tmp_path_factory.mktemp("molecules") / "models" / "slice"
    ship_compounds(shared, folder, recipe=recipe, device="cpu", say=Say(lambda line: None), limit=SLICE)
    return folder

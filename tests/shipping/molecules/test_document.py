"""docs/molecules_card.md is what the shipped card says, and names what was short."""

from __future__ import annotations

import pytest

pytest.importorskip("rdkit")
from riskmodels.model_files.folder import read_card
from riskmodels.molecules.endpoints import ENDPOINTS
from riskmodels.molecules.learning.known_structures import COMPOUNDS
from riskmodels.molecules.learning.model import HINT, SHIPPED
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.molecules.document import PAGE, molecules_card


def test_the_page_is_that_of_the_card() -> None:
    assert PAGE.read_text(encoding="utf-8") == molecules_card(read_card(SHIPPED, HINT))


def test_a_figure_that_falls_short_is_called_short() -> None:
    card = read_card(SHIPPED, HINT)
    card["evaluation"]["herg"]["folds"]["scaffold"]["rmse"] = 0.7
    card["evaluation"]["sets"]["thrombin"]["rmse"] = 2.0
    page = molecules_card(card)
    assert "Aim over scaffold folds: 0.65, short." in page
    assert "0.723: short" in page


def test_all_endpoints_stand_beside_all_published_methods() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert all(endpoint.title in page for endpoint in ENDPOINTS)
    for method in ("SVM, ECFP", "MPNN, GRAPH", "Transformer, TOKENS"):
        assert f"| {method} |" in page


def test_the_data_card_names_the_file_that_is_there() -> None:
    path = SHIPPED.parent / COMPOUNDS
    text = path.with_suffix(".md").read_text(encoding="utf-8")
    assert file_hash(path) in text
    assert "CC BY-SA 3.0" in text

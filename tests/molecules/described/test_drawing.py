"""Drawings: what they may hold, whose colours they have, and that they say what they show."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit.Chem import MolFromSmiles

from riskmodels.molecules.described.drawing import Colouring, draw

ETHANOL = MolFromSmiles("CCO")
_SVG = "{http://www.w3.org/2000/svg}"


def grounds(svg: str) -> list[str]:
    return [ellipse.attrib["style"] for ellipse in ET.fromstring(svg).iter(f"{_SVG}ellipse")]


def coloured(*values: float, scale: float = 1.0) -> str:
    return draw(ETHANOL, "ethanol", Colouring(values, scale, "#D55E00", "#0072B2"))


class TestColours:
    def test_ink_is_that_of_the_text_around_and_the_ground_is_clear(self) -> None:
        svg = draw(MolFromSmiles("CC(=O)Nc1ccc(Cl)cc1[N+](=O)[O-]"), "a structure")
        assert "currentColor" in svg
        assert "#" not in svg
        assert "<rect" not in svg

    def test_what_raises_and_what_lowers_have_their_colours(self) -> None:
        first, second = grounds(coloured(1.0, -0.5, 0.0))
        assert "fill:#D55E00BF" in first
        assert "fill:#0072B279" in second

    def test_a_larger_amount_than_the_scale_has_the_strongest_colour(self) -> None:
        assert grounds(coloured(1.0, 0, 0)) == grounds(coloured(9.0, 0, 0))

    def test_marked_atoms_are_grey(self) -> None:
        (ground,) = grounds(draw(ETHANOL, "ethanol", marked=[2]))
        assert "fill:#8A949E" in ground

    @given(st.lists(st.floats(-5, 5), min_size=3, max_size=3), st.floats(0.01, 5))
    def test_opacity_grows_with_the_amount(self, values: list[float], scale: float) -> None:
        colouring = Colouring(values, scale, "#D55E00", "#0072B2")
        shares = [colouring.share(atom) for atom in range(3)]
        assert all(-1 <= share <= 1 and share * value >= 0 for share, value in zip(shares, values, strict=True))

    def test_contributions_of_another_structure_are_refused(self) -> None:
        with pytest.raises(ValueError, match="2 contributions for 3 atoms"):
            coloured(1.0, 2.0)

    def test_a_scale_of_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="not above 0"):
            coloured(0, 0, 0, scale=0.0)


class TestText:
    def test_it_says_what_it_shows(self) -> None:
        image = ET.fromstring(draw(ETHANOL, 'a "drawing" & <more>'))
        assert image.attrib["role"] == "img"
        assert image.attrib["aria-label"] == 'a "drawing" & <more>'

    def test_labels_that_a_structure_brings_are_not_drawn(self) -> None:
        mol = MolFromSmiles("CC* |$;;<script>x</script>$|")
        mol.GetAtomWithIdx(0).SetProp("atomNote", "<script>note</script>")
        mol.SetProp("_Name", "<script>name</script>")
        svg = draw(mol, "a fragment")
        assert "script" not in svg
        ET.fromstring(svg)
        assert mol.GetAtomWithIdx(0).HasProp("atomNote")  # the structure itself is as it was

    @pytest.mark.parametrize("smiles", ["C", "[Na+].[Cl-]", "C1CC1C#N", "C" * 150, "[2H]C([2H])O", "C/C=C/C[C@H](N)O"])
    def test_any_structure_is_well_formed(self, smiles: str) -> None:
        ET.fromstring(draw(MolFromSmiles(smiles), smiles))

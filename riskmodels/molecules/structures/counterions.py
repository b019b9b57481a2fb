"""Partners that compounds are made into salts or crystals with: left out of a structure, and said.

Fragments without carbon are partners always; these are those with carbon, as neutral molecules.
Source: names of salts and solvates in the British Approved Names and in Stahl & Wermuth, Handbook of Pharmaceutical
Salts (2011).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rdkit import Chem

_PARTNERS: Mapping[str, str] = {
    "acetic acid": "CC(=O)O",
    "acetone": "CC(C)=O",
    "acetonitrile": "CC#N",
    "adipic acid": "OC(=O)CCCCC(=O)O",
    "benzenesulfonic acid": "OS(=O)(=O)c1ccccc1",
    "benzoic acid": "OC(=O)c1ccccc1",
    "camphorsulfonic acid": "CC1(C)C2CCC1(CS(=O)(=O)O)C(=O)C2",
    "carbonic acid": "OC(=O)O",
    "chloroform": "ClC(Cl)Cl",
    "citric acid": "OC(=O)CC(O)(CC(=O)O)C(=O)O",
    "dichloromethane": "ClCCl",
    "dicyclohexylamine": "C1CCCCC1NC1CCCCC1",
    "diethanolamine": "OCCNCCO",
    "dimethyl sulfoxide": "CS(C)=O",
    "dimethylformamide": "CN(C)C=O",
    "ethanesulfonic acid": "CCS(=O)(=O)O",
    "ethanol": "CCO",
    "ethyl acetate": "CCOC(C)=O",
    "formic acid": "OC=O",
    "fumaric or maleic acid": "OC(=O)C=CC(=O)O",
    "gluconic acid": "OCC(O)C(O)C(O)C(O)C(=O)O",
    "glycolic acid": "OCC(=O)O",
    "isethionic acid": "OCCS(=O)(=O)O",
    "isopropanol": "CC(C)O",
    "lactic acid": "CC(O)C(=O)O",
    "lysine": "NCCCCC(N)C(=O)O",
    "malic acid": "OC(=O)CC(O)C(=O)O",
    "malonic acid": "OC(=O)CC(=O)O",
    "mandelic acid": "OC(C(=O)O)c1ccccc1",
    "meglumine": "CNCC(O)C(O)C(O)C(O)CO",
    "methanesulfonic acid": "CS(=O)(=O)O",
    "methanol": "CO",
    "methyl hydrogen sulfate": "COS(=O)(=O)O",
    "1,5-naphthalenedisulfonic acid": "OS(=O)(=O)c1cccc2c1cccc2S(=O)(=O)O",
    "2-naphthalenesulfonic acid": "OS(=O)(=O)c1ccc2ccccc2c1",
    "oxalic acid": "OC(=O)C(=O)O",
    "pamoic acid": "OC(=O)c1cc2ccccc2c(Cc2c(O)c(C(=O)O)cc3ccccc23)c1O",
    "salicylic acid": "OC(=O)c1ccccc1O",
    "succinic acid": "OC(=O)CCC(=O)O",
    "tartaric acid": "OC(=O)C(O)C(O)C(=O)O",
    "tert-butylamine": "CC(C)(C)N",
    "tetrahydrofuran": "C1CCOC1",
    "toluene": "Cc1ccccc1",
    "toluenesulfonic acid": "Cc1ccc(S(=O)(=O)O)cc1",
    "triethylamine": "CCN(CC)CC",
    "trifluoroacetic acid": "OC(=O)C(F)(F)F",
    "trometamol": "NC(CO)(CO)CO",
}


@cache
def partner_names() -> dict[str, str]:
    """Canonical SMILES without stereochemistry → name, of all partners with carbon."""
    return {Chem.CanonSmiles(smiles, useChiral=0): name for name, smiles in _PARTNERS.items()}

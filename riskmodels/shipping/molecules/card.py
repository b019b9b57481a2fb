"""What the card of the models of compounds says besides figures: what they are, from what data, what they are not."""

from __future__ import annotations

from typing import Any

from riskmodels.molecules.endpoints import ENDPOINTS, HERG
from riskmodels.shipping.molecules.data import Data
from riskmodels.tabular.model import today

ABOUT = (
    "From a structure, pIC50 of the heart's hERG channel and activity on PPARγ, PPARα, PPARδ, thrombin and factor Xa, "
    "each with a 90 % interval, or none outside the domain. A Gaussian process on counts of fingerprints and on "
    "descriptors, and a message-passing network where it was better on compounds kept of the training part."
)
LIMITS = [
    "A number is of one protein in an assay. It says nothing of dose, uptake, metabolism, other targets or a patient.",
    "Values come from many laboratories, which differ by about half a log unit on one compound.",
    "A low hERG value does not exclude a long QT: other channels and metabolites count as well.",
    "Compounds act as agonists of PPARs here (EC50); antagonists and partial agonists are not told apart.",
    "The domain is likeness to measured compounds, within their range of log P and size. It is no proof that an "
    "estimate is right: see the errors inside.",
    "Mirror images that differ in activity are told apart only where such pairs were measured.",
    "Structures of the hERG set are not shipped; their fingerprints are in the model.",
]
SOURCES = [
    "PPARs, thrombin, factor Xa: MoleculeACE 3.0.0 (van Tilborg, Alenicheva, Grisoni, J Chem Inf Model 2022;62:5938; "
    "package MIT), values of ChEMBL 29 (CC BY-SA 3.0, attribution in data/molecule_models/chembl29_compounds.md).",
    "hERG: Sato et al., Chem-Bio Informatics J 2021;21:70, 6,394 compounds of ChEMBL, PubChem and others, by "
    "ycu-iil/prediction_model_collection at e5bb32c; licence of the set not seen, so that it is learnt from and not "
    "shipped.",
    "Published figures: MoleculeACE's repository at 7e6de0b; Sato et al.'s LightGBM by the same collection.",
]
SPLIT = (
    "Five sets: the training and test part published with MoleculeACE. Training compounds that standardise to a test "
    "compound are left out. A network that is judged on the test parts learnt no value of any "
    "compound that is in the test part of any set. hERG: five folds of compounds at random and five of Bemis–Murcko "
    "scaffolds; kernels are fitted anew without each fold. What is shipped learnt from all compounds."
)
LOOKS = (
    "The test parts were looked at twice, by the process and the network as they are. Between the two the domain was "
    "widened to all that was measured, since small medicines as aspirin and caffeine had no number; no model was "
    "changed."
)


def card_of(data: Data, compounds_hash: str) -> dict[str, Any]:
    """The card without figures.

    Args:
        data: all compounds.
        compounds_hash: SHA-256 of the file of the shipped structures.
    """
    return {
        "name": "cardiometabolic",
        "title": "Compounds: hERG and five targets of diabetes and heart disease",
        "about": ABOUT,
        "created": today(),
        "limits": LIMITS,
        "sources": SOURCES,
        "split": SPLIT,
        "looks": LOOKS,
        "data": {
            "compounds_sha256": compounds_hash,
            "herg_sha256": data.hashes[HERG.name],
            "files_sha256": data.hashes,
            "compounds": len(data.structures),
            "measured": {endpoint.name: len(data.all_of(endpoint)) for endpoint in ENDPOINTS},
            "left_out": data.left_out,
        },
    }

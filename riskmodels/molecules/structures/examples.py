"""Compounds to try the page with: medicines that act, or are known not to, on what is estimated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A medicine.

    Args:
        name: international non-proprietary name.
        smiles: its structure.
        key: its InChIKey, which tells that the structure is the right one.
        about: what it is known for, in a phrase.
    """

    name: str
    smiles: str
    key: str
    about: str


EXAMPLES = (
    Example(
        "terfenadine",
        "CC(C)(C)c1ccc(cc1)C(O)CCCN1CCC(CC1)C(O)(c1ccccc1)c1ccccc1",
        "GUGOEEXESWIERI-UHFFFAOYSA-N",
        "withdrawn: blocks hERG and lengthens QT",
    ),
    Example(
        "rosiglitazone",
        "CN(CCOc1ccc(CC2SC(=O)NC2=O)cc1)c1ccccn1",
        "YASAKCUCGLMORW-UHFFFAOYSA-N",
        "activates PPARγ",
    ),
    Example(
        "fenofibric acid",
        "CC(C)(Oc1ccc(cc1)C(=O)c1ccc(Cl)cc1)C(=O)O",
        "MQOBSOSZFYZQOK-UHFFFAOYSA-N",
        "what fenofibrate becomes; activates PPARα",
    ),
    Example(
        "argatroban",
        "C[C@@H]1CCN([C@H](C1)C(=O)O)C(=O)[C@H](CCCN=C(N)N)NS(=O)(=O)c1cccc2c1NCC(C)C2",
        "KXNPVXPOPUZYGB-IOVMHBDKSA-N",
        "inhibits thrombin",
    ),
    Example(
        "apixaban",
        "COc1ccc(cc1)n1nc(C(N)=O)c2c1C(=O)N(CC2)c1ccc(cc1)N1CCCCC1=O",
        "QNZCBYKSOIHPEH-UHFFFAOYSA-N",
        "inhibits factor Xa",
    ),
    Example("aspirin", "CC(=O)Oc1ccccc1C(=O)O", "BSYNRYMUTXBXSQ-UHFFFAOYSA-N", "acts on none of these"),
)
_OPEN_RING = "C1CC"


def example_file() -> bytes:
    """The examples as a CSV, with one row whose structure is none."""
    rows = [f"{example.name},{example.smiles},{example.about}" for example in EXAMPLES]
    return "\n".join(["name,smiles,about", *rows, f"a slip,{_OPEN_RING},a ring that is not closed", ""]).encode()

"""SDF and MOL files (CTAB V2000 and V3000): a text in, a SMILES and the data fields of each record out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd
from rdkit.Chem import GetMolSubstanceGroups, Mol, MolFromMolBlock, MolToSmiles

from riskmodels.molecules.structures.complaints import complaints
from riskmodels.molecules.structures.rows import CompoundFile, RowProblem

_END, _NEXT = "M  END", "$$$$"
_FIELD = re.compile(r">.*<(?P<name>[^<>]+)>")
#: letters of the start in which the first record ends
_LOOK = 1 << 20
#: groups of a drawing that repeat, so that the compound has no one formula (CTfile formats, BIOVIA 2020)
_REPEATING = frozenset(("SRU", "MON", "MER", "COP", "CRO", "GRA", "MOD", "ANY", "MIX", "FOR", "COM"))
_TITLE = "name"


def is_sdf(text: str) -> bool:
    """Whether a text is one: the mark that ends a record's structure stands on a line of its own."""
    return re.search(rf"^{_END}\s*$", text[:_LOOK], re.MULTILINE) is not None


def read_sdf(text: str) -> CompoundFile:
    """Read all records; their numbers are the rows.

    Args:
        text: of the file.
    """
    structures: dict[int, str] = {}
    others: dict[int, dict[str, str]] = {}
    problems = []
    for row, record in enumerate(_records(text), start=1):
        try:
            structures[row] = _smiles(record)
        except ValueError as error:
            problems.append(RowProblem(row, "", str(error), "Draw it again as one compound, and export it again."))
        else:
            others[row] = _fields(record)
    index = pd.Index(structures, name="row", dtype="int64")
    table = pd.DataFrame.from_dict(others, orient="index", dtype="str").reindex(index).fillna("")
    filled = table.loc[:, (table != "").any()]
    form = "SDF" if _NEXT in text else "MOL"
    title = _TITLE if _TITLE in filled else ""
    return CompoundFile(pd.Series(structures, index, dtype="str"), filled, tuple(problems), form, name_column=title)


def _records(text: str) -> Iterator[list[str]]:
    record: list[str] = []
    for line in text.splitlines():
        if line.rstrip() == _NEXT:
            yield record
            record = []
        else:
            record.append(line)
    if any(line.strip() for line in record):
        yield record


def _smiles(record: list[str]) -> str:
    """The record's structure, stereochemistry by its drawing.

    Raises:
        ValueError: saying why it has none.
    """
    block = "\n".join(record).encode("ascii", errors="replace").decode()  # only the title may hold other letters
    with complaints():
        mol = MolFromMolBlock(block)
        drawn = mol or MolFromMolBlock(block, sanitize=False)  # a wrong valence is told where structures are judged
    if drawn is None:
        raise ValueError("The structure of this record cannot be read.")
    if not drawn.GetNumAtoms():
        raise ValueError("There is no structure in this record.")
    if _repeats(drawn):
        raise ValueError("The record is a polymer or a mixture drawn with brackets.")
    return str(MolToSmiles(drawn))


def _repeats(mol: Mol) -> bool:
    groups = GetMolSubstanceGroups(mol)
    return any(group.HasProp("TYPE") and group.GetProp("TYPE") in _REPEATING for group in groups)


def _fields(record: list[str]) -> dict[str, str]:
    """The title and the data fields, several lines of a field joined."""
    found = {_TITLE: record[0].strip()} if record else {}
    name = ""
    ended = False
    for line in record:
        ended = ended or line.rstrip() == _END
        match = _FIELD.match(line) if ended else None
        if match:
            name = match["name"].strip()
            found.setdefault(name, "")
        elif not line.strip():
            name = ""
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found
